/**
 * The name under which an authorizer's result is kept. Every part is written with its length, and an absent source differs
 * from an empty one, so that no two different callers can ever share a key. Hashed: no token is stored anywhere.
 */
import { hash } from 'node:crypto';
import { lengthPrefixed } from '../length-prefixed';

export interface CacheKeyParts {
  readonly apiId: string;
  readonly stage: string;
  readonly authorizerId: string;
  readonly revision: string;
  /** Values of each identity source. */
  readonly identity: readonly (readonly string[])[];
}

/** 43 characters of base64url. */
export function cacheKey({ apiId, stage, authorizerId, revision, identity }: CacheKeyParts): string {
  return hash(
    'sha256',
    [[apiId, stage, authorizerId, revision], ...identity].map(lengthPrefixed).join(''),
    'base64url',
  );
}
