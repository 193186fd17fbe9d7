/**
 * The name under which an authorizer's result is kept. Every part is written with its length, and an absent source differs
 * from an empty one, so that no two different callers can ever share a key.
 */
import { hash } from 'node:crypto';
import { lengthPrefixed } from '../length-prefixed';
import type { Identity } from './identified';

export interface CacheKeyPlace {
  readonly apiId: string;
  readonly stage: string;
  readonly authorizerId: string;
  readonly revision: string;
}

/** Holds what the caller sent, as it is: for this process's memory alone. */
export function cacheKeys({
  apiId,
  stage,
  authorizerId,
  revision,
}: CacheKeyPlace): (identity: Identity) => string {
  const place = lengthPrefixed([apiId, stage, authorizerId, revision]);
  return (identity) => {
    let key = place;
    for (const values of identity) key += lengthPrefixed(values);
    return key;
  };
}

/** What others get to see of a key: 43 characters of base64url, from which no token can be read. */
export function hashedKey(key: string): string {
  return hash('sha256', key, 'base64url');
}
