/** Keys of usage plans -> what nodes know of them: HMACs of their values, from which no value can be read back. */
import { createHmac } from 'node:crypto';
import type { QuotaSettings, ThrottleSettings } from '@gatehouse/catalog';
import type { PlanSnapshot, QuotaSnapshot, Route, Snapshot } from '@gatehouse/snapshot';
import { planThrottle } from './throttles';

/** Enabled keys of the plans that name the stage. */
export interface StageKeys {
  readonly salt: string;
  readonly keys: readonly StageKey[];
  /** Those of the keys; absent = they limit nothing. */
  readonly plans?: Readonly<Record<string, StagePlan>>;
}

/** What a usage plan says of a stage. */
export interface StagePlan {
  readonly throttle?: ThrottleSettings;
  /** By method: `/orders/GET`. */
  readonly methods?: Readonly<Record<string, ThrottleSettings>>;
  readonly quota?: QuotaSettings;
  /** By key: what UpdateUsage has granted in the period that begins on `from`. */
  readonly extra?: QuotaSnapshot['extra'];
}

export interface StageKey {
  readonly keyId: string;
  readonly usagePlanId: string;
  readonly value: string;
}

/** By id, so that equal keys have equal bytes. */
export function apiKeys(stage: StageKeys | undefined, routes: readonly Route[]): Pick<Snapshot, 'apiKeys'> {
  if (!stage || stage.keys.length === 0) return {};
  const { salt } = stage;
  const keys = stage.keys.map(({ value, keyId, usagePlanId }) => ({
    hmac: createHmac('sha256', salt).update(value, 'latin1').digest('base64url'),
    keyId,
    usagePlanId,
  }));
  keys.sort((a, b) => (a.keyId < b.keyId ? -1 : 1));
  return { apiKeys: { salt, keys, ...plans(stage, routes) } };
}

function plans(
  { keys, plans: known = {} }: StageKeys,
  routes: readonly Route[],
): { readonly plans?: Readonly<Record<string, PlanSnapshot>> } {
  const ids = [...new Set(keys.map(({ usagePlanId }) => usagePlanId))].sort();
  const found = ids.flatMap((id): [string, PlanSnapshot][] => {
    const plan = Object.hasOwn(known, id) ? planOf(known[id], routes) : {};
    return Object.keys(plan).length > 0 ? [[id, plan]] : [];
  });
  return found.length > 0 ? { plans: Object.fromEntries(found) } : {};
}

function planOf(
  { throttle, methods = {}, quota, extra }: StagePlan = {},
  routes: readonly Route[],
): PlanSnapshot {
  const limited = routes.flatMap(({ key, path, method }) => {
    const name = [`${path}/${method}`, `${path.replace(/\/$/, '')}/${method}`].find((one) =>
      Object.hasOwn(methods, one),
    );
    const own = name === undefined ? undefined : planThrottle(methods[name]).throttle;
    return own === undefined ? [] : [[key, own] as const];
  });
  return {
    ...planThrottle(throttle),
    ...quotaOf(quota, extra),
    ...(limited.length > 0 && { routes: Object.fromEntries(limited) }),
  };
}

function quotaOf(quota: QuotaSettings | undefined, extra: StagePlan['extra']): Pick<PlanSnapshot, 'quota'> {
  if (quota === undefined) return {};
  const { limit, offset, period } = quota;
  return { quota: { limit, offset, period: period as QuotaSnapshot['period'], ...(extra && { extra }) } };
}
