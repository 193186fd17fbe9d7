import type { MeterRow } from './meters';
import { sumRows } from './sum-rows';

const row = (route: string, minute: number, calls: number): MeterRow => ({
  ...{ accountId: 'a', apiId: 'b', stage: 'c', route, usagePlanId: '', keyId: '' },
  ...{ minute, calls, admitted: 1, billed: 5, bytesIn: 2, bytesOut: 3, cacheHits: 4 },
});

it('adds up what is of one key and minute, and has one order whatever came first', () => {
  const rows = [row('GET /', 7, 1), row('GET /', 8, 2), row('ANY /', 7, 3), row('GET /', 7, 4)];
  const sums = sumRows(rows);
  expect(sums).toEqual([
    row('ANY /', 7, 3),
    { ...row('GET /', 7, 5), admitted: 2, billed: 10, bytesIn: 4, bytesOut: 6, cacheHits: 8 },
    row('GET /', 8, 2),
  ]);
  expect(sumRows(rows.toReversed())).toEqual(sums);
});
