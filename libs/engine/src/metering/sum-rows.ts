import type { MeterRow } from './meters';

/** One row for each key and minute, in an order that depends on nothing but them. */
export function sumRows(rows: readonly MeterRow[]): MeterRow[] {
  const sums = new Map<string, MeterRow>();
  for (const row of rows) {
    const { minute, accountId, apiId, stage, route, usagePlanId, keyId } = row;
    const name = [minute, accountId, apiId, stage, route, usagePlanId, keyId].join('\n');
    const known = sums.get(name);
    sums.set(name, known === undefined ? row : sumOf(known, row));
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

function sumOf(one: MeterRow, other: MeterRow): MeterRow {
  return {
    ...one,
    calls: one.calls + other.calls,
    admitted: one.admitted + other.admitted,
    billed: one.billed + other.billed,
    bytesIn: one.bytesIn + other.bytesIn,
    bytesOut: one.bytesOut + other.bytesOut,
    cacheHits: one.cacheHits + other.cacheHits,
  };
}
