/** Nodes, a store between them and their load, all in simulated time: for specs of limits. Nothing sleeps, nothing is random. */
import type { Limit } from '../limits/bucket';
import type { LeaseAnswers, LeaseRequest, LimitStore, QuotaRequest } from '../limits/limit-store';
import { NODE_TTL_MS, WANTED_MS } from '../limits/limit-store';
import { LeasedLimits, type Timers } from '../limits/leased-limits';
import { SharedBucket } from '../limits/shared-bucket';
import { SharedQuota } from '../limits/shared-quota';

interface Event {
  readonly atMs: number;
  readonly act: () => void;
  readonly mayPromise: boolean;
  isCancelled: boolean;
}

export class SimulatedTime implements Timers {
  #nowMs = 0;
  /** Milliseconds by which the wall clock is wrong. */
  wrongByMs = 0;
  /** Latest first. */
  readonly #events: Event[] = [];

  monotonicMs(): number {
    return this.#nowMs;
  }

  /** `startMs`: epoch milliseconds; default noon of a Thursday. */
  constructor(private readonly startMs = Date.UTC(2026, 0, 1, 12)) {}

  now(): number {
    return this.startMs + this.#nowMs + this.wrongByMs;
  }

  after(ms: number, act: () => void): () => void {
    return this.#add(ms, act, true);
  }

  /** For what keeps and makes no promises; much cheaper. */
  afterPlainly(ms: number, act: () => void): void {
    this.#add(ms, act, false);
  }

  #add(ms: number, act: () => void, mayPromise: boolean): () => void {
    const event: Event = { atMs: this.#nowMs + ms, act, mayPromise, isCancelled: false };
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle]?.atMs ?? 0) > event.atMs) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, event);
    return () => void (event.isCancelled = true);
  }

  async runUntil(ms: number): Promise<void> {
    for (let next = this.#events.at(-1); next !== undefined && next.atMs <= ms; next = this.#events.at(-1)) {
      this.#events.pop();
      if (next.isCancelled) continue;
      this.#nowMs = next.atMs;
      next.act();
      // What was promised comes before anything else happens.
      if (next.mayPromise) for (let turn = 0; turn < 12; turn++) await Promise.resolve();
    }
    this.#nowMs = ms;
  }
}

