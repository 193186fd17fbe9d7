/**
 * Random ids of requests, drawn and written many at a time: each is a part of one text, where `crypto.randomUUID` joins twenty
 * strings for it.
 */
import { randomFillSync } from 'node:crypto';

/** So many share a text, and whoever keeps one keeps that. */
const AT_ONCE = 32;

/** To draw a few bytes costs the system as much as to draw thousands: they are drawn for many texts. */
const DRAWN_BYTES = 8192;

/** Fills what it is given with bytes that nobody else gets. */
function filler(): (target: Buffer) => void {
  const drawn = Buffer.alloc(DRAWN_BYTES);
  let next = DRAWN_BYTES;
  return (target) => {
    if (next + target.length > DRAWN_BYTES) {
      randomFillSync(drawn);
      next = 0;
    }
    next += drawn.copy(target, 0, next, next + target.length);
  };
}

/** Parts of one text after the other; `write` makes the next. */
function parts(length: number, write: () => string): () => string {
  let text = '';
  let next = AT_ONCE;
  return () => {
    if (next === AT_ONCE) {
      text = write();
      next = 0;
    }
    const from = next++ * length;
    return text.slice(from, from + length);
  };
}

const UUID_BYTES = 16;
const UUID_LENGTH = 36;
/** Where the two digits of each byte stand. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const DIGITS = Buffer.from('0123456789abcdef', 'latin1');

/** RFC 9562 5.4. */
export function uuidSource(): () => string {
  const fill = filler();
  const bytes = Buffer.alloc(AT_ONCE * UUID_BYTES);
  const digits = Buffer.alloc(AT_ONCE * UUID_LENGTH, '-', 'latin1');
  return parts(UUID_LENGTH, () => {
    fill(bytes);
    for (let i = 0; i < AT_ONCE; i++) writeUuid(bytes, i * UUID_BYTES, digits, i * UUID_LENGTH);
    return digits.toString('latin1');
  });
}

function writeUuid(bytes: Buffer, from: number, digits: Buffer, to: number): void {
  bytes[from + 6] = ((bytes[from + 6] ?? 0) & 0x0f) | 0x40;
  bytes[from + 8] = ((bytes[from + 8] ?? 0) & 0x3f) | 0x80;
  for (let i = 0; i < UUID_BYTES; i++) {
    const byte = bytes[from + i] ?? 0;
    const place = to + (PLACES[i] ?? 0);
    digits[place] = DIGITS[byte >> 4] ?? 0;
    digits[place + 1] = DIGITS[byte & 15] ?? 0;
  }
}

/** Bytes that are written as a whole number of letters: 11 random ones and an empty one. */
const EXTENDED_BYTES = 12;
const EXTENDED_LENGTH = 16;

/** 11 bytes in base64url and the `=` of its padding. */
export function extendedIdSource(): () => string {
  const fill = filler();
  const bytes = Buffer.alloc(AT_ONCE * EXTENDED_BYTES);
  const letters = Buffer.alloc(AT_ONCE * EXTENDED_LENGTH);
  return parts(EXTENDED_LENGTH, () => {
    fill(bytes);
    for (let i = 1; i <= AT_ONCE; i++) bytes[i * EXTENDED_BYTES - 1] = 0;
    letters.write(bytes.toString('base64url'), 'latin1');
    for (let i = 1; i <= AT_ONCE; i++) letters[i * EXTENDED_LENGTH - 1] = 0x3d;
    return letters.toString('latin1');
  });
}
