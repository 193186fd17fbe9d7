/** What a node has metered, for specs: one call of `api1` in the minute of `at`, unless `members` say otherwise; all calls are billed. */
import type { MeterRow } from '@gatehouse/engine';

const MINUTE_MS = 60_000;

export function meterRow(at: string | number, members: Partial<MeterRow> = {}): MeterRow {
  return {
    billed: members.calls ?? 1,
    accountId: '000000000000',
    apiId: 'api1',
    stage: 'dev',
    route: 'GET /',
    usagePlanId: '',
    keyId: '',
    minute: Math.floor(new Date(at).getTime() / MINUTE_MS),
    calls: 1,
    admitted: 0,
    bytesIn: 10,
    bytesOut: 100,
    cacheHits: 0,
    ...members,
  };
}
