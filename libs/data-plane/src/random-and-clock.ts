/** The engine's clock and random numbers, as the machine has them. */
import { randomBytes, randomFillSync, randomUUID } from 'node:crypto';
import type { Clock, Random } from '@gatehouse/engine';

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** Random bytes are drawn in bulk: a request needs a few, and a call per request is what costs. */
const POOL_BYTES = 8192;

export function systemRandom(): Random {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  return {
    uuid: () => randomUUID(),
    hex: (bytes) => {
      if (bytes > POOL_BYTES) return randomBytes(bytes).toString('hex');
      if (used + bytes > POOL_BYTES) {
        randomFillSync(pool);
        used = 0;
      }
      used += bytes;
      return pool.toString('hex', used - bytes, used);
    },
  };
}
