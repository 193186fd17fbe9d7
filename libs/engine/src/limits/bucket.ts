/** Token buckets: `burst` tokens at most, `rate` new ones a second, one for each call. */

export interface Limit {
  /** Tokens a second; 0 = none ever come back. */
  readonly rate: number;
  /** Tokens of a full bucket; 0 = no call passes. */
  readonly burst: number;
}

/**
 * A caller asks every bucket of a call first and takes from all of them then, within one turn, so that a call that one of them
 * refuses takes from none. `nowMs` is monotonic.
 */
export interface Bucket {
  readonly limit: Limit;
  /** What is above the new `burst` is lost. */
  changeLimit(limit: Limit, nowMs: number): void;
  hasToken(nowMs: number): boolean;
  /** Only after `hasToken` has said yes in the same turn. */
  take(nowMs: number): void;
  /** Calls that may pass now, as far as this node knows; whole, 0 at least. */
  remaining(nowMs: number): number;
  /** Until there is a token again, at the earliest. `Infinity` where none comes back. */
  waitMs(nowMs: number): number;
}

/** A bucket that nobody shares. */
export class OwnBucket implements Bucket {
  #tokens: number;
  #atMs: number;

  #limit: Limit;

  constructor(limit: Limit, nowMs: number, tokens = limit.burst) {
    this.#limit = limit;
    this.#tokens = tokens;
    this.#atMs = nowMs;
  }

  get limit(): Limit {
    return this.#limit;
  }

  changeLimit(limit: Limit, nowMs: number): void {
    if (limit.rate === this.#limit.rate && limit.burst === this.#limit.burst) return;
    const wasFull = this.level(nowMs) >= this.#limit.burst;
    this.#limit = limit;
    this.#tokens = wasFull ? limit.burst : Math.min(limit.burst, this.#tokens);
  }

  hasToken(nowMs: number): boolean {
    return this.level(nowMs) >= 1;
  }

  take(): void {
    this.#tokens -= 1;
  }

  /** Tokens with their fractions; below 0 where there is a debt. */
  level(nowMs: number): number {
    const { rate, burst } = this.limit;
    if (nowMs > this.#atMs) {
      this.#tokens = Math.min(burst, this.#tokens + (rate * (nowMs - this.#atMs)) / 1000);
      this.#atMs = nowMs;
    }
    return this.#tokens;
  }

  remaining(nowMs: number): number {
    return Math.max(0, Math.floor(this.level(nowMs)));
  }

  waitMs(nowMs: number): number {
    return waitFor(this.level(nowMs), this.limit);
  }
}

/** Until a bucket at this level has a token. */
export function waitFor(level: number, { rate, burst }: Limit): number {
  if (level >= 1) return 0;
  return burst < 1 || rate <= 0 ? Infinity : ((1 - level) * 1000) / rate;
}
