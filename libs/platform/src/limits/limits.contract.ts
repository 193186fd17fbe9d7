/** What every store of limits promises. An adapter's spec is one call. */
import {
  LeasedLimits,
  type LeaseAnswer,
  type LeaseRequest,
  type LimitStore,
  type QuotaRequest,
} from '@gatehouse/engine';
import { until } from '../testing';

export interface StoreUnderTest {
  /** A store that is empty, and another node's way to the same. */
  readonly open: () => Promise<{ store: LimitStore; other: LimitStore; close: () => Promise<void> }>;
}

const request = (members: Partial<LeaseRequest> = {}): LeaseRequest => ({
  bucket: 'b',
  // So slow that no token comes in while a test runs.
  rate: 0.001,
  burst: 100,
  spent: 0,
  charged: 0,
  isFresh: false,
  want: 10,
  ...members,
});

export function limitsContract(name: string, { open }: StoreUnderTest): void {
  describe(`limit store: ${name}`, () => {
    let store: LimitStore;
    let other: LimitStore;
    let close: () => Promise<void>;
    beforeEach(async () => ({ store, other, close } = await open()));
    afterEach(() => close());

    const lease = async (node: string, members: Partial<LeaseRequest> = {}): Promise<LeaseAnswer> => {
      const { answers } = await store.lease(node, [request(members)]);
      const { granted = NaN, level = NaN } = answers[0] ?? {};
      return { granted, level: Math.round(level * 10) / 10 };
    };

    it('grants what is wanted, or a part of what there is, never all but what was asked for', async () => {
      expect(await lease('n1', { bucket: 'x', want: 80 })).toEqual({ granted: 80, level: 20 });
      expect(await lease('n1', { want: 1 })).toEqual({ granted: 50, level: 50 });
      expect(await lease('n2', { want: 1 })).toEqual({ granted: 25, level: 25 });
      expect(await lease('n3', { want: 1 })).toEqual({ granted: 8, level: 17 });
      expect(await lease('n4', { want: 100 })).toEqual({ granted: 17, level: 0 });
      expect(await lease('n5', { want: 100 })).toEqual({ granted: 0, level: 0 });
    });

    it('takes back what was not spent, and counts an answer that was lost once', async () => {
      await lease('n1', { want: 60 });
      expect(await lease('n1', { spent: 5, charged: 60, want: 60 })).toEqual({ granted: 60, level: 35 });
      // As if the last answer had not come.
      expect(await lease('n1', { spent: 7, charged: 60, want: 60 })).toEqual({ granted: 60, level: 33 });
      expect(await lease('n1', { spent: 7, charged: 67, want: -1 })).toEqual({ granted: 0, level: 93 });
    });

    it('makes whoever spent more than he had pay first, though never for more than a bucket', async () => {
      expect(await lease('n1', { want: 0, spent: 30 })).toEqual({ granted: 35, level: 35 });
      await lease('n2', { want: 100 });
      expect(await lease('n1', { spent: 75, charged: 65 })).toEqual({ granted: 0, level: -10 });
      expect(await lease('n1', { spent: 1000, charged: 75 })).toEqual({ granted: 0, level: -100 });
    });

    it('begins with what the node knows where it has lost the bucket, full where nobody knows', async () => {
      expect(await lease('n1', { level: 4, charged: 30, spent: 20 })).toEqual({ granted: 10, level: 4 });
      expect(await lease('n1', { bucket: 'other', want: 100 })).toEqual({ granted: 100, level: 0 });
      expect(await lease('n1', { bucket: 'third', level: 1e6, want: 100 })).toEqual({
        granted: 100,
        level: 0,
      });
    });

    it('goes no higher than a node that comes back, and forgets what it had written down of it', async () => {
      await lease('n1', { want: 60 });
      const back = { isFresh: true, spent: 500, charged: 500, level: 12, want: 2 };
      expect(await lease('n1', back)).toEqual({ granted: 6, level: 6 });
      await lease('n2', { bucket: 'full', want: 0 });
      expect(await lease('n1', { bucket: 'full', isFresh: true, spent: 3, want: -1 })).toMatchObject({
        granted: 0,
        level: 47,
      });
    });

    it('keeps a full bucket full under another limit, and any other as it is, as far as there is room', async () => {
      await lease('n1', { burst: 0, want: 1 });
      expect(await lease('n1', { burst: 40, want: -1 })).toEqual({ granted: 0, level: 40 });
      expect(await lease('n1', { burst: 40, spent: 10, want: -1 })).toEqual({ granted: 0, level: 30 });
      expect(await lease('n1', { burst: 90, spent: 10, want: -1 })).toEqual({ granted: 0, level: 30 });
      expect(await lease('n1', { burst: 20, spent: 10, want: -1 })).toEqual({ granted: 0, level: 20 });
    });

    it('fills up to the burst, what nodes hold included', async () => {
      const fast = { rate: 1000, burst: 20 };
      await lease('n1', { ...fast, want: 15 });
      const deadline = performance.now() + 5000;
      let level = 0;
      while (level < 5 && performance.now() < deadline)
        ({ level } = await lease('n2', { ...fast, want: -1 }));
      expect(level).toBe(5);
      expect(await lease('n2', { ...fast, want: -1 })).toEqual({ granted: 0, level: 5 });
    });

    it('answers in order, keeps buckets and nodes apart, and counts the living', async () => {
      const { nodes, answers } = await store.lease('n1', [
        request({ bucket: 'a', want: 100 }),
        request({ bucket: 'b', burst: 7, want: 100 }),
        request({ bucket: 'c}{ ü:', burst: 3, want: 100 }),
      ]);
      expect(answers.map(({ granted }) => granted)).toEqual([100, 7, 3]);
      expect(nodes).toBe(1);
      expect(await other.lease('n2', [])).toEqual({ nodes: 2, answers: [], quotas: [], wanted: [] });
    });

    const quota = async (node: string, members: Partial<QuotaRequest> = {}): Promise<number[]> => {
      const asked = { quota: 'q', holder: 1, limit: 10, spent: 0, charged: 0, want: 1, keepMs: 60_000 };
      const { quotas } = await store.lease(node, [], [{ ...asked, ...members }]);
      return quotas.flatMap(({ granted, level }) => [granted, level]);
    };

    it('hands a quota out in halves at most and single calls in the end, and takes back what was not used', async () => {
      expect(await quota('n1', { want: 9 })).toEqual([5, 5]);
      expect(await quota('n2', { want: 9 })).toEqual([2, 3]);
      expect(await quota('n2', { spent: 2, charged: 2, want: 0 })).toEqual([0, 3]);
      expect(await quota('n2', { spent: 2, charged: 2 })).toEqual([1, 2]);
      // As if the last answer had not come.
      expect(await quota('n2', { spent: 2, charged: 2 })).toEqual([1, 2]);
      expect(await quota('n1', { spent: 1, charged: 5, want: 0 })).toEqual([0, 6]);
      expect(await quota('n2', { limit: 5, spent: 3, charged: 3, want: 9 })).toEqual([1, 0]);
      expect(await quota('n2', { limit: 12, spent: 4, charged: 4, want: 0 })).toEqual([0, 7]);
    });

    it('makes good for calls that were made while it was away, and believes who has seen most of a quota that it lost', async () => {
      expect(await quota('n1', { spent: 9, want: 5 })).toEqual([1, 0]);
      expect(await quota('n2', { quota: 'lost', level: 6, charged: 3, spent: 2, want: 0 })).toEqual([0, 7]);
      expect(await quota('n3', { quota: 'lost', level: 2, charged: 1, spent: 1, want: 0 })).toEqual([0, 2]);
    });

    it('tells others of a quota that somebody got nothing of', async () => {
      await quota('n1', { limit: 1 });
      expect((await other.lease('n3', [])).wanted).toEqual([]);
      await quota('n2', { limit: 1 });
      // Clocks of nodes may differ.
      const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
      try {
        const untilMs = performance.now() + 5000;
        let isWanted = false;
        while (!isWanted && performance.now() < untilMs)
          isWanted = (await other.lease('n3', [])).wanted.includes('q');
        expect(isWanted).toBe(true);
      } finally {
        now.mockRestore();
      }
    });

    it('lets a node pass no more than the limit says', async () => {
      const clock = { now: Date.now, monotonicMs: () => performance.now() };
      const after = (ms: number, act: () => void): (() => void) => {
        const timer = setTimeout(act, ms);
        return () => clearTimeout(timer);
      };
      const nodes = [store, other].map(
        (one, i) => new LeasedLimits({ node: `n${i}`, store: one, clock, timers: { after } }),
      );
      // The first has not heard of the other before its next sign of life.
      await until('they know each other', () => nodes.every((node) => node.nodes === 2));
      const limit = { rate: 100, burst: 50 };
      const buckets = nodes.map((node) => node.bucket('b', limit));
      const fromMs = performance.now();
      let passed = 0;
      while (passed < 100 && performance.now() - fromMs < 8000) {
        for (const bucket of buckets) {
          const nowMs = performance.now();
          if (!bucket.hasToken(nowMs)) continue;
          bucket.take(nowMs);
          passed++;
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      const seconds = (performance.now() - fromMs) / 1000;
      // Both may pass one in the last round.
      expect(passed).toBeGreaterThanOrEqual(100);
      expect(passed).toBeLessThanOrEqual(limit.burst + limit.rate * seconds + nodes.length);
      await Promise.all(nodes.map((node) => node.stop()));
    });
  });
}
