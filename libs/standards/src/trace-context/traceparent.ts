/** W3C Trace Context level 1, strict: what is not exactly right is treated as absent. */
export interface RemoteParent {
  readonly traceId: string;
  readonly spanId: string | undefined;
  /** `undefined` = the caller leaves the decision to us. */
  readonly sampled: boolean | undefined;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

export function parseTraceparent(value: string): RemoteParent | undefined {
  const [, version, traceId, spanId, flags, rest] = TRACEPARENT.exec(value) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function formatTraceparent(traceId: string, spanId: string, sampled: boolean): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/** Whole members from the left that fit; later members are the older ones and may be dropped (W3C 3.3.1.5). */
export function capTracestate(value: string, maxBytes: number): string {
  if (value.length <= maxBytes) return value;
  const end = value.lastIndexOf(',', maxBytes);
  return end <= 0 ? '' : value.slice(0, end);
}
