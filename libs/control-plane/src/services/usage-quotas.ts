/** What the keys of a plan have left of their quotas now. Nodes' metering arrives within a second or two. */
import { badRequest } from '@gatehouse/catalog';
import { dayOf, periodAt, type QuotaTerms } from '@gatehouse/engine';
import { Any, type EntityManager } from 'typeorm';
import { ApiKeyRow, UsagePlanKeyRow } from '../storage/entities';
import type { Scope } from '../storage/graph-store';
import { QuotaExtensionRow } from '../storage/usage-entities';
import { pageOf, type Page, type PageRequest } from './pages';
import { planRow } from './plan-rows';

export interface KeyQuota {
  readonly keyId: string;
  readonly name?: string;
  readonly period: QuotaTerms['period'];
  /** Calls of a period: the plan's, and what UpdateUsage has granted or taken in this one. */
  readonly limit: number;
  /** Calls of the current period that count. */
  readonly used: number;
  /** Not below 0. */
  readonly remaining: number;
  /** When the next period begins. ISO 8601. */
  readonly resetsAt: string;
}

export interface KeyQuotas extends Page<KeyQuota> {
  readonly usagePlanId: string;
}

/** Keys in the order in which they joined. Throws `BadRequestException` of a plan without a quota. */
export async function keyQuotas(
  db: EntityManager,
  scope: Scope,
  usagePlanId: string,
  nowMs: number,
  page: PageRequest,
): Promise<KeyQuotas> {
  const { document } = await planRow(db, scope, usagePlanId);
  if (!document.quota) throw badRequest(`Usage Plan ${usagePlanId} has no quota`);
  const { limit, offset } = document.quota;
  const period = document.quota.period as QuotaTerms['period'];
  const { startMs, endMs } = periodAt({ period, offset }, nowMs);
  const rows = await db.find(UsagePlanKeyRow, { where: { planId: usagePlanId }, order: { sequence: 'ASC' } });
  const { items, ...rest } = pageOf(rows, ({ keyId }) => keyId, page);
  const ids = items.map(({ keyId }) => keyId);
  const used = await usedSince(db, usagePlanId, ids, startMs);
  const extra = await extraOf(db, usagePlanId, ids, dayOf(startMs));
  const names = await namesOf(db, ids);
  const quotaOf = (keyId: string): KeyQuota => {
    const [most, gone] = [limit + (extra.get(keyId) ?? 0), used.get(keyId) ?? 0];
    const counts = { limit: most, used: gone, remaining: Math.max(0, most - gone) };
    return { keyId, ...names.get(keyId), period, ...counts, resetsAt: new Date(endMs).toISOString() };
  };
  return { usagePlanId, items: ids.map(quotaOf), ...rest };
}

async function usedSince(
  db: EntityManager,
  planId: string,
  keyIds: readonly string[],
  startMs: number,
): Promise<Map<string, number>> {
  const rows = await db.query<{ keyId: string; used: string }[]>(
    `SELECT key_id AS "keyId", sum(admitted) AS used FROM usage_days
      WHERE plan_id = $1 AND key_id = ANY($2) AND at >= $3 GROUP BY key_id`,
    [planId, keyIds, new Date(startMs)],
  );
  return new Map(rows.map(({ keyId, used }) => [keyId, Number(used)]));
}

async function extraOf(
  db: EntityManager,
  planId: string,
  keyIds: readonly string[],
  fromDay: string,
): Promise<Map<string, number>> {
  const rows = await db.findBy(QuotaExtensionRow, { planId, keyId: Any([...keyIds]), fromDay });
  return new Map(rows.map(({ keyId, calls }) => [keyId, Number(calls)]));
}

async function namesOf(
  db: EntityManager,
  keyIds: readonly string[],
): Promise<Map<string, { name?: string }>> {
  const rows = await db.findBy(ApiKeyRow, { id: Any([...keyIds]) });
  return new Map(rows.map(({ id, document: { name } }) => [id, name ? { name } : {}]));
}
