/** Calls the HTTP endpoint or the function, measures it, and turns what goes wrong there into gateway errors. */
import type { HttpIntegration } from '@gatehouse/snapshot';
import type { Exchange, Outgoing, Reply } from '../exchange';
import { answerFailure } from '../integrations/failure';
import { invokeMapped } from '../integrations/function/mapped';
import { invokeProxy } from '../integrations/function/proxy';
import { tunnelReply, upgradeOf } from '../integrations/tunnel';
import type { Kit, SpanRecord } from '../ports';
import type { StepFactory } from '../program';

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

async function call(x: Exchange, kit: Kit, integration: HttpIntegration): Promise<void | Reply> {
  const { outgoing } = x;
  if (outgoing === undefined) throw new Error('no request to send');
  const startedMs = kit.clock.monotonicMs();
  try {
    x.upstream = await kit.upstream.send({
      accountId: x.facts.accountId,
      url: outgoing.url,
      method: outgoing.method,
      headers: outgoing.headers,
      body: outgoing.body,
      upgrade: upgradeOf(x, integration, outgoing),
      timeoutMs: integration.timeoutMs,
      tlsInsecureSkipVerification: integration.tlsInsecureSkipVerification,
      signal: x.request.signal,
    });
    x.integrationStatus = x.upstream.status;
    const { channel, headers } = x.upstream;
    if (channel !== undefined) return tunnelReply(x, headers, channel);
  } catch (error) {
    return answerFailure(x, error);
  } finally {
    x.integrationLatencyMs = kit.clock.monotonicMs() - startedMs;
    if (x.trace.sampled) kit.tracing.record(clientSpan(x, outgoing, startedMs));
  }
}

/** OpenTelemetry semantic conventions for HTTP client spans; it ends with the head of the response. */
function clientSpan(x: Exchange, outgoing: Outgoing, startedMs: number): SpanRecord {
  const startMs = x.wallMs(startedMs);
  const status = x.integrationStatus;
  const error = status === undefined || status >= 400;
  return {
    traceId: x.trace.traceId,
    spanId: outgoing.spanId,
    parentSpanId: x.trace.spanId,
    name: outgoing.method,
    kind: 'client',
    startMs,
    endMs: startMs + (x.integrationLatencyMs ?? 0),
    error,
    attributes: {
      'http.request.method': outgoing.method,
      'server.address': outgoing.url.hostname,
      'server.port': outgoing.url.port,
      ...(status === undefined ? {} : { 'http.response.status_code': status }),
    },
  };
}
