/** Bytes as text with a character for each, and back. */

/** What `toString` and `write` end up in, after a choice of encodings that costs as much again for a small text. */
interface Latin1Access {
  readonly latin1Slice: (this: Uint8Array, from: number, to: number) => string;
  readonly latin1Write: (this: Uint8Array, text: string, at: number, bytes: number) => number;
}

const { latin1Slice, latin1Write } = Buffer.prototype as unknown as Latin1Access;

export function latin1Of(bytes: Uint8Array, from: number, to: number): string {
  return latin1Slice.call(bytes, from, to);
}

/** At their start, where there must be room for all of it. Returns how many bytes it is. */
export function writeLatin1(bytes: Uint8Array, text: string): number {
  return latin1Write.call(bytes, text, 0, text.length);
}
