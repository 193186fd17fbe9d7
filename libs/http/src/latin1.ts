/** Bytes as text with a character for each. */

/** What `toString('latin1')` ends up in, after a choice of encodings that costs as much again for a small text. */
interface Latin1Source {
  readonly latin1Slice: (this: Uint8Array, from: number, to: number) => string;
}

const { latin1Slice } = Buffer.prototype as unknown as Latin1Source;

export function latin1Of(bytes: Uint8Array, from: number, to: number): string {
  return latin1Slice.call(bytes, from, to);
}
