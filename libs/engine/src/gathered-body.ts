import type { Body } from './exchange';

/** A body that is there already. */
export function gathered(bytes: Uint8Array): Body {
  return {
    length: bytes.byteLength,
    gather: () => Promise.resolve(bytes),
    stream: async function* () {
      if (bytes.byteLength > 0) yield bytes;
    },
  };
}
