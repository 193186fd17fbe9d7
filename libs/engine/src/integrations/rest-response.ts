/** Response of a REST integration on its way to the client: HTTP_PROXY passes it, HTTP and MOCK map it. */
import { firstField } from '@gatehouse/standards';
import type { HttpIntegration, MockIntegration } from '@gatehouse/snapshot';
import type { Exchange, HeaderList } from '../exchange';
import { passResponseFields } from '../headers/rest-fields';
import type { UpstreamReply } from '../ports';
import type { RoutePlan, Step } from '../program';
import { traceField } from '../trace/answer-field';
import { discard, withBody } from './pass-body';
import {
  compileResponses,
  mappedResponseHeaders,
  selectResponse,
  type MappedResponse,
} from './rest-response-mapping';
import { responseTemplate } from './templates';

export const restProxyResponse: Step = (x) => {
  const { upstream } = x;
  if (upstream === undefined) throw new Error('no response to pass');
  const headers = passResponseFields(upstream.headers);
  return withBody(x, upstream, upstream.status, headers);
};

/** Backend fields do not pass by themselves; the body does, unless a template speaks. */
export function restMappedResponse(plan: RoutePlan, integration: HttpIntegration): Step {
  const responses = compileResponses(plan, integration.responses);
  return async (x) => {
    const { upstream } = x;
    if (upstream === undefined) throw new Error('no response to map');
    const composed = await compose(x, responses, upstream);
    // Recorded on AWS: this field is on HTTP and Lambda answers, not on HTTP_PROXY ones.
    composed.headers.push('X-Amzn-Trace-Id', traceField(x));
    return composed.text === undefined
      ? withBody(x, upstream, composed.status, composed.headers)
      : { status: composed.status, headers: composed.headers, body: composed.text };
  };
}

interface Composed {
  readonly status: number;
  readonly headers: HeaderList;
  readonly text: string | undefined;
}

async function compose(
  x: Exchange,
  responses: readonly MappedResponse[],
  upstream: UpstreamReply,
): Promise<Composed> {
  let composed: Composed | undefined;
  try {
    composed = composeFrom(x, selectResponse(responses, String(upstream.status)));
    return composed;
  } finally {
    if (composed?.text !== undefined || composed === undefined) await discard(upstream.body);
  }
}

export function mockResponse(plan: RoutePlan, integration: MockIntegration): Step {
  const responses = compileResponses(plan, integration.responses);
  return (x) => {
    const { status, headers, text } = composeFrom(x, selectResponse(responses, String(x.mockStatus)));
    return { status, headers, body: text === '' ? undefined : text };
  };
}

export function composeFrom(x: Exchange, response: MappedResponse): Composed {
  const headers = mappedResponseHeaders(response, x);
  const template = responseTemplate(x, response.templates);
  if (firstField(headers, 'content-type') === undefined) {
    headers.push('Content-Type', template?.type ?? 'application/json');
  }
  return { status: response.status, headers, text: template?.template };
}
