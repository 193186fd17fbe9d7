import fc from 'fast-check';
import { OwnBucket, type Limit } from './bucket';
import { OwnLimits } from './limits';

const passes = (bucket: OwnBucket, atMs: number): boolean => {
  const isFine = bucket.hasToken(atMs);
  if (isFine) bucket.take();
  return isFine;
};

it('lets `burst` calls pass at once and then `rate` a second', () => {
  const bucket = new OwnBucket({ rate: 2, burst: 3 }, 1000);
  expect([1, 2, 3, 4].map(() => passes(bucket, 1000))).toEqual([true, true, true, false]);
  expect([passes(bucket, 1499), passes(bucket, 1500), passes(bucket, 1501)]).toEqual([false, true, false]);
  expect([bucket.remaining(9000), bucket.remaining(90_000)]).toEqual([3, 3]);
});

it.each<[Limit, number]>([
  [{ rate: 10, burst: 1 }, 100],
  [{ rate: 0.5, burst: 1 }, 2000],
  [{ rate: 0, burst: 1 }, Infinity],
])('says when there is a token again: %j', (limit, waitMs) => {
  const bucket = new OwnBucket(limit, 0);
  expect(bucket.waitMs(0)).toBe(0);
  bucket.take();
  expect(bucket.waitMs(0)).toBe(waitMs);
});

it('lets nothing pass where there are no tokens at all, or time goes back', () => {
  expect(new OwnBucket({ rate: 100, burst: 0 }, 0).hasToken(60_000)).toBe(false);
  const bucket = new OwnBucket({ rate: 1, burst: 1 }, 10_000);
  expect([passes(bucket, 10_000), passes(bucket, 0), passes(bucket, 10_999)]).toEqual([true, false, false]);
});

it('never lets more pass than burst and rate allow, whenever calls come', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 0, max: 200 }),
      fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 200 }),
      (burst, rate, gaps) => {
        const bucket = new OwnBucket({ rate, burst }, 0);
        const passed: number[] = [];
        let atMs = 0;
        for (const gap of gaps) if (passes(bucket, (atMs += gap))) passed.push(atMs);
        passed.forEach((from, i) =>
          passed.slice(i).forEach((to, count) => {
            expect(count + 1).toBeLessThanOrEqual(burst + (rate * (to - from)) / 1000 + 1e-6);
          }),
        );
      },
    ),
  );
});

describe('buckets of a node that shares nothing', () => {
  const clock = { monotonicMs: () => 0 };

  it('are one for one name, with the limit given last, and what is spent stays spent', () => {
    const limits = new OwnLimits(clock);
    const first = limits.bucket('a', { rate: 1, burst: 3 });
    first.take(0);
    expect(limits.bucket('a', { rate: 1, burst: 3 })).toBe(first);
    expect(limits.bucket('a', { rate: 1, burst: 10 }).remaining(0)).toBe(2);
    expect(limits.bucket('b', { rate: 1, burst: 10 }).remaining(0)).toBe(10);
  });

  it('are full after a change where they were full', () => {
    const limits = new OwnLimits(clock);
    limits.bucket('a', { rate: 1, burst: 3 });
    expect(limits.bucket('a', { rate: 1, burst: 10 }).remaining(0)).toBe(10);
    expect(limits.bucket('a', { rate: 1, burst: 2 }).remaining(0)).toBe(2);
  });
});
