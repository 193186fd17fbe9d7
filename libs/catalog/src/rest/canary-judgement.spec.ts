import fc from 'fast-check';
import { judgeCanary, type ObservedCalls } from './canary-judgement';
import type { CanaryOptions } from './canary-options';

const LIMITS = { maxErrorPercent: 5, maxP95Ms: 200, windowSeconds: 60, minRequests: 100 };
const GOOD: ObservedCalls = { calls: 1000, errors: 50, p95Ms: 200 };

function judged(options: CanaryOptions, seen: Partial<ObservedCalls>, watchedSeconds = 60) {
  return judgeCanary(options, { watchedSeconds, canaryIn: () => ({ ...GOOD, ...seen }) });
}

describe('a canary', () => {
  const both = { autoAbort: LIMITS, autoPromote: LIMITS };

  it.each<[string, Partial<ObservedCalls>, string]>([
    ['errors', { errors: 51 }, 'errors above 5 %; in 60 s: 51 of 1000 calls failed (5.1 %), p95 200 ms'],
    [
      'latency',
      { p95Ms: 200.1 },
      'p95 latency above 200 ms; in 60 s: 50 of 1000 calls failed (5 %), p95 200 ms',
    ],
  ])('with %s above the limit is aborted, and why is told', (_what, seen, reason) => {
    expect(judged(both, seen)).toEqual({ decision: 'abort', reason });
  });

  it('at its limits for a whole window is promoted, and not before', () => {
    expect(judged(both, {})).toEqual({
      decision: 'promote',
      reason: 'within its limits; in 60 s: 50 of 1000 calls failed (5 %), p95 200 ms',
    });
    expect(judged(both, {}, 59.9)).toBeUndefined();
  });

  it('is aborted without waiting for the whole window', () => {
    expect(judged(both, { errors: 1000 }, 0)).toMatchObject({ decision: 'abort' });
  });

  it('with too few calls goes on, however they ended', () => {
    fc.assert(
      fc.property(fc.nat(99), fc.nat(99), fc.nat(10_000), (calls, failed, p95Ms) => {
        expect(judged(both, { calls, errors: Math.min(calls, failed), p95Ms })).toBeUndefined();
      }),
    );
  });

  it('that is not good enough to be promoted may still be good enough to go on', () => {
    const options = { autoAbort: { ...LIMITS, maxErrorPercent: 50 }, autoPromote: LIMITS };
    expect(judged(options, { errors: 300 })).toBeUndefined();
  });

  it('whose stage sets no limit goes on', () => {
    const { maxErrorPercent, maxP95Ms, ...rest } = LIMITS;
    expect(judged({}, { errors: 1000 })).toBeUndefined();
    expect(judged({ autoAbort: { ...rest, maxErrorPercent } }, { p95Ms: 9999 })).toBeUndefined();
    expect(judged({ autoAbort: { ...rest, maxP95Ms } }, { errors: 1000 })).toBeUndefined();
  });

  it('is seen by each rule in the window of that rule', () => {
    const windows: number[] = [];
    const options = { autoAbort: LIMITS, autoPromote: { ...LIMITS, windowSeconds: 600 } };
    judgeCanary(options, { watchedSeconds: 1, canaryIn: (seconds) => (windows.push(seconds), GOOD) });
    expect(windows).toEqual([60, 600]);
  });
});
