/** The engine's clock, timers and random numbers, as the machine has them. */
import { randomBytes, randomFillSync } from 'node:crypto';
import type { Clock, Random, Timers } from '@gatehouse/engine';
import { extendedIdSource, uuidSource } from './request-ids';

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

/** Random bytes are drawn and written in bulk: a request needs a few, and a call per request is what costs. */
const POOL_BYTES = 8192;

export function systemRandom(): Random {
  const pool = Buffer.alloc(POOL_BYTES);
  let text = '';
  let used = POOL_BYTES;
  /** Position of the first of so many bytes that nobody has drawn yet. */
  const draw = (bytes: number): number => {
    if (used + bytes > POOL_BYTES) {
      text = randomFillSync(pool).toString('hex');
      used = 0;
    }
    used += bytes;
    return used - bytes;
  };
  return {
    uuid: uuidSource(),
    hex: (bytes) => {
      if (bytes > POOL_BYTES) return randomBytes(bytes).toString('hex');
      const from = draw(bytes);
      return text.slice(from * 2, (from + bytes) * 2);
    },
    extendedId: extendedIdSource(),
  };
}
