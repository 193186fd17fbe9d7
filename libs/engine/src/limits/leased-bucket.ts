/**
 * A node's end of a bucket that all nodes share. It spends what it was granted and asks for more before that is gone, so no call
 * waits. Where nothing was granted yet, because this is the first call in a while, calls pass on credit up to the node's share
 * of what the bucket should hold; the next request pays for them.
 *
 * A refusal while others hold tokens is short: a node asks at once when it runs out, and gives back what it has no use for.
 */
import { OwnBucket, waitFor, type Bucket, type Limit } from './bucket';
import type { LeaseAnswer, LeaseRequest } from './limit-store';

/** Between two requests of one bucket, while it is used to its limit. Less where a bucket fills up faster. */
const INTERVAL_MS = 25;
const SHORTEST_INTERVAL_MS = 5;
/** While it is well filled and little is used. */
const EASY_INTERVAL_MS = 500;
/** A bucket must be asked for several times while it fills up, or what comes in meanwhile runs over. */
const REQUESTS_PER_FILLING = 4;
/** Where it ran out and there is more to be had. */
const HURRY_MS = 5;
/** An empty bucket of a low rate is asked for when there may be a token, but not later. */
const LONGEST_INTERVAL_MS = 1000;
/** Without a call for so long a bucket gives back what it holds. */
const IDLE_MS = 100;
/** How fast an expectation fades when less is asked for. */
const FADE = 0.7;

/** Whoever carries requests to the store. */
export interface Courier {
  /** Last known; 1 at least. */
  readonly nodes: number;
  readonly isAlone: boolean;
  /** From now on this bucket is to be asked for, first at its `dueMs`. */
  call(bucket: LeasedBucket): void;
}

export class LeasedBucket implements Bucket {
  /** When it wants to be asked for; monotonic. */
  dueMs = 0;
  #limit: Limit;
  /** Calls let pass, all told. */
  #spent = 0;
  /** Calls may pass until `#spent` gets here. */
  #allowed = 0;
  /** See `LeaseRequest.charged`. */
  #charged = 0;
  /** The store knows nothing of this bucket object yet, or nothing true any more. */
  #isFresh = true;
  /** Is `#allowed` the node's own guess? */
  #isOnCredit = false;
  #isInUse = false;
  #isGivingBack = false;
  /** Level by the last answer; `undefined` = never heard. */
  #level: number | undefined = undefined;
  #levelMs = 0;
  /** At this many calls more are asked for in a hurry. */
  #hurryAt = Infinity;
  #spentWhenAsked = 0;
  #askedMs = -Infinity;
  #begunMs = 0;
  #usedMs = 0;
  /** Calls since the last request, refused ones included. */
  #calls = 0;
  #callsPerMs = 0;
  /** In place of the shared one, while the store is away. */
  #own: OwnBucket | undefined = undefined;

  constructor(
    readonly name: string,
    limit: Limit,
    private readonly courier: Courier,
  ) {
    this.#limit = limit;
  }

  get limit(): Limit {
    return this.#limit;
  }

