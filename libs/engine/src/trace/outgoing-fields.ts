/** The trace fields of a call to an integration: W3C and X-Ray name the same trace and the same parent. */
import { formatAmznTraceId, formatTraceparent, removeField } from '@gatehouse/standards';
import type { Exchange, HeaderList } from '../exchange';
import { tracestateToPass } from './request-trace';

/** Span id of the call. Without a sampled trace there is no client span, and our own span stands for it. */
export function callSpanId(x: Exchange): string {
  return x.trace.sampled ? x.kit.random.hex(8) : x.trace.spanId;
}

/**
 * Last, so that no client and no mapping speaks for us.
 * DIFFERS: trace headers to the integration; AWS sends `X-Amzn-Trace-Id` alone.
 */
export function addTraceFields(x: Exchange, headers: HeaderList, spanId: string): void {
  const { traceId, sampled } = x.trace;
  removeField(headers, 'traceparent');
  removeField(headers, 'tracestate');
  headers.push('X-Amzn-Trace-Id', formatAmznTraceId(traceId, spanId, sampled));
  headers.push('traceparent', formatTraceparent(traceId, spanId, sampled));
  const state = tracestateToPass(x.fields);
  if (state !== undefined) headers.push('tracestate', state);
}
