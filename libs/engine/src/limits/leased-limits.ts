/**
 * A node's buckets over a store that all nodes share. Whatever is due goes in one round trip, one at a time, and no call ever
 * waits for it. A store that gives no answer within `DEADLINE_MS` is taken for gone: each node goes on with its share of every
 * limit, and comes back only after the store was well for a second, so that one that flaps is left alone.
 */
import type { Clock } from '../ports';
import type { Bucket, Limit } from './bucket';
import { LeasedBucket, type Courier } from './leased-bucket';
import { LeasedQuota, type QuotaCourier } from './leased-quota';
import {
  NODE_TTL_MS,
  type LeaseAnswers,
  type LeaseRequest,
  type LimitStore,
  type QuotaRequest,
} from './limit-store';
import { Held } from './held';
import type { Limits } from './limits';
import type { Quota, QuotaTerms } from './quota';
import type { QuotaAccount } from './quota-account';

const DEADLINE_MS = 100;
/** Of the last one, which may be about every quota. */
const LAST_DEADLINE_MS = 1000;
/** What is due within so long goes along. */
const AHEAD_MS = 10;
/** Signs of life, while nothing else is said. */
const BEAT_MS = 1000;
/** With quotas, of which another node may want what is held. */
const QUOTA_BEAT_MS = 50;
/** Quotas of one round trip: when a day begins all are asked for. */
const MOST_QUOTAS = 1000;
/** Accounts that are settled in a round trip however many quotas are asked for. */
const LEAST_SETTLED = 50;
/** Accounts that are kept for a store that is away. */
const MOST_TO_SETTLE = 50_000;
/** While the store is away. */
const PROBE_MS = 200;
/** For so long it must have been well. */
const TRUST_MS = 1000;

/** Calls once, after `ms` or a little later; returns what takes it back. */
export interface Timers {
  after(ms: number, act: () => void): () => void;
}

export interface LeasedLimitsOptions {
  /** Another one for every start of a node: its accounts begin at 0. */
  readonly node: string;
  readonly store: LimitStore;
  readonly clock: Clock;
  readonly timers: Timers;
  /** How many nodes there are as far as is known, until the store says it; default 1. */
  readonly nodes?: number;
  /** Hears of another number of nodes, told by the store. Must not throw. */
  readonly onNodes?: (nodes: number) => void;
  /** Hears when the store is taken for gone, and when it is trusted again. Must not throw. */
  readonly onAlone?: (isAlone: boolean) => void;
}

interface AskedQuota {
  readonly request: QuotaRequest;
  /** Absent = nobody waits for the answer. */
  readonly quota?: LeasedQuota;
  readonly account?: QuotaAccount;
}

