/** Chance for what needs no secrecy: sfc32 (Chris Doty-Humphrey, PractRand), which passes its tests and allocates nothing. */

const WARM_UP = 12;

/** Whole numbers from 0 to 2^32 - 1. `seed`: 32 hex digits; what is missing of them counts as 0. */
export function uniform(seed: string): () => number {
  const word = (at: number): number => Number.parseInt(seed.slice(at, at + 8), 16) | 0;
  let a = word(0);
  let b = word(8);
  let c = word(16);
  let counter = word(24);
  const draw = (): number => {
    const drawn = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + drawn) | 0;
    return drawn >>> 0;
  };
  for (let i = 0; i < WARM_UP; i++) draw();
  return draw;
}
