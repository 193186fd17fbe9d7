/** The keys that open a stage: enabled, and in a usage plan that names it. */
import type { Sealer } from '@gatehouse/platform';
import type { StageKeys, StagePlan } from '@gatehouse/translate';
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
  const plans = await plansOf(db, apiId, name);
  const keys = rows.map(({ keyId, usagePlanId, sealed }) => ({
    keyId,
    usagePlanId,
    value: sealer.open(sealed, purposeOf(keyId)),
  }));
  return { salt: apiKeySalt, keys, plans };
}

/** What the plans that name a stage say of it. */
async function plansOf(db: EntityManager, apiId: string, stage: string): Promise<Record<string, StagePlan>> {
  const rows = await db.query<
    {
      id: string;
      throttle: StagePlan['throttle'] | null;
      methods: StagePlan['methods'] | null;
      quota: StagePlan['quota'] | null;
      extra: StagePlan['extra'] | null;
    }[]
  >(
    `SELECT s.plan_id AS id, p.document -> 'throttle' AS throttle, s.throttle AS methods, p.document -> 'quota' AS quota,
            (SELECT jsonb_object_agg(e.key_id, jsonb_build_object('from', e.from_day, 'calls', e.calls))
               FROM quota_extensions e
               JOIN usage_plan_keys joined ON joined.plan_id = e.plan_id AND joined.key_id = e.key_id
              WHERE e.plan_id = s.plan_id) AS extra
       FROM usage_plan_stages s JOIN usage_plans p ON p.id = s.plan_id
      WHERE s.api_id = $1 AND s.stage = $2`,
    [apiId, stage],
  );
  const plan = ({ throttle, methods, quota, extra }: (typeof rows)[number]): StagePlan => ({
    ...(throttle && { throttle }),
    ...(methods && { methods }),
    ...(quota && { quota }),
    ...(extra && { extra }),
  });
  return Object.fromEntries(rows.map((row) => [row.id, plan(row)]));
}