export class LeasedLimits implements Limits, Courier, QuotaCourier {
  #isAlone = false;
  #nodes: number;
  #nodesMs = -Infinity;
  readonly #buckets = new Held<LeasedBucket>();
  readonly #inUse = new Set<LeasedBucket>();
  readonly #quotas = new Held<LeasedQuota>();
  readonly #waitingQuotas = new Set<LeasedQuota>();
  /** Accounts that nobody uses any more. */
  readonly #toSettle = new Set<QuotaAccount>();
  readonly #left = new FinalizationRegistry<LeasedQuota['ledger']>(({ account }) => this.settle(account));
  #lastHolder = 0;
  #turnedMs = -Infinity;
  #isAsking = false;
  #isStopped = false;
  #cancelTimer: () => void = () => undefined;
  #timerMs = Infinity;
  #beatMs = 0;
  #wellSinceMs: number | undefined = undefined;
  /** Nothing flaps that was never there: the first answer is believed at once. */
  #wasEverWell = false;
  #tellStarted: () => void = () => undefined;
  /** Resolves when it is known whether the store is there, soon in any case. */
  readonly started = new Promise<void>((resolve) => (this.#tellStarted = resolve));

  constructor(private readonly options: LeasedLimitsOptions) {
    this.#nodes = options.nodes ?? 1;
    // A store that was emptied knows fewer at first.
    if (options.nodes !== undefined) this.#nodesMs = options.clock.monotonicMs();
    this.#arm();
  }

  /** Last known; a smaller number is believed when it has lasted, for an emptied store knows few. */
  get nodes(): number {
    return this.#nodes;
  }

  get isAlone(): boolean {
    return this.#isAlone;
  }

  bucket(name: string, limit: Limit): Bucket {
    const known = this.#buckets.get(name);
    if (known !== undefined) {
      known.changeLimit(limit, this.options.clock.monotonicMs());
      return known;
    }
    return this.#buckets.add(name, new LeasedBucket(name, limit, this));
  }

  quota(name: string, terms: QuotaTerms): Quota {
    const known = this.#quotas.get(name);
    if (known !== undefined) {
      known.change(terms);
      return known;
    }
    const quota = new LeasedQuota(name, terms, this, this.options.clock.now());
    this.#left.register(quota, quota.ledger);
    return this.#quotas.add(name, quota);
  }

  nowMs(): number {
    return this.options.clock.monotonicMs();
  }

  wallMs(): number {
    return this.options.clock.now();
  }

  nextHolder(): number {
    return ++this.#lastHolder;
  }

  callQuota(quota: LeasedQuota): void {
    this.#waitingQuotas.add(quota);
    if (!this.#isAlone && quota.dueMs < this.#timerMs) this.#armAt(quota.dueMs);
  }

  settle(account: QuotaAccount): void {
    if (!this.#isStopped && this.#toSettle.size < MOST_TO_SETTLE) this.#toSettle.add(account);
  }

  call(bucket: LeasedBucket): void {
    this.#inUse.add(bucket);
    if (!this.#isAlone && bucket.dueMs < this.#timerMs) this.#armAt(bucket.dueMs);
  }

  /** Resolves when it is known what is left of every quota, or the store is away. */
  async informed(): Promise<void> {
    while (!this.#isAlone && !this.#isStopped && this.#quotas.all().some((quota) => !quota.isKnown))
      await new Promise<void>((resolve) => this.options.timers.after(AHEAD_MS, resolve));
  }

  /**
   * Gives back what is held, and tells of calls that the store has not heard of; resolves when that is done or cannot be. A
   * store that was away is asked too: it may have come back.
   */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer();
    const nowMs = this.options.clock.monotonicMs();
    const buckets = this.#isAlone ? [] : [...this.#inUse];
    const requests = buckets.flatMap((bucket) => bucket.giveBack(nowMs) ?? []);
    const quotas = this.#quotas.all().map((quota) => quota.request(nowMs, true));
    for (const account of this.#toSettle) quotas.push(account.request(0, this.wallMs()));
    if (this.#isAlone && quotas.length === 0) return;
    const answers = this.options.store.lease(this.options.node, requests, quotas);
    await this.#withinDeadline(answers, LAST_DEADLINE_MS).catch(() => undefined);
  }

  #arm(): void {
    let dueMs = this.#beatMs;
    if (!this.#isAlone) for (const bucket of this.#inUse) dueMs = Math.min(dueMs, bucket.dueMs);
    for (const quota of this.#waitingQuotas) dueMs = Math.min(dueMs, quota.dueMs);
    this.#armAt(dueMs);
  }

  #armAt(dueMs: number): void {
    if (this.#isAsking || this.#isStopped) return;
    this.#cancelTimer();
    this.#timerMs = dueMs;
    const waitMs = Math.max(0, dueMs - this.options.clock.monotonicMs());
    this.#cancelTimer = this.options.timers.after(waitMs, () => void this.#round());
  }

  async #round(): Promise<void> {
    const { clock, store, node } = this.options;
    const askedMs = clock.monotonicMs();
    const asked = this.#isAlone ? [] : this.#requests(askedMs);
    const askedQuotas = this.#quotaRequests(askedMs);
    if (asked.length + askedQuotas.length > 0 || askedMs >= this.#beatMs) {
      this.#isAsking = true;
      try {
        const answers = await this.#withinDeadline(
          store.lease(
            node,
            asked.map(({ request }) => request),
            askedQuotas.map(({ request }) => request),
          ),
        );
        this.#heardOfQuotas(answers, askedQuotas);
        this.#heard(answers, asked, askedMs);
      } catch {
        // One that gave back what it held is as lost as any other.
        for (const { bucket } of asked) this.#inUse.add(bucket);
        this.#leaveStore(clock.monotonicMs());
      }
      this.#beatMs = clock.monotonicMs() + this.#pauseMs();
      this.#isAsking = false;
      this.#tellStarted();
    }
    this.#arm();
  }

  #requests(nowMs: number): { readonly bucket: LeasedBucket; readonly request: LeaseRequest }[] {
    const asked = [];
    for (const bucket of this.#inUse) {
      if (bucket.dueMs > nowMs + AHEAD_MS) continue;
      const request = bucket.request(nowMs);
      if (request !== undefined) asked.push({ bucket, request });
      if (!bucket.isInUse) this.#inUse.delete(bucket);
    }
    return asked;
  }

  #pauseMs(): number {
    if (this.#isAlone) return PROBE_MS;
    return this.#quotas.size > 0 ? QUOTA_BEAT_MS : BEAT_MS;
  }

  #quotaRequests(nowMs: number): AskedQuota[] {
    if (nowMs - this.#turnedMs >= BEAT_MS) {
      this.#turnedMs = nowMs;
      for (const quota of this.#quotas.all()) quota.turn(this.wallMs());
    }
    const asked: AskedQuota[] = [];
    if (this.#isAlone) return asked;
    for (const quota of this.#waitingQuotas) {
      if (asked.length >= MOST_QUOTAS) break;
      if (quota.dueMs > nowMs + AHEAD_MS) continue;
      asked.push({ quota, request: quota.request(nowMs) });
      this.#waitingQuotas.delete(quota);
    }
    let room = Math.max(LEAST_SETTLED, MOST_QUOTAS - asked.length);
    for (const account of this.#toSettle) {
      if (room-- <= 0) break;
      asked.push({ account, request: account.request(0, this.wallMs()) });
    }
    return asked;
  }

  #heardOfQuotas({ quotas, wanted }: LeaseAnswers, asked: readonly AskedQuota[]): void {
    // What was handed out meanwhile was given back.
    if (this.#isStopped) return;
    asked.forEach(({ quota, account }, i) => {
      const answer = quotas[i];
      if (answer === undefined) return;
      quota?.answered(answer);
      if (account !== undefined) this.#toSettle.delete(account);
    });
    if (wanted.length === 0) return;
    const names = new Set(wanted);
    for (const quota of this.#quotas.all()) if (names.has(quota.name)) quota.yield();
  }

  #heard(
    { nodes, answers }: LeaseAnswers,
    asked: readonly { readonly bucket: LeasedBucket }[],
    askedMs: number,
  ): void {
    const nowMs = this.options.clock.monotonicMs();
    if (nodes >= this.#nodes || nowMs - this.#nodesMs > NODE_TTL_MS) {
      this.#nodesMs = nowMs;
      this.#setNodes(Math.max(1, nodes));
    }
    asked.forEach(({ bucket }, i) => {
      const answer = answers[i];
      if (answer !== undefined) bucket.answered(answer, nowMs);
    });
    const isFirst = !this.#wasEverWell;
    this.#wasEverWell = true;
    if (!this.#isAlone) return;
    this.#wellSinceMs ??= askedMs;
    if (isFirst || nowMs - this.#wellSinceMs >= TRUST_MS) this.#rejoinStore(nowMs);
  }

  #leaveStore(nowMs: number): void {
    this.#wellSinceMs = undefined;
    this.#setAlone(true);
    for (const bucket of this.#inUse) bucket.leaveStore(nowMs);
    this.#waitingQuotas.clear();
    for (const quota of this.#quotas.all()) quota.leaveStore();
  }

  #rejoinStore(nowMs: number): void {
    this.#setAlone(false);
    for (const bucket of this.#inUse) bucket.rejoinStore(nowMs);
    for (const quota of this.#quotas.all()) quota.rejoinStore();
  }

  #setNodes(nodes: number): void {
    if (nodes === this.#nodes) return;
    this.#nodes = nodes;
    this.options.onNodes?.(nodes);
  }

  #setAlone(isAlone: boolean): void {
    if (isAlone === this.#isAlone) return;
    this.#isAlone = isAlone;
    this.options.onAlone?.(isAlone);
  }

  #withinDeadline<T>(answer: Promise<T>, deadlineMs = DEADLINE_MS): Promise<T> {
    return new Promise((resolve, reject) => {
      const { timers } = this.options;
      // A process that was held up finds its timers due before what has arrived meanwhile: that is to be looked at first.
      const cancel = timers.after(deadlineMs, () => timers.after(0, () => reject(new Error('no answer'))));
      answer.then(resolve, reject).finally(cancel);
    });
  }
}
