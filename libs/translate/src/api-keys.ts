/** Keys of usage plans -> what nodes know of them: HMACs of their values, from which no value can be read back. */
import { createHmac } from 'node:crypto';
import type { Snapshot } from '@gatehouse/snapshot';

/** Enabled keys of the plans that name the stage. */
export interface StageKeys {
  readonly salt: string;
  readonly keys: readonly StageKey[];
}

export interface StageKey {
  readonly keyId: string;
  readonly usagePlanId: string;
  readonly value: string;
}

/** By id, so that equal keys have equal bytes. */
export function apiKeys(stage: StageKeys | undefined): Pick<Snapshot, 'apiKeys'> {
  if (!stage || stage.keys.length === 0) return {};
  const { salt } = stage;
  const keys = stage.keys.map(({ value, keyId, usagePlanId }) => ({
    hmac: createHmac('sha256', salt).update(value, 'latin1').digest('base64url'),
    keyId,
    usagePlanId,
  }));
  return { apiKeys: { salt, keys: keys.sort((a, b) => (a.keyId < b.keyId ? -1 : 1)) } };
}
