/** Rules of GetUsage and UpdateUsage (API reference, "Usage"). */
import { badRequest } from '../fault';
import { requirePaths, type PatchOperation } from '../patch/operation';
import { notListed } from '../patch/table';

const DAY_MS = 86_400_000;
const MOST_DAYS = 90;
const ENTRIES = [{ path: '/remaining', ops: ['replace'] }];

/** Each day from `startDate` to `endDate`, both included, as `2026-11-28`; 90 at most. */
export function usageDays(startDate: string, endDate: string): string[] {
  const [start, end] = [dayIn('startDate', startDate), dayIn('endDate', endDate)];
  if (end < start) throw badRequest('Invalid date range: endDate must not be before startDate');
  const count = (end - start) / DAY_MS + 1;
  if (count > MOST_DAYS) throw badRequest(`Invalid date range: at most ${MOST_DAYS} days may be asked for`);
  return Array.from({ length: count }, (_, i) => new Date(start + i * DAY_MS).toISOString().slice(0, 10));
}

function dayIn(member: string, text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : NaN;
  // What is no day of the calendar may be read as another one.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text)
    throw badRequest(`Invalid ${member} specified. Must be a date in the form YYYY-MM-DD`);
  return ms;
}

/** What a key shall have left in the current period. */
export function remainingIn(operations: readonly PatchOperation[]): number {
  requirePaths(operations);
  for (const operation of operations)
    if (operation.path !== '/remaining' || operation.op !== 'replace') throw notListed(ENTRIES, operation);
  const value = operations.at(-1)?.value ?? '';
  if (!/^\d{1,15}$/.test(value)) throw badRequest('Remaining must be a whole number and not negative');
  return Number(value);
}
