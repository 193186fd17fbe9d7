/** The buckets of a call, in AWS's order: key and method, key, method or else stage, account. */
import type { ApiKeySnapshot, PlanSnapshot, Route } from '@gatehouse/snapshot';
import type { Kit } from '../ports';
import type { RoutePlan, StageAccess } from '../program';
import type { Bucket, Limit } from './bucket';
import type { Quota } from './quota';

/** A bucket by the name that clients see it under. */
export interface Level {
  readonly name: 'key-method' | 'key' | 'method' | 'stage' | 'account';
  readonly bucket: Bucket;
}

export type LevelsOfKey = (key: ApiKeySnapshot) => readonly Level[];

/** Those that are the same for every call to a route. */
export function levelsOfRoute({ route, throttle, facts }: RoutePlan, { limits, accountLimit }: Kit): Level[] {
  const { accountId, region, apiId, stage } = facts;
  const levels: Level[] = [];
  const add = (name: Level['name'], of: string, limit: Limit | undefined): void => {
    if (limit !== undefined) levels.push({ name, bucket: limits.bucket(`${name}:${of}`, limit) });
  };
  if (route.throttle === undefined) add('stage', `${apiId}:${stage}`, throttle);
  else add('method', `${apiId}:${stage}:${route.key}`, route.throttle);
  add('account', `${accountId}:${region}`, accountLimit);
  return levels;
}

/** `undefined` = no plan limits this route. What is found is kept: there are no more keys than the snapshot has. */
export function levelsOfKeys(plan: RoutePlan, { limits }: Kit): LevelsOfKey | undefined {
  const { route, access } = plan;
  const plans = access.apiKeys?.plans;
  const hasLimit = Object.values(plans ?? {}).some((one) => one.throttle ?? ofRoute(one.routes, route));
  if (plans === undefined || !hasLimit || !route.apiKeyRequired) return undefined;
  const known = new Map<ApiKeySnapshot, readonly Level[]>();
  const make = (key: ApiKeySnapshot): readonly Level[] => {
    const { usagePlanId, keyId } = key;
    const { throttle, routes } = (Object.hasOwn(plans, usagePlanId) ? plans[usagePlanId] : undefined) ?? {};
    const own = ofRoute(routes, route);
    const { apiId, stage } = plan.facts;
    const levels: Level[] = [];
    if (own !== undefined) {
      const name = `key-method:${usagePlanId}:${keyId}:${apiId}:${stage}:${route.key}`;
      levels.push({ name: 'key-method', bucket: limits.bucket(name, own) });
    }
    if (throttle !== undefined) levels.push(levelOfPlan(access, key, throttle, limits));
    return levels;
  };
  return (key) => {
    const found = known.get(key) ?? make(key);
    known.set(key, found);
    return found;
  };
}

const PLAN_LEVELS = new WeakMap<StageAccess, Map<ApiKeySnapshot, Level>>();

/** One for all routes of a stage. */
function levelOfPlan(access: StageAccess, key: ApiKeySnapshot, limit: Limit, limits: Kit['limits']): Level {
  const levels = PLAN_LEVELS.get(access) ?? new Map<ApiKeySnapshot, Level>();
  PLAN_LEVELS.set(access, levels);
  const { usagePlanId, keyId } = key;
  const level = levels.get(key) ?? {
    name: 'key',
    bucket: limits.bucket(`key:${usagePlanId}:${keyId}`, limit),
  };
  levels.set(key, level);
  return level;
}

/** `undefined` = no plan of this stage has a quota. Made with the stage, so that nodes know what is left before the first call. */
export function quotasOfStage(
  { access }: Pick<RoutePlan, 'access'>,
  { limits }: Kit,
): ReadonlyMap<ApiKeySnapshot, Quota> | undefined {
  const known = STAGE_QUOTAS.get(access);
  const { keys = [], plans = {} } = access.apiKeys ?? {};
  if (known !== undefined || keys.length === 0) return known;
  const quotas = new Map<ApiKeySnapshot, Quota>();
  for (const key of keys) {
    const quota = quotaOf(key, plans, limits);
    if (quota !== undefined) quotas.set(key, quota);
  }
  if (quotas.size === 0) return undefined;
  STAGE_QUOTAS.set(access, quotas);
  return quotas;
}

function quotaOf(
  { usagePlanId, keyId }: ApiKeySnapshot,
  plans: Readonly<Record<string, PlanSnapshot>>,
  limits: Kit['limits'],
): Quota | undefined {
  const quota = Object.hasOwn(plans, usagePlanId) ? plans[usagePlanId]?.quota : undefined;
  if (quota === undefined) return undefined;
  const { extra = {}, ...terms } = quota;
  const own = Object.hasOwn(extra, keyId) ? extra[keyId] : undefined;
  return limits.quota(`${usagePlanId}:${keyId}`, { ...terms, ...(own && { extra: own }) });
}

const STAGE_QUOTAS = new WeakMap<StageAccess, ReadonlyMap<ApiKeySnapshot, Quota>>();

function ofRoute(routes: Readonly<Record<string, Limit>> | undefined, { key }: Route): Limit | undefined {
  return routes !== undefined && Object.hasOwn(routes, key) ? routes[key] : undefined;
}
