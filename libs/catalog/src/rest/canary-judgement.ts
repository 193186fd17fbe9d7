/** When a canary ends by itself: thresholds of its stage's options against what nodes have counted. */
import type { CanaryOptions, CanaryThresholds } from './canary-options';

/** Calls in a window of time. */
export interface ObservedCalls {
  readonly calls: number;
  /** Of them, answers with status 5xx. */
  readonly errors: number;
  /** 0 where there were no calls. */
  readonly p95Ms: number;
}

export interface Observation {
  /** For how long the canary has been watched as it is now. */
  readonly watchedSeconds: number;
  /** Calls of the canary in the last so many seconds. */
  readonly canaryIn: (seconds: number) => ObservedCalls;
}

export interface Judgement {
  readonly decision: 'abort' | 'promote';
  /** For the user: what was seen, and what was allowed. */
  readonly reason: string;
}

/** `undefined` = it goes on. What is bad counts before what is good. */
export function judgeCanary(
  { autoAbort, autoPromote }: CanaryOptions,
  observation: Observation,
): Judgement | undefined {
  return (autoAbort && abort(autoAbort, observation)) ?? (autoPromote && promote(autoPromote, observation));
}

function abort(limits: CanaryThresholds, { canaryIn }: Observation): Judgement | undefined {
  const seen = canaryIn(limits.windowSeconds);
  if (seen.calls < limits.minRequests) return undefined;
  const excess = excessOf(limits, seen);
  return excess === undefined ? undefined : { decision: 'abort', reason: `${excess}; ${told(seen, limits)}` };
}

function promote(limits: CanaryThresholds, { watchedSeconds, canaryIn }: Observation): Judgement | undefined {
  const seen = canaryIn(limits.windowSeconds);
  if (watchedSeconds < limits.windowSeconds || seen.calls < limits.minRequests) return undefined;
  if (excessOf(limits, seen) !== undefined) return undefined;
  return { decision: 'promote', reason: `within its limits; ${told(seen, limits)}` };
}

/** What is above its limit. */
function excessOf({ maxErrorPercent, maxP95Ms }: CanaryThresholds, seen: ObservedCalls): string | undefined {
  if (maxErrorPercent !== undefined && errorPercent(seen) > maxErrorPercent)
    return `errors above ${maxErrorPercent} %`;
  if (maxP95Ms !== undefined && seen.p95Ms > maxP95Ms) return `p95 latency above ${maxP95Ms} ms`;
  return undefined;
}

function errorPercent({ calls, errors }: ObservedCalls): number {
  return calls === 0 ? 0 : (errors / calls) * 100;
}

function told(seen: ObservedCalls, { windowSeconds }: CanaryThresholds): string {
  return `in ${windowSeconds} s: ${describeCalls(seen)}`;
}

export function describeCalls(seen: ObservedCalls): string {
  const percent = Math.round(errorPercent(seen) * 10) / 10;
  return `${seen.errors} of ${seen.calls} calls failed (${percent} %), p95 ${Math.round(seen.p95Ms)} ms`;
}
