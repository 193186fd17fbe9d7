/**
 * `X-Amzn-Trace-Id: Root=1-{8 hex epoch}-{24 hex};Parent={16 hex};Sampled=0|1` (AWS X-Ray developer guide, "Tracing
 * header"). A root and a W3C trace id are the same 32 digits.
 */
import type { RemoteParent } from './traceparent';

const ROOT = /^1-([0-9a-fA-F]{8})-([0-9a-fA-F]{24})$/;
const SPAN = /^[0-9a-fA-F]{16}$/;

export function parseAmznTraceId(value: string): RemoteParent | undefined {
  let traceId: string | undefined;
  let spanId: string | undefined;
  let sampled: boolean | undefined;
  for (const part of value.split(';')) {
    const at = part.indexOf('=');
    const key = part.slice(0, at).trim().toLowerCase();
    const text = part.slice(at + 1).trim();
    if (key === 'root') traceId = traceIdOf(text);
    else if (key === 'parent' && SPAN.test(text)) spanId = text.toLowerCase();
    else if (key === 'sampled') sampled = text === '1' ? true : text === '0' ? false : undefined;
  }
  return traceId === undefined ? undefined : { traceId, spanId, sampled };
}

function traceIdOf(root: string): string | undefined {
  const [, epoch, rest] = ROOT.exec(root) ?? [];
  if (epoch === undefined || rest === undefined) return undefined;
  const traceId = (epoch + rest).toLowerCase();
  return /^0+$/.test(traceId) ? undefined : traceId;
}

export function amznRoot(traceId: string): string {
  return `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
}

export function formatAmznTraceId(traceId: string, parentSpanId: string, sampled: boolean): string {
  return `${amznRoot(traceId)};Parent=${parentSpanId};Sampled=${sampled ? '1' : '0'}`;
}
