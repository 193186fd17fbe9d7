/** Calls the HTTP endpoint or the function, measures it, and turns what goes wrong there into gateway errors. */
import type { HttpIntegration } from '@gatehouse/snapshot';
import type { Exchange, Outgoing, Reply } from '../exchange';
import { answerFailure } from '../integrations/failure';
import { invokeMapped } from '../integrations/function/mapped';
import { invokeProxy } from '../integrations/function/proxy';
import { tunnelReply, upgradeOf } from '../integrations/tunnel';
import type { Kit } from '../ports';
import type { StepFactory } from '../program';
import { recordClientSpan, type ClientCall } from '../trace/client-span';

export const integrate: StepFactory = (plan, kit) => {
  const { integration } = plan.route;
  switch (integration.type) {
    case 'HTTP':
    case 'HTTP_PROXY':
      return (x) => call(x, kit, integration);
    case 'AWS_PROXY':
      return invokeProxy(plan, integration);
    case 'AWS':
      return invokeMapped(plan, integration);
    case 'MOCK':
    case 'UNAVAILABLE':
      return undefined;
  }
};

function call(x: Exchange, kit: Kit, integration: HttpIntegration): Promise<void | Reply> {
  const { outgoing } = x;
  if (outgoing === undefined) throw new Error('no request to send');
  const startedMs = kit.clock.monotonicMs();
  const ended = (): void => {
    x.integrationLatencyMs = kit.clock.monotonicMs() - startedMs;
    if (x.trace.sampled) recordClientSpan(x, callOf(x, outgoing, startedMs));
  };
  return kit.upstream
    .send({
      accountId: x.facts.accountId,
      url: outgoing.url,
      method: outgoing.method,
      headers: outgoing.headers,
      body: outgoing.body,
      upgrade: upgradeOf(x, integration, outgoing),
      timeoutMs: integration.timeoutMs,
      tlsInsecureSkipVerification: integration.tlsInsecureSkipVerification,
      signal: x.request.signal,
    })
    .then(
      (upstream) => {
        x.upstream = upstream;
        x.integrationStatus = upstream.status;
        ended();
        const { channel, headers } = upstream;
        return channel === undefined ? undefined : tunnelReply(x, headers, channel);
      },
      (error: unknown) => {
        ended();
        return answerFailure(x, error);
      },
    );
}

/** OpenTelemetry semantic conventions for HTTP client spans. */
function callOf(x: Exchange, { url, method, spanId }: Outgoing, startedMs: number): ClientCall {
  const status = x.integrationStatus;
  return {
    spanId,
    name: method,
    startedMs,
    isError: status === undefined || status >= 400,
    attributes: {
      'http.request.method': method,
      'server.address': url.hostname,
      'server.port': url.port,
      ...(status === undefined ? {} : { 'http.response.status_code': status }),
    },
  };
}
