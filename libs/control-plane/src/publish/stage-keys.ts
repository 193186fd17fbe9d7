/** The keys that open a stage: enabled, and in a usage plan that names it. */
import type { Sealer } from '@gatehouse/platform';
import type { StageKeys } from '@gatehouse/translate';
import type { EntityManager } from 'typeorm';
import { purposeOf } from '../services/api-keys';
import type { StageRow } from '../storage/entities';

export async function stageKeys(
  db: EntityManager,
  sealer: Sealer,
  { apiId, name, apiKeySalt }: StageRow,
): Promise<StageKeys> {
  const rows = await db.query<{ keyId: string; usagePlanId: string; sealed: string }[]>(
    `SELECT k.id AS "keyId", s.plan_id AS "usagePlanId", k.sealed_value AS sealed
       FROM usage_plan_stages s
       JOIN usage_plan_keys joined ON joined.plan_id = s.plan_id
       JOIN api_keys k ON k.id = joined.key_id
      WHERE s.api_id = $1 AND s.stage = $2 AND (k.document ->> 'enabled')::boolean`,
    [apiId, name],
  );
  const keys = rows.map(({ keyId, usagePlanId, sealed }) => ({
    keyId,
    usagePlanId,
    value: sealer.open(sealed, purposeOf(keyId)),
  }));
  return { salt: apiKeySalt, keys };
}
