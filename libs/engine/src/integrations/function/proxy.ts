/** AWS_PROXY: the request becomes an event, the function's result the answer. */
import { firstField, firstAccepted } from '@gatehouse/standards';
import type { FunctionIntegration } from '@gatehouse/snapshot';
import { GatewayError } from '../../errors';
import type { Exchange, HeaderList, Reply } from '../../exchange';
import { passResponseFields as passHttpFields } from '../../headers/http-fields';
import { passResponseFields as passRestFields } from '../../headers/rest-fields';
import type { FunctionResult } from '../../ports';
import type { RoutePlan, Step } from '../../program';
import { traceField } from '../../trace/answer-field';
import {
  applyMappedHeaders,
  compileRestRequestMapping,
  type RestRequestMapping,
} from '../rest-request-mapping';
import { badResult, callFunction, functionArn, sourceArn } from './call';
import { httpBodyReader, mediaTypeMatcher, restBodyReader } from './event-body';
import { eventV1 } from './event-v1';
import { eventV2 } from './event-v2';
import { failingMappings, functionTarget } from './header-targets';
import { answerV1, type FunctionAnswer } from './result-v1';
import { answerV2 } from './result-v2';

export function invokeProxy(plan: RoutePlan, integration: FunctionIntegration): Step | undefined {
  const arn = functionArn(plan, '/integration/functionArn', integration.functionArn);
  if (arn === undefined) return undefined;
  const isRest = plan.facts.kind === 'REST';
  const readBody = isRest ? restBodyReader(plan.binaryMediaTypes) : httpBodyReader;
  const eventOf = integration.payloadFormat === '2.0' && !isRest ? eventV2 : eventV1;
  const failing = isRest ? compileFailing(plan, integration) : undefined;
  return async (x) => {
    if (failing !== undefined) applyMappedHeaders(failing, x, []);
    const payload = JSON.stringify(eventOf(x, await readBody(x)));
    const source = sourceArn(plan, x.method);
    const outcome = await callFunction(x, integration, {
      functionArn: arn,
      sourceArn: source,
      payload,
      isAsync: false,
    });
    if ('status' in outcome) return outcome;
    x.functionResult = outcome;
  };
}

/** Its mappings are not applied, yet such as may not be fail the call (recorded on AWS). */
function compileFailing(plan: RoutePlan, integration: FunctionIntegration): RestRequestMapping | undefined {
  const requestParameters = failingMappings(integration.requestParameters);
  if (Object.keys(requestParameters).length === 0) return undefined;
  return compileRestRequestMapping(plan, { requestParameters }, functionTarget);
}

export function proxyAnswer(plan: RoutePlan, integration: FunctionIntegration): Step {
  return plan.facts.kind === 'REST' ? restAnswer(plan) : httpAnswer(integration);
}

function restAnswer(plan: RoutePlan): Step {
  const isBinary = mediaTypeMatcher(plan.binaryMediaTypes);
  return (x) => {
    const { value } = parsed(x);
    const answer = answerV1(value, true);
    if (answer === undefined) throw badResult(x);
    const headers = passRestFields(answer.headers);
    headers.push('X-Amzn-Trace-Id', traceField(x));
    const accepted = firstAccepted(x.fields.accept);
    const isDecoded = answer.isBase64 && accepted !== undefined && isBinary(accepted);
    return reply(answer, headers, isDecoded ? decoded(x, answer.body) : answer.body);
  };
}

function httpAnswer({ payloadFormat }: FunctionIntegration): Step {
  return (x) => {
    const { value, text } = parsed(x);
    const answer = payloadFormat === '2.0' ? answerV2(value, text) : answerV1(value, false);
    if (answer === undefined) throw badResult(x);
    const headers = passHttpFields(answer.headers);
    return reply(answer, headers, answer.isBase64 ? decoded(x, answer.body) : answer.body);
  };
}

function parsed(x: Exchange): { readonly value: unknown; readonly text: string } {
  const { payload, isError } = resultOf(x);
  if (isError) {
    x.integrationError = 'the function failed';
    throw badResult(x);
  }
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8');
  try {
    return { value: JSON.parse(text), text };
  } catch {
    throw badResult(x);
  }
}

export function resultOf({ functionResult }: Exchange): FunctionResult {
  if (functionResult === undefined) throw new Error('no function was called');
  return functionResult;
}

/** Recorded on AWS: what is no base64 ends in 500. */
function decoded(x: Exchange, body: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(body)) {
    throw x.facts.kind === 'REST' ? new GatewayError('API_CONFIGURATION_ERROR') : badResult(x);
  }
  return Buffer.from(body, 'base64');
}

function reply(answer: FunctionAnswer, headers: HeaderList, body: string | Uint8Array): Reply {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  if (answer.status !== 204 && answer.status !== 304) headers.push('Content-Length', String(length));
  if (length > 0 && firstField(headers, 'content-type') === undefined)
    headers.push('Content-Type', 'application/json');
  return { status: answer.status, headers, body: length === 0 ? undefined : body };
}
