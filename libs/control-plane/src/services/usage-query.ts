/** What one may ask of metering. Every refusal names the parameter. */
import { badRequest } from '@gatehouse/catalog';
import { USAGE_GROUPS, type UsageQuery } from './usage-totals';

/** As they come in a query string; a list where a name comes twice. */
export type UsageParameters = Readonly<Record<string, string | readonly string[] | undefined>>;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const MOST = 500;

/** Defaults: `by` api, `from` an hour ago, `to` now, `limit` 25. Throws `BadRequestException`. */
export function usageQuery(asked: UsageParameters, nowMs: number): UsageQuery {
  const from = timeIn(asked, 'from') ?? minute(nowMs - HOUR_MS);
  const to = timeIn(asked, 'to') ?? minute(nowMs + MINUTE_MS);
  if (from >= to) throw badRequest('from must be before to');
  const apiId = textIn(asked, 'apiId');
  return { by: groupIn(asked), from, to, limit: limitIn(asked), ...(apiId !== undefined && { apiId }) };
}

function minute(ms: number): Date {
  return new Date(ms - (ms % MINUTE_MS));
}

function textIn(asked: UsageParameters, name: string): string | undefined {
  const value = asked[name];
  if (value === undefined || typeof value === 'string') return value;
  throw badRequest(`${name} must be given once`);
}

function groupIn(asked: UsageParameters): UsageQuery['by'] {
  const by = textIn(asked, 'by') ?? 'api';
  const known = USAGE_GROUPS.find((one) => one === by);
  if (known === undefined) throw badRequest(`by must be one of: ${USAGE_GROUPS.join(', ')}`);
  return known;
}

function limitIn(asked: UsageParameters): number {
  const text = textIn(asked, 'limit') ?? '25';
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : NaN;
  if (!(limit >= 1 && limit <= MOST)) throw badRequest(`limit must be a whole number from 1 to ${MOST}`);
  return limit;
}

const TIME = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;

function timeIn(asked: UsageParameters, name: string): Date | undefined {
  const text = textIn(asked, name);
  if (text === undefined) return undefined;
  const day = TIME.exec(text)?.[1];
  const ms = day !== undefined && isDay(day) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms))
    throw badRequest(
      `${name} must be a day or a time with its zone as in ISO 8601, such as 2026-11-28T10:00Z`,
    );
  return new Date(ms);
}

/** What is no day of the calendar may be read as another one. */
function isDay(text: string): boolean {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}