  /** Every request tells the store the limit that its node knows. */
  changeLimit(limit: Limit, nowMs: number): void {
    if (limit.rate === this.#limit.rate && limit.burst === this.#limit.burst) return;
    this.#limit = limit;
    if (this.#own !== undefined) {
      this.#own = undefined;
      this.leaveStore(nowMs);
    } else if (this.#isInUse) {
      this.dueMs = nowMs;
      this.courier.call(this);
    }
  }

  hasToken(nowMs: number): boolean {
    if (this.#own !== undefined) return this.#own.hasToken(nowMs);
    if (this.#spent < this.#allowed) return true;
    if (!this.#isInUse) {
      this.#begin(nowMs);
      return this.hasToken(nowMs);
    }
    this.#calls++;
    this.#usedMs = nowMs;
    if (this.#level !== undefined && this.#level >= 1) this.#hurry();
    return false;
  }

  take(nowMs: number): void {
    this.#usedMs = nowMs;
    if (this.#own !== undefined) return this.#own.take();
    this.#calls++;
    if (++this.#spent >= this.#hurryAt) this.#hurry();
  }

  remaining(nowMs: number): number {
    if (this.#own !== undefined) return this.#own.remaining(nowMs);
    const left = this.#isOnCredit ? 0 : (this.#level ?? this.#limit.burst);
    return Math.max(0, Math.floor(Math.min(this.#limit.burst, this.#allowed - this.#spent + left)));
  }

  waitMs(nowMs: number): number {
    if (this.#own !== undefined) return this.#own.waitMs(nowMs);
    return waitFor(this.#allowed - this.#spent + this.#expectedLevel(nowMs), this.#limit);
  }

  /** The last request: nothing is wanted any more. */
  giveBack(nowMs: number): LeaseRequest | undefined {
    this.#usedMs = -Infinity;
    return this.request(nowMs);
  }

  /** Is it to be asked for again? */
  get isInUse(): boolean {
    return this.#isInUse;
  }

  /** `undefined` = there is nothing to say now. */
  request(nowMs: number): LeaseRequest | undefined {
    const isIdle = nowMs - this.#usedMs >= IDLE_MS;
    const hasNews = this.#calls > 0 || (isIdle && (this.#spent !== this.#charged || this.#isFresh));
    if (!hasNews) {
      this.#isInUse = !isIdle;
      this.dueMs = nowMs + this.#intervalMs();
      return undefined;
    }
    this.#isGivingBack = isIdle;
    if (isIdle) this.#isInUse = false;
    const passedMs = Math.max(HURRY_MS, nowMs - Math.max(this.#askedMs, this.#begunMs));
    this.#callsPerMs = Math.max(this.#calls / passedMs, this.#callsPerMs * FADE);
    const { rate, burst } = this.#limit;
    // One call in a while says nothing of how many will come: the store then gives a share.
    const expected = this.#isOnCredit ? this.#calls : this.#callsPerMs * 2 * this.#intervalMs();
    const want = isIdle ? -1 : Math.min(burst, Math.ceil(expected));
    const level = this.#level === undefined ? undefined : this.#expectedLevel(nowMs);
    this.#calls = 0;
    this.#spentWhenAsked = this.#spent;
    this.#askedMs = nowMs;
    return {
      bucket: this.name,
      rate,
      burst,
      spent: this.#spent,
      charged: this.#charged,
      isFresh: this.#isFresh,
      want,
      ...(level !== undefined && { level }),
    };
  }

  answered({ granted, level }: LeaseAnswer, nowMs: number): void {
    this.#own = undefined;
    this.#isFresh = false;
    const wasOnCredit = this.#isOnCredit;
    this.#isOnCredit = false;
    this.#allowed = this.#charged = this.#spentWhenAsked + granted;
    this.#level = level;
    this.#levelMs = nowMs;
    if (this.#isGivingBack) {
      // What came meanwhile has nothing to spend: it begins anew.
      if (this.#isInUse || this.#calls > 0) this.#begin(nowMs);
      return;
    }
    this.dueMs = this.#askedMs + this.#pauseMs(granted, level, wasOnCredit);
    const reserve = Math.min(granted / 2, this.#callsPerMs * this.#intervalMs());
    this.#hurryAt = level >= 1 ? this.#allowed - reserve : Infinity;
    if (this.#spent >= this.#hurryAt) this.#hurry();
  }

  /** The store is away: from now on this node's share of the limit, beginning with its share of what there was. */
  leaveStore(nowMs: number): void {
    if (this.#own !== undefined) return;
    const { rate, burst } = this.#limit;
    const { nodes } = this.courier;
    // No share is less than a call, or a bucket of few tokens would let nothing pass at all.
    const share = burst < 1 ? burst : Math.max(1, burst / nodes);
    const left = this.#isOnCredit || this.#level === undefined ? 0 : this.#expectedLevel(nowMs) / nodes;
    const tokens = Math.max(-share, Math.min(share, this.#allowed - this.#spent + left));
    this.#own = new OwnBucket({ rate: rate / nodes, burst: share }, nowMs, tokens);
  }

  /** The store is back: this node's share goes on until its answer is there, and is then worth no more than it was here. */
  rejoinStore(nowMs: number): void {
    this.#isFresh = true;
    this.#charged = this.#allowed = this.#spent;
    if (this.#own !== undefined) {
      this.#level = Math.min(this.#limit.burst, this.#own.level(nowMs) * this.courier.nodes);
      this.#levelMs = nowMs;
    }
    this.#calls = Math.max(1, this.#calls);
    this.dueMs = nowMs;
  }

  #begin(nowMs: number): void {
    this.#isInUse = true;
    this.#usedMs = this.#begunMs = nowMs;
    this.#isOnCredit = true;
    const expected = this.#level === undefined ? this.#limit.burst : this.#expectedLevel(nowMs);
    const share = Math.floor(expected / this.courier.nodes);
    this.#allowed = this.#spent + (expected >= 1 ? Math.max(1, share) : 0);
    this.#hurryAt = Infinity;
    this.dueMs = Math.max(nowMs, this.#askedMs + HURRY_MS);
    if (this.courier.isAlone) this.leaveStore(nowMs);
    this.courier.call(this);
  }

  #hurry(): void {
    this.#hurryAt = Infinity;
    const dueMs = this.#askedMs + HURRY_MS;
    if (dueMs >= this.dueMs) return;
    this.dueMs = dueMs;
    this.courier.call(this);
  }

  /** The first request knows least, and until it is told of calls a full bucket takes nothing in. */
  #pauseMs(granted: number, level: number, wasFirst: boolean): number {
    const intervalMs = this.#intervalMs();
    if (granted > 0) return wasFirst ? Math.min(2 * HURRY_MS, intervalMs) : intervalMs;
    return Math.max(intervalMs, Math.min(LONGEST_INTERVAL_MS, waitFor(level, this.#limit)));
  }

  /** What came in just now, others have most likely taken. */
  #expectedLevel(nowMs: number): number {
    const { rate, burst } = this.#limit;
    const passedMs = Math.max(0, nowMs - this.#levelMs - 2 * this.#intervalMs());
    return Math.min(burst, (this.#level ?? burst) + (rate * passedMs) / 1000);
  }

  /**
   * What all nodes spend between two requests takes no more from the refill of a full bucket than `INTERVAL_MS` of it: who uses
   * a tenth of his share has ten times as long.
   */
  #intervalMs(): number {
    const { rate, burst } = this.#limit;
    const fillingMs = rate > 0 ? (burst * 1000) / rate : Infinity;
    const shortest = Math.min(INTERVAL_MS, Math.max(SHORTEST_INTERVAL_MS, fillingMs / REQUESTS_PER_FILLING));
    if (rate <= 0 || this.#level === undefined || this.#level < burst / 4) return shortest;
    const usedPart = (this.#callsPerMs * 1000 * this.courier.nodes) / rate;
    return Math.max(shortest, Math.min(EASY_INTERVAL_MS, shortest / usedPart));
  }
}
