/**
 * One period of one quota, as a store keeps it: the calls that were handed out, and of each holder up to which call it has paid.
 * A holder's next request says how many calls there were, and the difference, a rest or a debt, comes off before new ones are
 * handed out. Nothing is forgotten before the period is over. The Redis script does the same.
 */
import type { LeaseAnswer, QuotaRequest } from './limit-store';

export class SharedQuota {
  #used: number | undefined;
  readonly #charged = new Map<string, number>();
  #untilMs = 0;

  /** `used`: of before, where anything is known of it; `untilMs`: for how long that must not be forgotten. */
  constructor(used?: number, untilMs = 0) {
    this.#used = used;
    this.#untilMs = untilMs;
  }

  /** Calls made and calls held. */
  get used(): number {
    return this.#used ?? 0;
  }

  get untilMs(): number {
    return this.#untilMs;
  }

  isForgotten(nowMs: number): boolean {
    return nowMs > this.#untilMs;
  }

  /** `level` of the answer is what is left of the limit; below 0 = more than the limit were made. */
  lease(
    node: string,
    { holder, limit, spent, charged, want, level, keepMs }: QuotaRequest,
    nowMs: number,
  ): LeaseAnswer {
    const account = `${node}.${holder}`;
    this.#untilMs = Math.max(this.#untilMs, nowMs + keepMs);
    const known = this.#charged.get(account);
    // Who is unknown but was answered before tells that the store was emptied: the one who has seen most is right.
    const seen = known === undefined && level !== undefined ? limit - level : 0;
    const used = Math.max(this.#used ?? 0, seen) + spent - (known ?? charged);
    const left = limit - used;
    // Never more than half of what there is, and single calls in the end.
    const granted = want < 1 || left < 1 ? 0 : Math.min(want, Math.max(1, Math.floor(left / 2)));
    this.#used = used + granted;
    this.#charged.set(account, spent + granted);
    return { granted, level: left - granted };
  }
}
