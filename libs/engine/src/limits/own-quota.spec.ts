/** A quota that remembers its period and limit says the same as one that works both out for each call, and looks at no calendar. */
import * as fc from 'fast-check';
import { limitIn, OwnQuota, type Quota, type QuotaTerms } from './quota';
import { isWithin, periodAt, type Period } from './quota-period';

const DAY_MS = 86_400_000;

/** Slow: it keeps every count by the period's start, and knows nothing but the terms and the period it was last in. */
class PlainQuota implements Quota {
  #counts: { readonly period: Period; used: number }[] = [];

  constructor(private terms: QuotaTerms) {}

  change(terms: QuotaTerms): void {
    const { period, offset } = this.terms;
    this.terms = terms;
    // What was counted under another kind of period is kept only as the one before.
    if (terms.period !== period || terms.offset !== offset)
      this.#counts.push({ period: { startMs: 0, endMs: 0 }, used: this.#now?.used ?? 0 });
  }

  hasCall(nowMs: number): boolean {
    const [known, before] = [this.#counts.at(-1), this.#counts.at(-2)];
    const isThere = known !== undefined && isWithin(known.period, nowMs);
    const period = isThere ? known.period : periodAt(this.terms, nowMs);
    const isBack = before?.period.startMs === period.startMs && before.period.endMs === period.endMs;
    if (!isThere) this.#counts.push({ period, used: isBack ? before.used : 0 });
    return (this.#now?.used ?? 0) < limitIn(this.terms, period);
  }

  take(): void {
    if (this.#now !== undefined) this.#now.used++;
  }

  get #now(): { readonly period: Period; used: number } | undefined {
    return this.#counts.at(-1);
  }
}

const day = fc.constantFrom('2026-11-01', '2026-11-28', '2026-11-29', '2026-11-30', '2026-12-01');
const terms: fc.Arbitrary<QuotaTerms> = fc
  .record({
    limit: fc.nat(3),
    period: fc.constantFrom('DAY' as const, 'WEEK' as const, 'MONTH' as const),
    offset: fc.nat(6),
    extra: fc.option(fc.record({ from: day, calls: fc.integer({ min: -2, max: 4 }) }), { nil: undefined }),
  })
  .map(({ extra, ...rest }) => ({
    ...rest,
    offset: rest.period === 'DAY' ? 0 : rest.offset,
    ...(extra && { extra }),
  }));
/** By how much the clock goes on: mostly little, and over midnight to the millisecond, and back. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.nat(2) },
  fc.constantFrom(-1, 1, -DAY_MS, DAY_MS, DAY_MS - 1, -3_600_000, -3_600_001, 7 * DAY_MS, -40 * DAY_MS),
  fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS }),
);
const start = day.map((text) => Date.parse(text) - 1);
const action = fc.oneof(
  { weight: 6, arbitrary: step.map((ms) => ({ ms })) },
  terms.map((change) => ({ change })),
);

it('says of every call what it would by working period and limit out anew, at midnight and when clocks step', () => {
  fc.assert(
    fc.property(start, terms, fc.array(action, { maxLength: 40 }), (from, first, actions) => {
      const [quota, plain] = [new OwnQuota(first), new PlainQuota(first)];
      let nowMs = from;
      for (const one of actions) {
        if ('change' in one) {
          quota.change(one.change);
          plain.change(one.change);
          continue;
        }
        nowMs += one.ms;
        const isFine = plain.hasCall(nowMs);
        expect(quota.hasCall(nowMs)).toBe(isFine);
        if (!isFine) continue;
        quota.take();
        plain.take();
      }
    }),
    { numRuns: 2000 },
  );
});

it('begins anew when its kind of period changes and changes back, and remembers no day before', () => {
  const day: QuotaTerms = { limit: 1, period: 'DAY', offset: 0 };
  const quota = new OwnQuota(day);
  const midnight = Date.parse('2026-11-01');
  expect(quota.hasCall(midnight - 1)).toBe(true);
  quota.take();
  expect(quota.hasCall(midnight)).toBe(true);
  quota.change({ ...day, period: 'WEEK' });
  quota.change(day);
  expect(quota.hasCall(midnight - 1)).toBe(true);
});

it('looks at the calendar once in a period, however many calls come', () => {
  const quota = new OwnQuota({
    limit: 1000,
    period: 'MONTH',
    offset: 0,
    extra: { from: '2026-11-01', calls: 1 },
  });
  const calendar = jest.spyOn(Date.prototype, 'toISOString');
  try {
    for (let i = 0; i < 1000; i++) if (quota.hasCall(Date.parse('2026-11-28') + i)) quota.take();
    expect(calendar).toHaveBeenCalledTimes(1);
    expect(quota.hasCall(Date.parse('2026-12-01'))).toBe(true);
    expect(calendar).toHaveBeenCalledTimes(2);
  } finally {
    calendar.mockRestore();
  }
});
