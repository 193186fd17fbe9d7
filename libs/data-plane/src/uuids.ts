/**
 * Random uuids (RFC 9562 5.4), drawn and written many at a time: each is a part of one text, where `crypto.randomUUID` joins twenty
 * strings for it.
 */
import { randomFillSync } from 'node:crypto';

/** So many share a text, and whoever keeps one keeps that. */
const AT_ONCE = 32;
const BYTES = 16;
const LENGTH = 36;
/** Where the two digits of each byte stand. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const DIGITS = Buffer.from('0123456789abcdef', 'latin1');

export function uuidSource(): () => string {
  const bytes = Buffer.alloc(AT_ONCE * BYTES);
  const digits = Buffer.alloc(AT_ONCE * LENGTH, '-', 'latin1');
  let text = '';
  let next = AT_ONCE;
  return () => {
    if (next === AT_ONCE) {
      randomFillSync(bytes);
      for (let i = 0; i < AT_ONCE; i++) write(bytes, i * BYTES, digits, i * LENGTH);
      text = digits.toString('latin1');
      next = 0;
    }
    const from = next++ * LENGTH;
    return text.slice(from, from + LENGTH);
  };
}

function write(bytes: Buffer, from: number, digits: Buffer, to: number): void {
  bytes[from + 6] = ((bytes[from + 6] ?? 0) & 0x0f) | 0x40;
  bytes[from + 8] = ((bytes[from + 8] ?? 0) & 0x3f) | 0x80;
  for (let i = 0; i < BYTES; i++) {
    const byte = bytes[from + i] ?? 0;
    const place = to + (PLACES[i] ?? 0);
    digits[place] = DIGITS[byte >> 4] ?? 0;
    digits[place + 1] = DIGITS[byte & 15] ?? 0;
  }
}
