/** The engine's clock, timers and random numbers, as the machine has them. */
import { randomBytes, randomFillSync, randomUUID } from 'node:crypto';
import type { Clock, Random, Timers } from '@gatehouse/engine';

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** Keep no process alive. */
export const systemTimers: Timers = {
  after: (ms, act) => {
    const timer = setTimeout(act, ms).unref();
    return () => clearTimeout(timer);
  },
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
