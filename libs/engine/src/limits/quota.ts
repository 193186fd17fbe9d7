/** Quotas: so many calls of a key in each period, over all stages of its usage plan. */
import type { QuotaSnapshot } from '@gatehouse/snapshot';
import { dayOf, isWithin, periodAt, type Period } from './quota-period';

/** As with buckets, a caller asks first and takes then, within one turn. `nowMs` is epoch milliseconds. */
export interface Quota {
  /** Of the periods that begin, and of this one. */
  change(terms: QuotaTerms): void;
  hasCall(nowMs: number): boolean;
  /** Only after `hasCall` has said yes in the same turn. */
  take(): void;
}

/** What a plan grants one key. */
export interface QuotaTerms extends Pick<QuotaSnapshot, 'limit' | 'offset' | 'period'> {
  /** On top of `limit`, in the period that begins on this day; may be below 0. */
  readonly extra?: { readonly from: string; readonly calls: number };
}

/** Not for every call: it takes longer than the rest of a quota together. */
export function limitIn({ limit, extra }: QuotaTerms, { startMs }: Period): number {
  return Math.max(0, limit + (extra?.from === dayOf(startMs) ? extra.calls : 0));
}

const NO_PERIOD: Period = { startMs: 0, endMs: 0 };

/** A quota that nobody shares. */
export class OwnQuota implements Quota {
  #terms: QuotaTerms;
  #period = NO_PERIOD;
  /** Of that period, by those terms. */
  #limit = 0;
  #used = 0;
  /** A clock that was wrong for a while comes back to the period before. */
  #before = { period: NO_PERIOD, used: 0 };

  constructor(terms: QuotaTerms) {
    this.#terms = terms;
  }

  /** Another kind of period begins anew. */
  change(terms: QuotaTerms): void {
    const { period, offset } = this.#terms;
    if (terms.period !== period || terms.offset !== offset) {
      this.#period = NO_PERIOD;
      this.#before = { period: NO_PERIOD, used: 0 };
    }
    this.#terms = terms;
    this.#limit = limitIn(terms, this.#period);
  }

  hasCall(nowMs: number): boolean {
    if (!isWithin(this.#period, nowMs)) this.#begin(nowMs);
    return this.#used < this.#limit;
  }

  take(): void {
    this.#used++;
  }

  #begin(nowMs: number): void {
    const period = periodAt(this.#terms, nowMs);
    const { startMs, endMs } = this.#before.period;
    const used = period.startMs === startMs && period.endMs === endMs ? this.#before.used : 0;
    this.#before = { period: this.#period, used: this.#used };
    this.#period = period;
    this.#limit = limitIn(this.#terms, period);
    this.#used = used;
  }
}
