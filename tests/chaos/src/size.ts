/** Which size runs, and with which seed; both from the environment, as Jest has no arguments for its specs. */
import type { Size } from './scenario';

const SIZES: readonly Size[] = ['short', 'medium', 'long'];

export function chosenSize(): Size {
  const name = process.env.CHAOS_SIZE ?? 'short';
  const size = SIZES.find((known) => known === name);
  if (size === undefined) throw new Error(`CHAOS_SIZE is ${name}, and must be ${SIZES.join(', ')}`);
  return size;
}

/** Told when a scenario fails, to run it again. */
export function chosenSeed(): number {
  return Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);
}
