/**
 * Answers of REST routes: in this process, by bytes, the least used leave first; behind it in a store that all nodes share. A hit
 * here asks nobody. Any number of equal requests at a time lead to one call, of all nodes that reach the store.
 */
import { BoundedCache } from '../bounded-cache';
import type { Reply } from '../exchange';
import type { Clock, SharedEntries, SharedEntry } from '../ports';
import { UnderWay } from '../under-way';
import { answerOf, textOf, type KeptReply, type StoredAnswer } from './answer';
import { KeptAnswer } from './kept-answer';
import { KeyNames } from './key-names';

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
  /** Must not throw, but reject. */
  readonly call: () => Promise<Outcome>;
}

/** Of a key and what holds an entry. */
const ENTRY_BYTES = 300;

export class ResponseCache {
  readonly names = new KeyNames();
  readonly #kept: BoundedCache<KeptAnswer>;
  readonly #running = new UnderWay<Promise<Outcome>>();
  readonly #renewals = new UnderWay<Promise<Outcome>>();

  constructor(private readonly options: ResponseCacheOptions) {
    this.#kept = new BoundedCache(options.maxBytes);
    options.store.onReplaced?.((key) => this.#kept.drop(key));
  }

  /** Bytes that are kept in this process. */
  get bytes(): number {
    return this.#kept.bytes;
  }

  /** What is kept here and no older than its time, and `staleMs` more. */
  find(key: string, staleMs = 0): KeptReply | undefined {
    return this.#kept.use(key, this.options.clock.monotonicMs() - staleMs)?.answer;
  }

  /** `undefined` = somebody else's call came to a reply that is his alone. */
  fill(fill: Fill): Promise<Outcome | undefined> {
    const { key, isRenewal } = fill;
    const underWay = isRenewal ? this.#renewals : this.#running;
    const running = underWay.get(key);
    if (running !== undefined) return running.then((outcome) => ('answer' in outcome ? outcome : undefined));
    const called = isRenewal
      ? this.#renew(fill)
      : ending(this.#running, key, this.#found(fill), (outcome) => outcome);
    underWay.begin(key, called);
    return called;
  }

  #renew({ key, call }: Fill): Promise<Outcome> {
    return ending(this.#renewals, key, call(), (outcome) =>
      this.#settled(key, outcome, (entry) => this.options.store.replace(key, entry)),
    );
  }

  async #found({ key, timeoutMs, call }: Fill): Promise<Outcome> {
    const { store } = this.options;
    const found = await store.obtain(key, timeoutMs);
    if ('text' in found) {
      const answer = answerOf(found.text);
      this.#keep(key, answer, found.untilMs - this.options.clock.now());
      return { answer, ttlMs: 0 };
    }
    try {
      const outcome = await call();
      if (!isKept(outcome)) found.release();
      return this.#settled(key, outcome, (entry) => found.keep(entry));
    } catch (error) {
      found.release();
      throw error;
    }
  }

  #settled(key: string, outcome: Outcome, share: (entry: SharedEntry) => void): Outcome {
    if (!isKept(outcome)) return outcome;
    const { answer, ttlMs } = outcome;
    this.#keep(key, answer, ttlMs);
    share(new LazyEntry(answer, this.options.clock.now() + ttlMs));
    return outcome;
  }

  #keep(key: string, answer: StoredAnswer, ttlMs: number): void {
    if (ttlMs <= 0) return;
    const value = new KeptAnswer(answer);
    const nowMs = this.options.clock.monotonicMs();
    this.#kept.keep(key, { value, bytes: ENTRY_BYTES + value.bytes, untilMs: nowMs + ttlMs }, nowMs);
  }
}

/** What becomes of an outcome, or of a failure, once what was under way is over. */
function ending(
  underWay: UnderWay<Promise<Outcome>>,
  key: string,
  called: Promise<Outcome>,
  settle: (outcome: Outcome) => Outcome,
): Promise<Outcome> {
  return called.then(
    (outcome) => {
      underWay.end(key);
      return settle(outcome);
    },
    (error: unknown) => {
      underWay.end(key);
      throw error;
    },
  );
}

/** Written out for a store that shares something, and for no other. */
class LazyEntry implements SharedEntry {
  constructor(
    private readonly answer: StoredAnswer,
    readonly untilMs: number,
  ) {}

  get text(): string {
    return textOf(this.answer);
  }
}

function isKept(outcome: Outcome): outcome is Extract<Outcome, { readonly answer: StoredAnswer }> {
  return 'answer' in outcome && outcome.ttlMs > 0;
}
