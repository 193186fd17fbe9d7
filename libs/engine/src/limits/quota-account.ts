/**
 * A node's account of one period of one quota: what the store is told. It outlives the quota itself, so that what a quota held
 * that nobody uses any more goes back.
 */
import type { QuotaRequest } from './limit-store';
import type { Period } from './quota-period';

/** A store remembers a period a little longer than it lasts: clocks differ. */
const AFTER_MS = 3_600_000;

export class QuotaAccount {
  /** Calls let pass in this period. */
  spent = 0;
  /** See `QuotaRequest.charged`. */
  charged = 0;
  /** What is left beside what is handed out, by the last answer; `undefined` = never heard. */
  level: number | undefined = undefined;

  /** `name` tells the period too. `holder`: see `QuotaRequest`. */
  constructor(
    readonly name: string,
    readonly holder: number,
    public limit: number,
    readonly period: Period,
  ) {}

  /** `wallMs`: epoch milliseconds. */
  request(want: number, wallMs: number): QuotaRequest {
    const { name, holder, limit, spent, charged, level } = this;
    return {
      ...{ quota: name, holder, limit, spent, charged, want },
      ...(level !== undefined && { level }),
      keepMs: Math.max(0, this.period.endMs - wallMs) + AFTER_MS,
    };
  }
}
