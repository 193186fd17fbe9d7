/** After the last byte: counters, the access-log line, the server span. Each only where something asked for it. */
import { compileLogFormat, escapeLogValue } from '@gatehouse/standards';
import { contextReader } from '../context';
import type { Exchange } from '../exchange';
import type { RequestOutcome, SpanRecord } from '../ports';
import type { AfterStepFactory } from '../program';

export const measure: AfterStepFactory = (_plan, { observer }) => {
  return (x) => observer.observe(outcomeOf(x));
};

function outcomeOf(x: Exchange): RequestOutcome {
  const { accountId, apiId, stage, canary } = x.facts;
  const { status, latencyMs, integrationLatencyMs, cacheResult, requestBytes, responseBytes } = x;
  return {
    accountId,
    apiId,
    stage,
    route: x.route.key,
    status,
    latencyMs,
    integrationLatencyMs,
    cacheResult,
    requestBytes,
    responseBytes,
    canary,
  };
}

export const logAccess: AfterStepFactory = ({ accessLog }, kit) => {
  if (accessLog === undefined) return undefined;
  const line =
    accessLog.format === undefined ? builtInLine : compileLogFormat(accessLog.format, contextReader);
  return (x) => kit.accessLog.write(line(x));
};

const text = (value: string | undefined): string =>
  value === undefined ? 'null' : `"${escapeLogValue(value)}"`;

/**
 * Neither query, cookies nor any credential: a log is read by more people than the API is.
 * DIFFERS: logs of a canary; they are in the log of its stage.
 */
function builtInLine(x: Exchange): string {
  const { facts, fields, request } = x;
  const integrationMs =
    x.integrationLatencyMs === undefined ? 'null' : String(Math.round(x.integrationLatencyMs));
  return (
    `{"requestId":${text(x.requestId)},"time":"${new Date(x.wallMs(x.startedMs)).toISOString()}",` +
    `"sourceIp":${text(request.sourceIp)},"method":${text(x.method)},"path":${text(x.apiPath)},` +
    `"route":${text(x.route.key)},"protocol":${text(request.protocol)},"status":${x.status},` +
    `"responseLength":${x.responseBytes},"latencyMs":${Math.round(x.latencyMs)},` +
    `"integrationLatencyMs":${integrationMs},"userAgent":${text(fields.userAgent)},` +
    `"apiId":${text(facts.apiId)},"stage":${text(facts.stage)},` +
    (facts.canary === undefined ? '' : `"isCanaryRequest":${facts.canary.isChosen},`) +
    `"traceId":"${x.trace.traceId}"}`
  );
}

const KNOWN_METHODS = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
]);

export const traceServer: AfterStepFactory = (_plan, { tracing }) => {
  return (x) => {
    if (x.trace.sampled) tracing.record(serverSpan(x));
  };
};

/** OpenTelemetry semantic conventions for HTTP server spans. */
function serverSpan(x: Exchange): SpanRecord {
  const { traceId, spanId, parentSpanId } = x.trace;
  const method = KNOWN_METHODS.has(x.method) ? x.method : '_OTHER';
  const route = x.route.resourcePath;
  const startMs = x.wallMs(x.startedMs);
  return {
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name: route === undefined ? method : `${method} ${route}`,
    kind: 'server',
    startMs,
    endMs: startMs + x.latencyMs,
    error: x.status >= 500,
    attributes: {
      'http.request.method': method,
      ...(route === undefined ? {} : { 'http.route': route }),
      'http.response.status_code': x.status,
      'url.path': x.request.path,
      'server.address': x.request.host,
      'gatehouse.api.id': x.facts.apiId,
      'gatehouse.stage': x.facts.stage,
      ...(x.integrationLatencyMs === undefined
        ? {}
        : { 'gatehouse.integration.latency_ms': x.integrationLatencyMs }),
      error: x.status >= 500,
    },
  };
}
