import fc from 'fast-check';
import { addTally, countCall, emptyTally, isCanaryReport, latencyQuantileMs } from './canary-report';

describe('what nodes count of a canary', () => {
  it('tells a quantile of any latencies at most a fifth above the true one, whatever nodes they came from', () => {
    const latencies = fc.array(fc.double({ min: 1, max: 60_000, noNaN: true }), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(latencies, fc.nat(200), (all, cut) => {
        const nodes = [emptyTally(), emptyTally()] as const;
        all.forEach((ms, i) => countCall(nodes[i < cut ? 0 : 1], 200, ms));
        const sum = emptyTally();
        for (const node of nodes) addTally(sum, node);
        const sorted = [...all].sort((a, b) => a - b);
        const exact = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0;
        const told = latencyQuantileMs(sum, 0.95);
        expect(told).toBeGreaterThanOrEqual(exact * (1 - 1e-6));
        expect(told).toBeLessThanOrEqual(exact * 1.2);
      }),
    );
  });

  it('counts 5xx as errors, and a call of any length somewhere', () => {
    const tally = emptyTally();
    for (const [status, ms] of [
      [200, 0],
      [499, 1e9],
      [500, 5],
      [599, 5],
    ] as const)
      countCall(tally, status, ms);
    expect([tally.calls, tally.errors]).toEqual([4, 2]);
    expect(tally.latencies.reduce((sum, count) => sum + count, 0)).toBe(4);
  });

  it.each([
    [null],
    [{ deploymentId: 1, canary: emptyTally(), base: emptyTally() }],
    [{ deploymentId: 'd', canary: emptyTally() }],
    [{ deploymentId: 'd', canary: { ...emptyTally(), calls: -1 }, base: emptyTally() }],
    [{ deploymentId: 'd', canary: { ...emptyTally(), latencies: ['1'] }, base: emptyTally() }],
    [{ deploymentId: 'd', canary: { ...emptyTally(), latencies: Array(1000).fill(0) }, base: emptyTally() }],
  ])('%j is no report', (value) => {
    expect(isCanaryReport(value)).toBe(false);
  });
});
