/** Invoking the function of an integration, and what goes wrong there in the gateway's own words. */
import type { FunctionIntegration } from '@gatehouse/snapshot';
import { fillStageVariables } from '@gatehouse/standards';
import { GatewayError } from '../../errors';
import type { Exchange, Reply } from '../../exchange';
import { FunctionError, type FunctionFault, type FunctionResult } from '../../ports';
import type { RoutePlan } from '../../program';
import { recordClientSpan, type ClientCall } from '../../trace/client-span';
import { CLIENT_GONE_STATUS } from '../failure';
import { traceOf } from './event-fields';

const FUNCTION_ARN =
  /^arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,140}(?::[A-Za-z0-9_$-]{1,128})?$/;

export function isFunctionArn(text: string): boolean {
  return FUNCTION_ARN.test(text);
}

/** The ARN with its stage variables; `undefined` where that makes none, which is a problem of the route. */
export function functionArn(plan: RoutePlan, member: string, template: string): string | undefined {
  const { stageVariables } = plan.facts;
  const arn = fillStageVariables(template, (name) => stageVariables.get(name) ?? '');
  if (isFunctionArn(arn)) return arn;
  plan.problem('INVALID_FUNCTION', member, `not the ARN of a function: ${arn}`);
  return undefined;
}

/** What the function's policy must allow (AWS: `.../{stage}/{METHOD}{resource path}`). */
export function sourceArn(plan: RoutePlan, verb: string): string {
  const { accountId, region, apiId, stage } = plan.facts;
  const { path } = plan.route;
  const place = path === '$default' ? '$default' : `${verb}${path}`;
  return `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${place}`;
}

export interface Invocation {
  readonly functionArn: string;
  readonly sourceArn: string;
  readonly payload: string | Uint8Array;
  readonly isAsync: boolean;
}

/** A Reply where nobody is left to read one. */
export async function callFunction(
  x: Exchange,
  { timeoutMs, credentials }: FunctionIntegration,
  invocation: Invocation,
): Promise<FunctionResult | Reply> {
  const { kit } = x;
  const startedMs = kit.clock.monotonicMs();
  let isError = true;
  try {
    const result = await kit.functions.invoke({
      ...invocation,
      accountId: x.facts.accountId,
      timeoutMs,
      traceHeader: traceOf(x),
      signal: x.request.signal,
      ...(credentials !== undefined && { credentials }),
    });
    x.integrationStatus = invocation.isAsync ? 202 : 200;
    isError = result.isError;
    return result;
  } catch (error) {
    return answerFailure(x, error);
  } finally {
    x.integrationLatencyMs = kit.clock.monotonicMs() - startedMs;
    if (x.trace.sampled) recordClientSpan(x, spanOf(x, invocation.functionArn, startedMs, isError));
  }
}

/** OpenTelemetry semantic conventions for FaaS, outgoing invocations. */
function spanOf(x: Exchange, functionArn: string, startedMs: number, isError: boolean): ClientCall {
  const [, , , region = '', , , name = ''] = functionArn.split(':');
  return {
    spanId: x.kit.random.hex(8),
    name,
    startedMs,
    isError,
    attributes: { 'faas.invoked_name': name, 'faas.invoked_provider': 'aws', 'faas.invoked_region': region },
  };
}

function answerFailure(x: Exchange, error: unknown): Reply {
  x.integrationError = error instanceof Error ? error.message : 'failed';
  if (x.request.signal.aborted) return { status: CLIENT_GONE_STATUS, headers: [], body: undefined };
  throw error instanceof FunctionError ? gatewayError(x, error.fault) : error;
}

/** REST tells a function that may not be called (500) from one that failed (502); HTTP APIs say 500 to all but a timeout. */
function gatewayError(x: Exchange, fault: FunctionFault): GatewayError {
  switch (fault) {
    case 'timeout':
      return new GatewayError('INTEGRATION_TIMEOUT');
    case 'too-large':
      return new GatewayError('REQUEST_TOO_LARGE');
    case 'forbidden':
    case 'missing':
      return new GatewayError('API_CONFIGURATION_ERROR');
    case 'throttled':
    case 'broken':
    case 'aborted':
      return badResult(x);
  }
}

/** A function that failed, or whose result is no answer. */
export function badResult({ facts }: Exchange): GatewayError {
  return facts.kind === 'REST'
    ? new GatewayError('INTEGRATION_FAILURE', 'Internal server error', 502)
    : new GatewayError('API_CONFIGURATION_ERROR');
}
