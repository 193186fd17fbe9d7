/** Access keys as AWS forms them: an id of `AKIA` and 16 characters of base 32, a secret of 40 of base 64. */
import { randomBytes } from 'node:crypto';

export function newAccessKeyId(): string {
  return `AKIA${base32(16)}`;
}

export function newUserId(): string {
  return `AIDA${base32(16)}`;
}

export function newSecretAccessKey(): string {
  return randomBytes(30).toString('base64');
}

function base32(length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return Array.from(randomBytes(length), (byte) => alphabet[byte % 32]).join('');
}
