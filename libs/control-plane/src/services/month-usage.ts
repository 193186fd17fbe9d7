/** What an account used in a month, out of the tables. */
import type { BillingMonth, CacheUsage, KeyedUsage, MonthUsage, Named, NamedApi } from '@gatehouse/catalog';
import { Any, type EntityManager } from 'typeorm';
import { DeletedNameRow } from '../storage/billing-entities';
import { ApiKeyRow, ApiRow } from '../storage/entities';

/** Caches that are on count up to `nowMs`, or to the month's end. */
export async function monthUsage(
  db: EntityManager,
  accountId: string,
  month: BillingMonth,
  nowMs: number,
): Promise<MonthUsage> {
  const keyed = await keyedUsage(db, accountId, month);
  const caches = await cacheUsage(db, accountId, month, nowMs);
  const apiIds = new Set([...keyed, ...caches].map(({ apiId }) => apiId));
  const keyIds = new Set(keyed.map(({ keyId }) => keyId));
  const deleted = await deletedNames(db, accountId, [...apiIds, ...keyIds]);
  return {
    keyed,
    caches,
    apis: await namesOfApis(db, accountId, [...apiIds], deleted),
    keys: await namesOfKeys(db, accountId, [...keyIds], deleted),
  };
}

async function keyedUsage(
  db: EntityManager,
  accountId: string,
  { startMs, endMs }: BillingMonth,
): Promise<KeyedUsage[]> {
  const rows = await db.query<Record<keyof KeyedUsage, string>[]>(
    `SELECT api_id AS "apiId", key_id AS "keyId", sum(calls) AS calls, sum(coalesce(billed, calls)) AS billed,
            sum(bytes_in) AS "bytesIn", sum(bytes_out) AS "bytesOut", sum(cache_hits) AS "cacheHits"
       FROM usage_days WHERE account_id = $1 AND at >= $2 AND at < $3 GROUP BY api_id, key_id`,
    [accountId, new Date(startMs), new Date(endMs)],
  );
  return rows.map(({ apiId, keyId, calls, billed, bytesIn, bytesOut, cacheHits }) => ({
    apiId,
    keyId,
    calls: BigInt(calls),
    billed: BigInt(billed),
    bytesIn: BigInt(bytesIn),
    bytesOut: BigInt(bytesOut),
    cacheHits: BigInt(cacheHits),
  }));
}

/** Whole seconds of each stage and size: a part of a second is cut off. */
async function cacheUsage(
  db: EntityManager,
  accountId: string,
  { startMs, endMs }: BillingMonth,
  nowMs: number,
): Promise<CacheUsage[]> {
  const rows = await db.query<(Omit<CacheUsage, 'seconds'> & { seconds: string })[]>(
    `SELECT * FROM (
       SELECT api_id AS "apiId", stage, size,
              floor(sum(extract(epoch FROM least(coalesce(to_at, $3), $3) - greatest(from_at, $2))))::bigint AS seconds
         FROM stage_cache_periods
        WHERE account_id = $1 AND from_at < $3 AND (to_at IS NULL OR to_at > $2) GROUP BY api_id, stage, size
     ) AS used WHERE seconds > 0`,
    [accountId, new Date(startMs), new Date(Math.min(endMs, nowMs))],
  );
  return rows.map(({ seconds, ...of }) => ({ ...of, seconds: BigInt(seconds) }));
}

function deletedNames(
  db: EntityManager,
  accountId: string,
  ids: readonly string[],
): Promise<DeletedNameRow[]> {
  return db.findBy(DeletedNameRow, { accountId, id: Any([...ids]) });
}

async function namesOfApis(
  db: EntityManager,
  accountId: string,
  ids: readonly string[],
  deleted: readonly DeletedNameRow[],
): Promise<Map<string, NamedApi>> {
  const rows = await db.findBy(ApiRow, { accountId, id: Any([...ids]) });
  const gone = deleted.flatMap(({ id, kind, name }) =>
    kind === 'KEY' ? [] : [[id, { kind, ...named(name), isDeleted: true }] as const],
  );
  return new Map([
    ...gone,
    ...rows.map(({ id, kind, document }) => [id, { kind, ...named(document.name) }] as const),
  ]);
}

async function namesOfKeys(
  db: EntityManager,
  accountId: string,
  ids: readonly string[],
  deleted: readonly DeletedNameRow[],
): Promise<Map<string, Named>> {
  const rows = await db.findBy(ApiKeyRow, { accountId, id: Any([...ids]) });
  const gone = deleted.flatMap(({ id, kind, name }) =>
    kind === 'KEY' ? [[id, { ...named(name), isDeleted: true }] as const] : [],
  );
  return new Map<string, Named>([
    ...gone,
    ...rows.map(({ id, document }) => [id, named(document.name)] as const),
  ]);
}

function named(name: string | null | undefined): Named {
  return name ? { name } : {};
}
