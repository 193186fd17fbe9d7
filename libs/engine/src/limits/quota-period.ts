/**
 * Periods of quotas, in UTC: days, weeks from Sunday, months from the first. `offset` moves the start of a week or a month by
 * so many days (0 to 6, 0 to 27).
 *
 * DIFFERS: `offset` of a quota; the API reference has it as requests, but what AWS accepts for it are days.
 */
import type { QuotaSnapshot } from '@gatehouse/snapshot';

const DAY_MS = 86_400_000;

/** Epoch milliseconds; `endMs` is the start of the next one. */
export interface Period {
  readonly startMs: number;
  readonly endMs: number;
}

/** A clock that is set back by so much or less stays in the period that it was in; further, it had been wrong. */
const SET_BACK_MS = 3_600_000;

export function isWithin({ startMs, endMs }: Period, nowMs: number): boolean {
  return nowMs < endMs && nowMs >= startMs - SET_BACK_MS;
}

export function periodAt(
  { period, offset }: Pick<QuotaSnapshot, 'period' | 'offset'>,
  nowMs: number,
): Period {
  const today = Math.floor(nowMs / DAY_MS);
  if (period === 'MONTH') return monthAt(nowMs, offset);
  // Day 3 of the epoch was a Sunday.
  const [days, first] = period === 'WEEK' ? [7, 3 + offset] : [1, 0];
  const start = today - ((((today - first) % days) + days) % days);
  return { startMs: start * DAY_MS, endMs: (start + days) * DAY_MS };
}

function monthAt(nowMs: number, offset: number): Period {
  const shifted = new Date(nowMs - offset * DAY_MS);
  const [year, month] = [shifted.getUTCFullYear(), shifted.getUTCMonth()];
  return { startMs: Date.UTC(year, month, 1 + offset), endMs: Date.UTC(year, month + 1, 1 + offset) };
}

/** `2026-11-28`. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
