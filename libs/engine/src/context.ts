/**
 * Values of `$context` variables (developer guide, "$context variables for data models, authorizers, mapping templates,
 * and access logging"), read when asked. One table for mappings and access logs; secrets are not in it.
 * DIFFERS: `domainName` of a call; AWS has the Host header there, which has a port here.
 */
import { amznRoot, clfTime } from '@gatehouse/standards';
import type { Exchange, JsonValue } from './exchange';

export type ContextReader = (x: Exchange) => string | undefined;

const whole = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : String(Math.round(ms));

const READERS: ReadonlyMap<string, ContextReader> = new Map<string, ContextReader>([
  ['accountId', (x) => x.facts.accountId],
  ['apiId', (x) => x.facts.apiId],
  ['deploymentId', (x) => x.facts.deploymentId],
  ['stage', (x) => x.facts.stage],
  ['isCanaryRequest', (x) => x.facts.canary && String(x.facts.canary.isChosen)],
  ['domainName', (x) => x.request.host],
  ['domainPrefix', (x) => x.request.host.split('.', 1)[0]],
  ['requestId', (x) => x.requestId],
  ['extendedRequestId', (x) => x.extendedRequestId],
  ['httpMethod', (x) => x.method],
  ['path', (x) => x.apiPath],
  ['protocol', (x) => x.request.protocol],
  ['operationName', (x) => x.route.operationName],
  ['resourceId', (x) => x.route.resourceId],
  ['resourcePath', (x) => x.route.resourcePath],
  ['routeKey', (x) => (x.facts.kind === 'HTTP' && x.route.key !== '-' ? x.route.key : undefined)],
  ['requestTime', (x) => clfTime(x.wallMs(x.startedMs))],
  ['requestTimeEpoch', (x) => String(Math.floor(x.wallMs(x.startedMs)))],
  ['identity.sourceIp', (x) => x.request.sourceIp],
  ['identity.userAgent', (x) => x.fields.userAgent],
  ['identity.accessKey', (x) => x.identity.accessKey],
  ['identity.accountId', (x) => x.identity.accountId],
  ['identity.caller', (x) => x.identity.caller],
  ['identity.user', (x) => x.identity.user],
  ['identity.userArn', (x) => x.identity.userArn],
  ['identity.apiKeyId', (x) => x.identity.apiKeyId],
  ['authorizer.principalId', (x) => x.authorizer?.principalId],
  ['authorizer.latency', (x) => whole(x.authorizer?.latencyMs)],
  ['authorizer.integrationLatency', (x) => whole(x.authorizer?.latencyMs)],
  ['xrayTraceId', (x) => amznRoot(x.trace.traceId).slice('Root='.length)],
  ['error.message', (x) => x.fault?.message ?? undefined],
  ['error.messageString', (x) => (x.fault === undefined ? undefined : JSON.stringify(x.fault.message))],
  ['error.responseType', (x) => x.fault?.kind],
  ['integration.status', (x) => whole(x.integrationStatus)],
  ['integration.integrationStatus', (x) => whole(x.integrationStatus)],
  ['integrationStatus', (x) => whole(x.integrationStatus)],
  ['integration.latency', (x) => whole(x.integrationLatencyMs)],
  ['integrationLatency', (x) => whole(x.integrationLatencyMs)],
  ['integration.error', (x) => x.integrationError],
  ['integrationErrorMessage', (x) => x.integrationError],
  ['status', (x) => (x.status === 0 ? undefined : String(x.status))],
  ['responseLength', (x) => String(x.responseBytes)],
  ['responseLatency', (x) => whole(x.latencyMs)],
  ['dataProcessed', (x) => String(x.requestBytes + x.responseBytes)],
]);

/** `undefined` = no such variable, or none that this version fills. */
export function contextReader(name: string): ContextReader | undefined {
  return READERS.get(name) ?? authorizerReader(name);
}

/** `authorizer.claims.{claim}`, and what a function has put into its context. */
function authorizerReader(name: string): ContextReader | undefined {
  const [, claim, key] = /^authorizer\.(?:claims\.(.+)|(.+))$/.exec(name) ?? [];
  if (claim !== undefined) return (x) => own(x.authorizer?.claims, claim);
  if (key === undefined) return undefined;
  return (x) => own(x.authorizer?.context, key);
}

function own(values: Readonly<Record<string, JsonValue>> | undefined, name: string): string | undefined {
  if (values === undefined || !Object.hasOwn(values, name)) return undefined;
  const value = values[name];
  return typeof value === 'string' ? value : JSON.stringify(value);
}
