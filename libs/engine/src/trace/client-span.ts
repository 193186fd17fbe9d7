/** The span of a call to an integration, recorded only where the trace is sampled. */
import type { Exchange } from '../exchange';
import type { SpanRecord } from '../ports';

export interface ClientCall {
  readonly spanId: string;
  readonly name: string;
  /** Of the monotonic clock. */
  readonly startedMs: number;
  readonly isError: boolean;
  readonly attributes: SpanRecord['attributes'];
}

/** It ends now: with the head of an answer, or with the result. */
export function recordClientSpan(
  x: Exchange,
  { spanId, name, startedMs, isError, attributes }: ClientCall,
): void {
  const { traceId, spanId: parentSpanId } = x.trace;
  const startMs = x.wallMs(startedMs);
  const endMs = startMs + (x.integrationLatencyMs ?? 0);
  const kind = 'client';
  x.kit.tracing.record({
    traceId,
    spanId,
    parentSpanId,
    name,
    kind,
    startMs,
    endMs,
    error: isError,
    attributes,
  });
}
