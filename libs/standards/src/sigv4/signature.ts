// The signature of AWS Signature Version 4: from secret, scope and canonical request to 64 hexadecimal digits.
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { sha256Hex } from './canonical-request';

export const algorithm = 'AWS4-HMAC-SHA256';
export const terminator = 'aws4_request';

/** What a signature is valid for; `day` is YYYYMMDD. */
export interface CredentialScope {
  readonly day: string;
  readonly region: string;
  readonly service: string;
}

export function scopeText(scope: CredentialScope): string {
  return `${scope.day}/${scope.region}/${scope.service}/${terminator}`;
}

/** The signature over a canonical request at `timestamp` (YYYYMMDDTHHMMSSZ). */
export function signature(
  secret: string,
  scope: CredentialScope,
  timestamp: string,
  canonical: string,
): string {
  const stringToSign = [algorithm, timestamp, scopeText(scope), sha256Hex(canonical)].join('\n');
  return createHmac('sha256', signingKey(secret, scope)).update(stringToSign, 'utf8').digest('hex');
}

/**
 * A signing key is good for a day, and deriving it costs four HMACs of what a request then needs one: kept, the oldest
 * leave. Prepared as a key object, since an HMAC under raw bytes costs Node several times as much.
 */
const KEPT = new Map<string, KeyObject>();
const MOST_KEPT = 1000;

function signingKey(secret: string, scope: CredentialScope): KeyObject {
  const name = `${scopeText(scope)}\n${secret}`;
  const kept = KEPT.get(name);
  if (kept !== undefined) return kept;
  const parts = [scope.day, scope.region, scope.service, terminator];
  const key = createSecretKey(parts.reduce(hmac, Buffer.from(`AWS4${secret}`, 'utf8')));
  const [oldest = name] = KEPT.keys();
  if (KEPT.size >= MOST_KEPT) KEPT.delete(oldest);
  KEPT.set(name, key);
  return key;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}
