// The signature of AWS Signature Version 4: from secret, scope and canonical request to 64 hexadecimal digits.
import { createHmac } from 'node:crypto';
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
  return hmac(signingKey(secret, scope), stringToSign).toString('hex');
}

function signingKey(secret: string, { day, region, service }: CredentialScope): Buffer {
  return [day, region, service, terminator].reduce(hmac, Buffer.from(`AWS4${secret}`, 'utf8'));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}
