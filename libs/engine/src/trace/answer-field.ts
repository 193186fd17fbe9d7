/** `X-Amzn-Trace-Id` of an answer. */
import { amznRoot } from '@gatehouse/standards';
import type { Exchange } from '../exchange';

export function traceField(x: Exchange): string {
  const { traceId, spanId, sampled } = x.trace;
  return sampled ? `${amznRoot(traceId)};Parent=${spanId};Sampled=1` : amznRoot(traceId);
}
