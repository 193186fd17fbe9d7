/**
 * Answers of REST routes: in this process, by bytes, the least used leave first; behind it in a store that all nodes share. A hit
 * here asks nobody. Any number of equal requests at a time lead to one call, of all nodes that reach the store.
 */
import { BoundedCache } from '../bounded-cache';
import type { Reply } from '../exchange';
import type { Clock, SharedEntries, SharedEntry } from '../ports';
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

/** Of one request. `T` = what it makes of the outcome. */
export interface Fill<T> {
  /** Stays in this process; others see its hash. */
  readonly key: string;
  /** How long a call may take. */
  readonly timeoutMs: number;
  /** What is there already is not looked at, but replaced. */
  readonly isRenewal: boolean;
  /** Must not throw, but reject. */
  call(): Promise<Outcome>;
  /** When what it came to is kept. `undefined` = somebody else's call came to a reply that is his alone. */
  finish(outcome: Outcome | undefined): T | Promise<T>;
}

/** Of what holds an entry. */
const ENTRY_BYTES = 300;

export class ResponseCache {
  readonly starts = new KeyStarts();
  readonly #kept: BoundedCache<KeptAnswer>;
  /** Of what is kept here and shared, by the names that the store knows. */
  readonly #named = new Map<string, KeptAnswer>();

  constructor(private readonly options: ResponseCacheOptions) {
    const holder = { blocks: new Blocks(), named: this.#named };
    this.#kept = new BoundedCache(options.maxBytes, (key) => new KeptAnswer(key, holder));
    options.store?.onReplaced?.((name) => {
      const place = this.#named.get(name);
      if (place !== undefined) this.#kept.drop(place);
    });
  }

  /** Bytes that are kept in this process. */
  get bytes(): number {
    return this.#kept.bytes;
  }

  /** What is kept here and holds at `atMs` of the monotonic clock. */
  find(key: string, atMs: number): KeptReply | undefined {
    return this.#kept.use(key, atMs)?.answer;
  }

  /** Whoever begins a call hears of its end first, so that it is kept when those hear of it who have joined him. */
  fill<T>(fill: Fill<T>): Promise<T> {
    const place = this.#kept.place(fill.key);
    const running = fill.isRenewal ? place.renewal : place.running;
    if (running !== undefined)
      return running.then((outcome) => fill.finish('answer' in outcome ? outcome : undefined));
    return fill.isRenewal ? this.#renew(place, fill) : this.#find(place, fill);
  }

  #renew<T>(place: KeptAnswer, fill: Fill<T>): Promise<T> {
    const { store } = this.options;
    place.renewal = fill.call();
    return place.renewal.then(
      (outcome) => {
        place.renewal = undefined;
        this.#settled(place, outcome);
        if (store !== undefined && isKept(outcome)) store.replace(place.name, this.#entryOf(outcome));
        return fill.finish(outcome);
      },
      (error: unknown) => {
        place.renewal = undefined;
        this.#kept.settle(place);
        throw error;
      },
    );
  }

  #find<T>(place: KeptAnswer, fill: Fill<T>): Promise<T> {
    const { store } = this.options;
    place.running = store === undefined ? fill.call() : this.#fromStore(store, place.name, fill);
    return place.running.then(
      (outcome) => {
        place.running = undefined;
        this.#settled(place, outcome);
        return fill.finish(outcome);
      },
      (error: unknown) => {
        place.running = undefined;
        this.#kept.settle(place);
        throw error;
      },
    );
  }

  async #fromStore<T>(store: SharedEntries, name: string, fill: Fill<T>): Promise<Outcome> {
    const found = await store.obtain(name, fill.timeoutMs);
    if ('text' in found)
      return { answer: answerOf(found.text), ttlMs: found.untilMs - this.options.clock.now() };
    try {
      const outcome = await fill.call();
      if (isKept(outcome)) found.keep(this.#entryOf(outcome));
      else found.release();
      return outcome;
    } catch (error) {
      found.release();
      throw error;
    }
  }

  /** Written out for a store that shares something, and for no other. */
  #entryOf({ answer, ttlMs }: Kept): SharedEntry {
    return {
      untilMs: this.options.clock.now() + ttlMs,
      get text() {
        return textOf(answer);
      },
    };
  }

  /** Nothing of the kind is under way any more. */
  #settled(place: KeptAnswer, outcome: Outcome): void {
    if (!isKept(outcome)) return this.#kept.settle(place);
    const nowMs = this.options.clock.monotonicMs();
    // A key is as long as what callers send, and a unit of it takes up to two bytes.
    const bytes = ENTRY_BYTES + 2 * place.key.length + place.put(outcome.answer);
    this.#kept.keep(place, bytes, nowMs + outcome.ttlMs, nowMs);
    if (this.options.store !== undefined && place.bytes > 0) this.#named.set(place.name, place);
  }
}

type Kept = Extract<Outcome, { readonly answer: StoredAnswer }>;

function isKept(outcome: Outcome): outcome is Kept {
  return 'answer' in outcome && outcome.ttlMs > 0;
}
