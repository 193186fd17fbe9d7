/**
 * Values of `$context` variables (developer guide, "$context variables for data models, authorizers, mapping templates,
 * and access logging"), read when asked. One table for mappings and access logs; secrets are not in it.
 */
import { amznRoot, clfTime } from '@gatehouse/standards';
import type { Exchange } from './exchange';

export type ContextReader = (x: Exchange) => string | undefined;

const whole = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : String(Math.round(ms));

const READERS: ReadonlyMap<string, ContextReader> = new Map<string, ContextReader>([
  ['accountId', (x) => x.facts.accountId],
  ['apiId', (x) => x.facts.apiId],
  ['deploymentId', (x) => x.facts.deploymentId],
  ['stage', (x) => x.facts.stage],
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
  return READERS.get(name);
}
