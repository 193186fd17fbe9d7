import { OwnLimits } from './limits';
import { OwnQuota, type QuotaTerms } from './quota';
import { dayOf, periodAt } from './quota-period';

const at = (text: string): number => Date.parse(`${text}Z`);

const MIDNIGHT = '00:00:00.000Z';

it.each<[QuotaTerms['period'], number, string, string, string]>([
  ['DAY', 0, '2026-11-28T23:59:59.999', '2026-11-28', '2026-11-29'],
  ['DAY', 0, '2026-11-29T00:00:00', '2026-11-29', '2026-11-30'],
  ['WEEK', 0, '2026-11-28T12:00:00', '2026-11-22', '2026-11-29'],
  ['WEEK', 0, '2026-11-29T00:00:00', '2026-11-29', '2026-12-06'],
  ['WEEK', 1, '2026-11-29T12:00:00', '2026-11-23', '2026-11-30'],
  ['WEEK', 6, '2026-11-28T12:00:00', '2026-11-28', '2026-12-05'],
  ['WEEK', 0, '1969-12-31T12:00:00', '1969-12-28', '1970-01-04'],
  ['MONTH', 0, '2026-11-30T23:59:59', '2026-11-01', '2026-12-01'],
  ['MONTH', 0, '2024-02-29T12:00:00', '2024-02-01', '2024-03-01'],
  ['MONTH', 14, '2026-12-14T12:00:00', '2026-11-15', '2026-12-15'],
  ['MONTH', 14, '2026-12-15T00:00:00', '2026-12-15', '2027-01-15'],
  ['MONTH', 27, '2026-03-27T12:00:00', '2026-02-28', '2026-03-28'],
])('a %s with offset %i has at %s the period from %s to %s', (period, offset, now, from, to) => {
  const { startMs, endMs } = periodAt({ period, offset }, at(now));
  expect([dayOf(startMs), dayOf(endMs)]).toEqual([from, to]);
  expect([startMs, endMs].map((ms) => new Date(ms).toISOString().slice(11))).toEqual([MIDNIGHT, MIDNIGHT]);
});

const TERMS: QuotaTerms = { limit: 2, period: 'DAY', offset: 0 };
const uses = (quota: OwnQuota, now: string, calls: number): number => {
  let passed = 0;
  for (let i = 0; i < calls; i++) {
    if (!quota.hasCall(at(now))) continue;
    quota.take();
    passed++;
  }
  return passed;
};

it('lets so many calls pass in each period', () => {
  const quota = new OwnQuota(TERMS);
  expect(uses(quota, '2026-11-28T12:00:00', 5)).toBe(2);
  expect(uses(quota, '2026-11-28T23:59:59', 5)).toBe(0);
  expect(uses(quota, '2026-11-29T00:00:00', 5)).toBe(2);
});

it('goes on where it was when a clock that was wrong is set right, and renews at the right time', () => {
  const quota = new OwnQuota({ ...TERMS, limit: 5 });
  expect(uses(quota, '2026-11-28T12:00:00', 3)).toBe(3);
  expect(uses(quota, '2031-01-01T00:00:00', 1)).toBe(1);
  expect(uses(quota, '2026-11-28T12:00:01', 9)).toBe(2);
  expect(uses(quota, '2026-11-29T00:00:00', 9)).toBe(5);
  // A little back over midnight is still the same day's.
  expect(uses(quota, '2026-11-28T23:59:00', 9)).toBe(0);
});

it('gives more where more was granted, in that period only, and keeps count under other terms', () => {
  const quota = new OwnQuota(TERMS);
  uses(quota, '2026-11-28T12:00:00', 2);
  quota.change({ ...TERMS, extra: { from: '2026-11-28', calls: 3 } });
  expect(uses(quota, '2026-11-28T12:00:00', 9)).toBe(3);
  expect(uses(quota, '2026-11-29T12:00:00', 9)).toBe(2);
  quota.change({ ...TERMS, limit: 7 });
  expect(uses(quota, '2026-11-29T12:00:00', 9)).toBe(5);
  quota.change({ ...TERMS, period: 'MONTH' });
  expect(uses(quota, '2026-11-29T12:00:00', 9)).toBe(2);
});

it('is one for one name', () => {
  const limits = new OwnLimits({ monotonicMs: () => 0 });
  const first = limits.quota('p1:k1', TERMS);
  expect(limits.quota('p1:k1', TERMS)).toBe(first);
  expect(limits.quota('p1:k2', TERMS)).not.toBe(first);
});
