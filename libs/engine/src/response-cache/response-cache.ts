/**
 * Answers of REST routes: in this process, by bytes, the least used leave first; behind it in a store that all nodes share. A hit
 * here asks nobody. Any number of equal requests at a time lead to one call, of all nodes that reach the store.
 */
import type { Reply } from '../exchange';
import type { Clock, SharedEntries } from '../ports';
import { answerOf, textOf, type StoredAnswer } from './answer';

export interface ResponseCacheOptions {
  readonly clock: Pick<Clock, 'monotonicMs' | 'now'>;
  readonly store: SharedEntries;
  readonly maxBytes: number;
}

/** What a call came to. */
export type Outcome =
  /** Fit for whoever asked the same; kept for `ttlMs`, 0 = not at all. */
  | { readonly answer: StoredAnswer; readonly ttlMs: number }
  /** For the one alone who made the call. */
  | { readonly reply: Reply };

export interface Fill {
  readonly key: string;
  /** How long a call may take. */
  readonly timeoutMs: number;
  /** What is there already is not looked at, but replaced. */
  readonly isRenewal: boolean;
  readonly call: () => Promise<Outcome>;
}

interface Entry {
  readonly answer: StoredAnswer;
  readonly bytes: number;
  readonly untilMs: number;
}

/** Of a key and what holds an entry. */
const ENTRY_BYTES = 300;

export class ResponseCache {
  /** In order of last use. */
  readonly #entries = new Map<string, Entry>();
  readonly #running = new Map<string, Promise<Outcome>>();
  #bytes = 0;

  constructor(private readonly options: ResponseCacheOptions) {
    options.store.onReplaced?.((key) => this.#drop(key));
  }

  /** Bytes that are kept in this process. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What is kept here and no older than its time, and `staleMs` more. */
  find(key: string, staleMs = 0): StoredAnswer | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.untilMs + staleMs <= this.options.clock.monotonicMs()) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.answer;
  }

  /** `undefined` = somebody else's call came to a reply that is his alone. */
  async fill(fill: Fill): Promise<Outcome | undefined> {
    const name = fill.isRenewal ? `renewal ${fill.key}` : fill.key;
    const running = this.#running.get(name);
    if (running !== undefined) {
      const outcome = await running;
      return 'answer' in outcome ? outcome : undefined;
    }
    const called = this.#call(fill).finally(() => this.#running.delete(name));
    this.#running.set(name, called);
    return called;
  }

  async #call({ key, timeoutMs, isRenewal, call }: Fill): Promise<Outcome> {
    const { store } = this.options;
    if (isRenewal) return this.#kept(key, await call(), (entry) => store.replace(key, entry));
    const found = await store.obtain(key, timeoutMs);
    if ('text' in found) {
      const answer = answerOf(found.text);
      this.#keep(key, answer, found.untilMs - this.options.clock.now());
      return { answer, ttlMs: 0 };
    }
    try {
      const outcome = await call();
      if (!isKept(outcome)) found.release();
      return this.#kept(key, outcome, (entry) => found.keep(entry));
    } catch (error) {
      found.release();
      throw error;
    }
  }

  #kept(key: string, outcome: Outcome, share: (entry: { text: string; untilMs: number }) => void): Outcome {
    if (!isKept(outcome)) return outcome;
    const { answer, ttlMs } = outcome;
    this.#keep(key, answer, ttlMs);
    share({ text: textOf(answer), untilMs: this.options.clock.now() + ttlMs });
    return outcome;
  }

  #keep(key: string, answer: StoredAnswer, ttlMs: number): void {
    this.#drop(key);
    const bytes = ENTRY_BYTES + answer.body.byteLength + 2 * answer.headers.join('').length;
    if (ttlMs <= 0 || bytes > this.options.maxBytes) return;
    this.#entries.set(key, { answer, bytes, untilMs: this.options.clock.monotonicMs() + ttlMs });
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

function isKept(outcome: Outcome): outcome is Extract<Outcome, { readonly answer: StoredAnswer }> {
  return 'answer' in outcome && outcome.ttlMs > 0;
}
