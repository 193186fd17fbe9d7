/**
 * Results of function authorizers, kept for their time: in this process, behind it in a store that all nodes share. What is
 * kept is what the function said (a policy, or yes or no), never what it came to for one method. Any number of equal requests
 * at a time lead to one call. Failures are not kept, unless the owner of the stage asks for it.
 */
import { BoundedCache, Place } from '../bounded-cache';
import { hashedKey } from './cache-key';
import type { Clock, EntryClaim, SharedEntries } from '../ports';
import { FailureMemory } from './failure-memory';

export interface Lookup<T> {
  /** Stays in this process; others see its hash. */
  readonly key: string;
  readonly ttlMs: number;
  /** How long a call may take. */
  readonly timeoutMs: number;
  /** The call. */
  readonly ask: () => Promise<string>;
  /** Reads what was said; throws where it is no result, which is then not kept. */
  readonly read: (text: string) => T;
  /** How long a result kept in this process may be used beyond its time while calls fail. */
  readonly staleMs: number;
  /** How long what a call threw is thrown again without a call. */
  readonly errorTtlMs: number;
  /** Is it a failure of the function, and not its way to say no? */
  readonly isFailure: (error: unknown) => boolean;
}

export interface DecisionCacheOptions {
  readonly clock: Pick<Clock, 'monotonicMs' | 'now'>;
  readonly store: SharedEntries;
  readonly maxBytes: number;
}

/** Of what holds an entry. */
const ENTRY_BYTES = 200;
/** How often a function is tried while stale results stand in for it. */
const RETRY_MS = 1000;

class Decision extends Place {
  value: unknown = undefined;
  running: Promise<unknown> | undefined = undefined;

  override get isUnderWay(): boolean {
    return this.running !== undefined;
  }

  override clear(): void {
    this.value = undefined;
  }
}

export class DecisionCache {
  readonly #kept: BoundedCache<Decision>;
  readonly #failures: FailureMemory;

  constructor(private readonly options: DecisionCacheOptions) {
    this.#kept = new BoundedCache(options.maxBytes, (key) => new Decision(key));
    this.#failures = new FailureMemory(options.clock);
  }

  /** Bytes that are kept in this process. */
  get bytes(): number {
    return this.#kept.bytes;
  }

  /** What was read for this key, where it is kept here; `undefined` = it has to be asked for. */
  find(key: string): unknown {
    return this.#kept.use(key, this.options.clock.monotonicMs())?.value;
  }

  /** What is not to be found; at once where it stands in for a failure that is remembered. */
  ask<T>(lookup: Lookup<T>): T | Promise<T> {
    const failure = this.#failures.recall(hashedKey(lookup.key));
    return failure === undefined ? this.#findOnce(lookup) : this.#standIn(lookup, failure.error);
  }

  #failed<T>(lookup: Lookup<T>, error: unknown): T {
    const isStale = this.#stale(lookup, error) !== undefined;
    const forMs = lookup.errorTtlMs > 0 ? lookup.errorTtlMs : isStale ? RETRY_MS : 0;
    // By its hash: failures are bounded by number, and a key is as long as what callers send.
    if (forMs > 0) this.#failures.remember(hashedKey(lookup.key), error, forMs);
    return this.#standIn(lookup, error);
  }

  /** The result of before, where it may still be used; throws the error otherwise. */
  #standIn<T>(lookup: Lookup<T>, error: unknown): T {
    const stale = this.#stale(lookup, error);
    if (stale === undefined) throw error;
    return stale.value as T;
  }

  #stale<T>({ key, staleMs, isFailure }: Lookup<T>, error: unknown): Decision | undefined {
    const place = this.#kept.peek(key);
    const isUsable = place !== undefined && place.untilMs + staleMs > this.options.clock.monotonicMs();
    return isUsable && isFailure(error) ? place : undefined;
  }

  #findOnce<T>(lookup: Lookup<T>): Promise<T> {
    const place = this.#kept.place(lookup.key);
    if (place.running !== undefined) return place.running as Promise<T>;
    const found = this.#fromStoreOrFunction(place, lookup)
      .catch((error: unknown) => this.#failed(lookup, error))
      .finally(() => {
        place.running = undefined;
        this.#kept.settle(place);
      });
    place.running = found;
    return found;
  }

  async #fromStoreOrFunction<T>(place: Decision, lookup: Lookup<T>): Promise<T> {
    const { key, ttlMs, timeoutMs, ask, read } = lookup;
    const { store, clock } = this.options;
    const found = await store.obtain(hashedKey(key), timeoutMs);
    if ('text' in found) {
      const value = read(found.text);
      this.#keep(place, value, found.text.length, Math.min(ttlMs, found.untilMs - clock.now()));
      return value;
    }
    try {
      const text = await ask();
      const value = read(text);
      this.#keep(place, value, text.length, ttlMs);
      found.keep({ text, untilMs: clock.now() + ttlMs });
      return value;
    } catch (error) {
      found.release();
      throw error;
    }
  }

  #keep(place: Decision, value: unknown, length: number, ttlMs: number): void {
    if (ttlMs <= 0) return;
    // A UTF-16 unit takes two bytes; what was read of the text about as much again.
    const bytes = ENTRY_BYTES + place.key.length * 2 + length * 4;
    const nowMs = this.options.clock.monotonicMs();
    place.value = value;
    this.#kept.keep(place, bytes, nowMs + ttlMs, nowMs);
  }
}

/** For nodes that share nothing. */
export const OWN_ENTRIES: SharedEntries = {
  obtain: () => Promise.resolve(NOTHING_TO_SETTLE),
  replace: () => undefined,
};
const NOTHING_TO_SETTLE: EntryClaim = { keep: () => undefined, release: () => undefined };
