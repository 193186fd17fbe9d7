/** For how long stages had their caches switched on: written down with each change, in its transaction. */
import type { CacheSize, RestStage } from '@gatehouse/catalog';
import { IsNull, type EntityManager } from 'typeorm';
import { StageCachePeriodRow } from '../storage/billing-entities';
import { ApiRow } from '../storage/entities';

/** After a stage was saved. Size counts while the cache is on only. */
export async function noteCache(
  db: EntityManager,
  apiId: string,
  { stageName: stage, cacheClusterEnabled, cacheClusterSize }: RestStage,
  nowMs: number,
): Promise<void> {
  // Only the catalog's sizes get into a stage.
  const size = cacheClusterEnabled ? (cacheClusterSize as CacheSize) : undefined;
  const open = await db.findOneBy(StageCachePeriodRow, { apiId, stage, toAt: IsNull() });
  if (open?.size === size) return;
  await endCaches(db, { apiId, stage }, nowMs);
  if (size === undefined) return;
  const { accountId } = await db.findOneByOrFail(ApiRow, { id: apiId });
  await db.insert(StageCachePeriodRow, { accountId, apiId, stage, size, fromAt: new Date(nowMs) });
}

/** Of the stage, or of all stages of the API. */
export async function endCaches(
  db: EntityManager,
  of: { readonly apiId: string; readonly stage?: string },
  nowMs: number,
): Promise<void> {
  await db.update(StageCachePeriodRow, { ...of, toAt: IsNull() }, { toAt: new Date(nowMs) });
}
