/** What API keys and usage plans share: finding their rows, the rules between them, and which stages a change concerns. */
import { conflict, limitExceeded, notFound } from '@gatehouse/catalog';
import type { EntityManager } from 'typeorm';
import { ApiKeyRow, UsagePlanKeyRow, UsagePlanRow, UsagePlanStageRow } from '../storage/entities';
import { scopeOf, type Scope } from '../storage/graph-store';
import { markForPublication } from './workspace';

const PLANS_LOCK = 4_736_514;

/** Changes of keys and plans of one account and region run one after the other, so that rules between them hold. */
export async function lockPlans(db: EntityManager, { accountId, region }: Scope): Promise<void> {
  await db.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [PLANS_LOCK, `${accountId}/${region}`]);
}

export async function keyRow(db: EntityManager, scope: Scope, id: string): Promise<ApiKeyRow> {
  const row = await db.findOneBy(ApiKeyRow, { ...scopeOf(scope), id });
  if (!row) throw notFound('Invalid API Key identifier specified');
  return row;
}

export async function planRow(db: EntityManager, scope: Scope, id: string): Promise<UsagePlanRow> {
  const row = await db.findOneBy(UsagePlanRow, { ...scopeOf(scope), id });
  if (!row) throw notFound('Invalid Usage Plan ID specified');
  return row;
}

/** Service quotas. */
const MAX_PLANS_OF_KEY = 10;

/** The key opens the stages of the plan from now on. */
export async function subscribe(db: EntityManager, planId: string, keyId: string): Promise<void> {
  if (await db.existsBy(UsagePlanKeyRow, { planId, keyId })) {
    throw conflict(`API Key ${keyId} is already in usage plan ${planId}`);
  }
  if ((await db.countBy(UsagePlanKeyRow, { keyId })) >= MAX_PLANS_OF_KEY) {
    throw limitExceeded(`An API Key can be in at most ${MAX_PLANS_OF_KEY} usage plans`);
  }
  await requireOnePlanForEachStage(db, planId, keyId);
  await db.insert(UsagePlanKeyRow, { planId, keyId });
  await markStages(db, await db.findBy(UsagePlanStageRow, { planId }));
}

/** A key is in one plan at most for each stage. `keyId`: one that is about to join, beside those of the plan. */
export async function requireOnePlanForEachStage(
  db: EntityManager,
  planId: string,
  keyId?: string,
): Promise<void> {
  const [clash] = await db.query<{ key: string; plan: string; api: string; stage: string }[]>(
    `SELECT theirs.key_id AS key, theirs.plan_id AS plan, s.api_id AS api, s.stage
       FROM usage_plan_stages s
       JOIN usage_plan_stages other ON other.api_id = s.api_id AND other.stage = s.stage AND other.plan_id <> s.plan_id
       JOIN usage_plan_keys theirs ON theirs.plan_id = other.plan_id
      WHERE s.plan_id = $1
        AND (theirs.key_id = $2 OR theirs.key_id IN (SELECT key_id FROM usage_plan_keys WHERE plan_id = $1)) LIMIT 1`,
    [planId, keyId ?? null],
  );
  if (!clash) return;
  throw conflict(
    `API Key ${clash.key} is already in usage plan ${clash.plan} with API Stage {api: ${clash.api}, stage: ${clash.stage}}`,
  );
}

export async function markStages(
  db: EntityManager,
  stages: readonly { readonly apiId: string; readonly stage: string }[],
): Promise<void> {
  for (const { apiId, stage } of stages) await markForPublication(db, apiId, [stage]);
}

/** Stages that the key opens, or would if it were enabled. */
export function stagesOfKey(db: EntityManager, keyId: string): Promise<{ apiId: string; stage: string }[]> {
  return db.query(
    `SELECT DISTINCT s.api_id AS "apiId", s.stage FROM usage_plan_keys k
       JOIN usage_plan_stages s ON s.plan_id = k.plan_id WHERE k.key_id = $1`,
    [keyId],
  );
}
