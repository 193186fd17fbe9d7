/**
 * Answers of REST routes: in this process, by bytes, the least used leave first; behind it in a store that all nodes share. A hit
 * here asks nobody. Any number of equal requests at a time lead to one call, of all nodes that reach the store.
 */
import { hashedKey } from '../authorization/cache-key';
import { BoundedCache } from '../bounded-cache';
import type { Reply } from '../exchange';
import type { Clock, SharedEntries, SharedEntry } from '../ports';
import { UnderWay } from '../under-way';
import { answerOf, textOf, type KeptReply, type StoredAnswer } from './answer';
import { Blocks } from './blocks';
import { KeptAnswer } from './kept-answer';
import { KeyStarts } from './key-starts';

export interface ResponseCacheOptions {
  readonly clock: Pick<Clock, 'monotonicMs' | 'now'>;
  /** Absent = nothing is shared. It knows keys by their hash, so that what callers sent is in no store. */
  readonly store?: SharedEntries | undefined;
  readonly maxBytes: number;
}

/** What a call came to. */
export type Outcome =
  /** Fit for whoever asked the same; kept for `ttlMs`, 0 = not at all. */
  | { readonly answer: StoredAnswer; readonly ttlMs: number }
  /** For the one alone who made the call. */
  | { readonly reply: Reply };

export interface Fill {
  /** Stays in this process; others see its hash. */
  readonly key: string;
  /** How long a call may take. */
  readonly timeoutMs: number;
  /** What is there already is not looked at, but replaced. */
  readonly isRenewal: boolean;
  /** Must not throw, but reject. */
  readonly call: () => Promise<Outcome>;
}

/** Of what holds an entry. */
const ENTRY_BYTES = 300;

export class ResponseCache {
  readonly starts = new KeyStarts();
  readonly #kept: BoundedCache<KeptAnswer>;
  readonly #blocks = new Blocks();
  readonly #running = new UnderWay<Promise<Outcome>>();
  readonly #renewals = new UnderWay<Promise<Outcome>>();

  /** Of what is kept here, by the names that the store knows. */
  readonly #keys = new Map<string, string>();

  constructor(private readonly options: ResponseCacheOptions) {
    this.#kept = new BoundedCache(options.maxBytes, (answer) => {
      answer.leave();
      this.#keys.delete(answer.name);
    });
    options.store?.onReplaced?.((name) => {
      const key = this.#keys.get(name);
      if (key !== undefined) this.#kept.drop(key);
    });
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
    const { store } = this.options;
    const share = (name: string, entry: SharedEntry): void => store?.replace(name, entry);
    return ending(this.#renewals, key, call(), (outcome) =>
      this.#settled(key, this.#nameOf(key), outcome, share),
    );
  }

  async #found({ key, timeoutMs, call }: Fill): Promise<Outcome> {
    const { store } = this.options;
    if (store === undefined) return this.#settled(key, '', await call(), () => undefined);
    const name = this.#nameOf(key);
    const found = await store.obtain(name, timeoutMs);
    if ('text' in found) {
      const answer = answerOf(found.text);
      this.#keep(key, name, answer, found.untilMs - this.options.clock.now());
      return { answer, ttlMs: 0 };
    }
    try {
      const outcome = await call();
      if (!isKept(outcome)) found.release();
      return this.#settled(key, name, outcome, (_name, entry) => found.keep(entry));
    } catch (error) {
      found.release();
      throw error;
    }
  }

  /** Empty where nobody else is to know it. */
  #nameOf(key: string): string {
    return this.options.store === undefined ? '' : hashedKey(key);
  }

  #settled(
    key: string,
    name: string,
    outcome: Outcome,
    share: (name: string, entry: SharedEntry) => void,
  ): Outcome {
    if (!isKept(outcome)) return outcome;
    const { answer, ttlMs } = outcome;
    this.#keep(key, name, answer, ttlMs);
    share(name, new LazyEntry(answer, this.options.clock.now() + ttlMs));
    return outcome;
  }

  #keep(key: string, name: string, answer: StoredAnswer, ttlMs: number): void {
    if (ttlMs <= 0) return;
    const value = new KeptAnswer(this.#blocks, name, answer);
    const nowMs = this.options.clock.monotonicMs();
    // A key is as long as what callers send, and a unit of it takes up to two bytes.
    const bytes = ENTRY_BYTES + 2 * key.length + value.bytes;
    this.#kept.keep(key, { value, bytes, untilMs: nowMs + ttlMs }, nowMs);
    if (name !== '' && this.#kept.peek(key) !== undefined) this.#keys.set(name, key);
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