/** Repeatable numbers from 0 to 1 (mulberry32). */
export function drawn(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class SimulatedStore implements LimitStore {
  /** `down`: refuses at once. `frozen`: never answers. Else milliseconds there and back. */
  state: number | 'down' | 'frozen' = 2;
  calls = 0;
  /** Requests for quotas, all told. */
  quotaCalls = 0;
  /** Refuses the first round that this is true of. */
  awayOnce: ((requests: readonly LeaseRequest[]) => boolean) | undefined = undefined;
  #buckets = new Map<string, SharedBucket>();
  #nodes = new Map<string, number>();
  #quotas = new Map<string, SharedQuota>();
  readonly #dead = new Set<string>();
  readonly #wanted = new Map<string, number>();

  constructor(
    private readonly time: SimulatedTime,
    private readonly random: () => number,
  ) {}

  /** Nothing of this node arrives any more, as if it had died. */
  forsake(node: string): void {
    this.#dead.add(node);
  }

  empty(): void {
    this.#buckets = new Map();
    this.#nodes = new Map();
    this.#quotas = new Map();
  }

  lease(
    node: string,
    requests: readonly LeaseRequest[],
    quotas: readonly QuotaRequest[] = [],
  ): Promise<LeaseAnswers> {
    this.calls++;
    this.quotaCalls += quotas.length;
    const { state } = this;
    if (this.awayOnce?.(requests) === true) {
      this.awayOnce = undefined;
      return Promise.reject(new Error('refused'));
    }
    if (state === 'down' || this.#dead.has(node)) return Promise.reject(new Error('refused'));
    if (state === 'frozen') return new Promise(() => undefined);
    return new Promise((resolve) => {
      const thereMs = state * (0.25 + this.random() / 2);
      this.time.after(thereMs, () => {
        const answers = { ...this.#answers(node, requests), ...this.#ofQuotas(node, quotas) };
        this.time.after(Math.max(0, state - thereMs), () => resolve(answers));
      });
    });
  }

  #ofQuotas(node: string, requests: readonly QuotaRequest[]): Pick<LeaseAnswers, 'quotas' | 'wanted'> {
    const nowMs = this.time.monotonicMs();
    const wanted = [...this.#wanted].filter(([, atMs]) => nowMs - atMs <= WANTED_MS).map(([name]) => name);
    const quotas = requests.map((request) => {
      const quota = this.#quotas.get(request.quota) ?? new SharedQuota();
      this.#quotas.set(request.quota, quota);
      const answer = quota.lease(node, request, nowMs);
      if (request.want > 0 && answer.granted === 0) this.#wanted.set(request.quota, nowMs);
      return answer;
    });
    return { quotas, wanted };
  }

  #answers(node: string, requests: readonly LeaseRequest[]): Pick<LeaseAnswers, 'nodes' | 'answers'> {
    const nowMs = this.time.monotonicMs();
    this.#nodes.set(node, nowMs);
    const answers = requests.map((request) => {
      const bucket = this.#buckets.get(request.bucket) ?? new SharedBucket();
      this.#buckets.set(request.bucket, bucket);
      return bucket.lease(node, request, nowMs);
    });
    const nodes = [...this.#nodes.values()].filter((seenMs) => nowMs - seenMs <= NODE_TTL_MS).length;
    return { nodes, answers };
  }
}

/** Calls a second to a node; may change with time. */
export type Load = (nowMs: number) => number;

export class SimulatedCluster {
  readonly time = new SimulatedTime();
  readonly store: SimulatedStore;
  /** When a call passed, milliseconds, in order. */
  readonly passed: number[] = [];
  readonly refused: number[] = [];
  private readonly random: () => number;
  private readonly limits: LeasedLimits[];

  constructor(
    private readonly limit: Limit,
    loads: readonly Load[],
    seed = 1,
  ) {
    this.random = drawn(seed);
    this.store = new SimulatedStore(this.time, this.random);
    this.limits = loads.map((_load, i) => this.startNode(`n${i}`));
    loads.forEach((load, i) => this.arrive(this.limits[i] as LeasedLimits, load));
  }

  get isAlone(): boolean[] {
    return this.limits.map(({ isAlone }) => isAlone);
  }

  private startNode(node: string): LeasedLimits {
    return new LeasedLimits({ node, store: this.store, clock: this.time, timers: this.time });
  }

  /** Gaps vary by half around their mean. Without load it is looked again soon. */
  private arrive(limits: LeasedLimits, load: Load): void {
    const bucket = limits.bucket('b', this.limit);
    const next = (): void => {
      const nowMs = this.time.monotonicMs();
      const perSecond = load(nowMs);
      if (perSecond <= 0) return this.time.afterPlainly(10, next);
      this.time.afterPlainly((1000 / perSecond) * (0.5 + this.random()), () => {
        this.call(bucket);
        next();
      });
    };
    next();
  }

  private call(bucket: ReturnType<LeasedLimits['bucket']>): void {
    const nowMs = this.time.monotonicMs();
    if (!bucket.hasToken(nowMs)) return void this.refused.push(nowMs);
    bucket.take(nowMs);
    this.passed.push(nowMs);
  }
}

/** The most that any window, of whatever length, holds beyond `rate` x its length. */
export function mostBeyondRate(passed: readonly number[], { rate }: Limit): number {
  let lowest = Infinity;
  let most = 0;
  passed.forEach((atMs, i) => {
    const ahead = i - (rate * atMs) / 1000;
    lowest = Math.min(lowest, ahead);
    most = Math.max(most, ahead - lowest + 1);
  });
  return most;
}

/** How many passed from `fromMs` on, before `toMs`. */
export function countIn(passed: readonly number[], fromMs: number, toMs: number): number {
  return passed.filter((atMs) => atMs >= fromMs && atMs < toMs).length;
}

/** The fewest that passed in a window of `lengthMs` that lies between the two times; windows begin every 100 ms. */
export function fewestIn(passed: readonly number[], lengthMs: number, fromMs: number, toMs: number): number {
  let fewest = Infinity;
  for (let at = fromMs; at + lengthMs <= toMs; at += 100)
    fewest = Math.min(fewest, countIn(passed, at, at + lengthMs));
  return fewest;
}
