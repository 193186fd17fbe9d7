/** AWS to a function: the body is the payload, the result is the body, and integration responses choose the status. */
import type { FunctionIntegration } from '@gatehouse/snapshot';
import { MAX_PAYLOAD_BYTES } from '../../counted-body';
import type { Exchange } from '../../exchange';
import type { RoutePlan, Step } from '../../program';
import { traceField } from '../../trace/answer-field';
import { composeFrom } from '../rest-response';
import { applyMappedHeaders, compileRestRequestMapping } from '../rest-request-mapping';
import { compileResponses, selectResponse } from '../rest-response-mapping';
import { constantTemplates, requestTemplate } from '../templates';
import { callFunction, functionArn, sourceArn } from './call';
import { functionTarget } from './header-targets';
import { resultOf } from './proxy';

export function invokeMapped(plan: RoutePlan, integration: FunctionIntegration): Step | undefined {
  const arn = functionArn(plan, '/integration/functionArn', integration.functionArn);
  const mapping = compileRestRequestMapping(plan, integration, functionTarget);
  const templates = constantTemplates(plan, '/integration/requestTemplates', integration.requestTemplates);
  if (arn === undefined) return undefined;
  return async (x) => {
    const template = requestTemplate(x, templates, integration.passthroughBehavior);
    const payload = template ?? (await bodyOf(x));
    const headers: string[] = [];
    applyMappedHeaders(mapping, x, headers);
    const outcome = await callFunction(x, integration, {
      functionArn: arn,
      sourceArn: sourceArn(plan, x.method),
      payload,
      isAsync: isEvent(headers),
    });
    if ('status' in outcome) return outcome;
    x.functionResult = outcome;
  };
}

/** Without a body the function gets an empty object (as AWS sends for a GET). */
async function bodyOf(x: Exchange): Promise<string | Uint8Array> {
  if (!x.hasBody) return '{}';
  const bytes = await x.body.gather(MAX_PAYLOAD_BYTES);
  return bytes.byteLength === 0 ? '{}' : bytes;
}

/** Developer guide, "Set up asynchronous invocation of the backend Lambda function". */
function isEvent(headers: readonly string[]): boolean {
  return headers.some(
    (name, i) => i % 2 === 0 && /^x-amz-invocation-type$/i.test(name) && headers[i + 1] === 'Event',
  );
}

export function mappedAnswer(plan: RoutePlan, integration: FunctionIntegration): Step {
  const responses = compileResponses(plan, integration.responses);
  return (x) => {
    const { payload, isError } = resultOf(x);
    const response = selectResponse(responses, isError ? errorMessageOf(payload) : undefined);
    const { status, headers, text } = composeFrom(x, response);
    headers.push('X-Amzn-Trace-Id', traceField(x));
    const body = text ?? payload;
    headers.push(
      'Content-Length',
      String(typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength),
    );
    return { status, headers, body };
  };
}

function errorMessageOf(payload: Uint8Array): string {
  try {
    const { errorMessage } = JSON.parse(Buffer.from(payload).toString('utf8')) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : '';
  } catch {
    return '';
  }
}
