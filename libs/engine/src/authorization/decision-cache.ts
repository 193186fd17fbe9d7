/**
 * Results of function authorizers, kept for their time: in this process, behind it in a store that all nodes share. What is
 * kept is what the function said (a policy, or yes or no), never what it came to for one method. Any number of equal requests
 * at a time lead to one call. Failures are not kept.
 */
import type { Clock, DecisionClaim, DecisionStore } from '../ports';

export interface Lookup<T> {
  readonly key: string;
  readonly ttlMs: number;
  /** How long a call may take. */
  readonly timeoutMs: number;
  /** The call. */
  readonly ask: () => Promise<string>;
  /** Reads what was said; throws where it is no result, which is then not kept. */
  readonly read: (text: string) => T;
}

interface Entry {
  readonly value: unknown;
  readonly bytes: number;
  readonly untilMs: number;
}

export interface DecisionCacheOptions {
  readonly clock: Pick<Clock, 'monotonicMs' | 'now'>;
  readonly store: DecisionStore;
  readonly maxBytes: number;
}

/** Of a key and what holds an entry. */
const ENTRY_BYTES = 200;

export class DecisionCache {
  /** In order of last use. */
  readonly #entries = new Map<string, Entry>();
  readonly #running = new Map<string, Promise<unknown>>();
  #bytes = 0;

  constructor(private readonly options: DecisionCacheOptions) {}

  /** Bytes that are kept in this process. */
  get bytes(): number {
    return this.#bytes;
  }

  /** At once where it is kept here. */
  find<T>(lookup: Lookup<T>): T | Promise<T> {
    const entry = this.#entries.get(lookup.key);
    if (entry !== undefined && entry.untilMs > this.options.clock.monotonicMs()) {
      this.#entries.delete(lookup.key);
      this.#entries.set(lookup.key, entry);
      return entry.value as T;
    }
    return this.#findOnce(lookup);
  }

  #findOnce<T>(lookup: Lookup<T>): Promise<T> {
    const running = this.#running.get(lookup.key);
    if (running !== undefined) return running as Promise<T>;
    const found = this.#fromStoreOrFunction(lookup).finally(() => this.#running.delete(lookup.key));
    this.#running.set(lookup.key, found);
    return found;
  }

  async #fromStoreOrFunction<T>({ key, ttlMs, timeoutMs, ask, read }: Lookup<T>): Promise<T> {
    const { store, clock } = this.options;
    const found = await store.obtain(key, timeoutMs);
    if ('text' in found) {
      const value = read(found.text);
      this.#keep(key, value, found.text.length, Math.min(ttlMs, found.untilMs - clock.now()));
      return value;
    }
    try {
      const text = await ask();
      const value = read(text);
      this.#keep(key, value, text.length, ttlMs);
      found.keep({ text, untilMs: clock.now() + ttlMs });
      return value;
    } catch (error) {
      found.release();
      throw error;
    }
  }

  #keep(key: string, value: unknown, length: number, ttlMs: number): void {
    if (ttlMs <= 0) return;
    this.#drop(key);
    // A UTF-16 unit takes two bytes; what was read of the text about as much again.
    const bytes = ENTRY_BYTES + length * 4;
    if (bytes > this.options.maxBytes) return;
    this.#entries.set(key, { value, bytes, untilMs: this.options.clock.monotonicMs() + ttlMs });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.options.maxBytes) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}

/** For nodes that share nothing. */
export const OWN_DECISIONS: DecisionStore = {
  obtain: () => Promise.resolve(NOTHING_TO_SETTLE),
};
const NOTHING_TO_SETTLE: DecisionClaim = { keep: () => undefined, release: () => undefined };
