/**
 * A node's end of a quota that all nodes share. It holds a few calls of each that it knows, so that one that comes after a long
 * time finds one, and asks for more before they are gone; no call waits. What it holds without use it gives back when another
 * node got nothing. Once it was told of a quota it lets no call pass that the store has not handed out: the only calls on
 * credit are those before the first answer.
 */
import type { LeaseAnswer, QuotaRequest } from './limit-store';
import { limitIn, type Quota, type QuotaTerms } from './quota';
import { dayOf, periodAt, type Period } from './quota-period';

/** Calls that are held without use, at most; less where the limit is small. */
const MAX_RESERVE = 100;
/** How long a slice should last. */
const SLICE_MS = 100;
/** Between two requests of one quota. */
const PAUSE_MS = 5;
/** Between two requests of a quota of which nothing is left. */
const EMPTY_PAUSE_MS = 50;
/** Without a call for so long it has no use for what it holds. */
const IDLE_MS = 100;
/** How fast an expectation fades when less is asked for. */
const FADE = 0.7;
/** A store remembers a period a little longer than it lasts: clocks differ. */
const AFTER_MS = 3_600_000;

export interface QuotaCourier {
  /** Last known; 1 at least. */
  readonly nodes: number;
  readonly isAlone: boolean;
  callQuota(quota: LeasedQuota): void;
  /** Monotonic. */
  nowMs(): number;
  /** Epoch milliseconds. */
  wallMs(): number;
  /** Another number at each call; above 0. */
  nextHolder(): number;
}

export class LeasedQuota implements Quota {
  /** When it wants to be asked for; monotonic. `Infinity` = not at all. */
  dueMs = Infinity;
  #terms: QuotaTerms;
  #period: Period = { startMs: 0, endMs: 0 };
  #limit = 0;
  #holder = 0;
  /** Calls let pass in this period. */
  #spent = 0;
  #allowed = 0;
  /** See `QuotaRequest.charged`. */
  #charged = 0;
  /** What is left beside what is handed out, by the last answer; `undefined` = never heard. */
  #level: number | undefined = undefined;
  /** At this many calls more are asked for. */
  #askAt = Infinity;
  #spentWhenAsked = 0;
  #askedMs = -Infinity;
  #usedMs = -Infinity;
  #callsPerMs = 0;
  /** Did another node get nothing since the last answer? */
  #isWanted = false;
  /** Is `#allowed` this node's share, the store being away? */
  #isOnShare = false;
  /** What was asked is of this account; an answer to another is late. */
  #askedHolder = -1;

  constructor(
    private readonly of: string,
    terms: QuotaTerms,
    private readonly courier: QuotaCourier,
    nowMs: number,
  ) {
    this.#terms = terms;
    this.#begin(nowMs);
  }

  /** With the period. */
  get name(): string {
    return `${this.of}:${this.#terms.period}:${dayOf(this.#period.startMs)}`;
  }

  get isKnown(): boolean {
    return this.#level !== undefined;
  }

  /** What changes in the limit changes what is left; another kind of period begins anew. */
  change(terms: QuotaTerms): void {
    const { period, offset } = this.#terms;
    this.#terms = terms;
    if (terms.period !== period || terms.offset !== offset) return this.#begin(this.courier.wallMs());
    const limit = limitIn(terms, this.#period);
    const more = limit - this.#limit;
    if (more === 0) return;
    this.#limit = limit;
    if (this.#level !== undefined) this.#level += more;
    this.#ask(0);
  }

  hasCall(nowMs: number): boolean {
    if (nowMs >= this.#period.endMs) this.#begin(nowMs);
    if (this.#spent < this.#allowed) return true;
    this.#usedMs = this.courier.nowMs();
    const isEmpty = this.#level !== undefined && this.#level < 1;
    this.#ask(isEmpty ? EMPTY_PAUSE_MS : PAUSE_MS);
    return false;
  }

  take(): void {
    if (++this.#spent < this.#askAt) return;
    this.#usedMs = this.courier.nowMs();
    this.#ask(PAUSE_MS);
  }

  /** The period may be over without a call. */
  turn(nowMs: number): void {
    if (nowMs >= this.#period.endMs) this.#begin(nowMs);
  }

  /** Somebody else got nothing. */
  yield(): void {
    this.#isWanted = true;
    if (this.#allowed > this.#spent) this.#ask(PAUSE_MS);
  }

  /** `isLast`: nothing is wanted any more. */
  request(nowMs: number, isLast = false): QuotaRequest {
    const calls = this.#spent - this.#spentWhenAsked;
    const passedMs = Math.max(PAUSE_MS, nowMs - this.#askedMs);
    this.#callsPerMs = Math.max(calls / passedMs, this.#callsPerMs * FADE);
    this.#spentWhenAsked = this.#spent;
    this.#askedMs = nowMs;
    this.#askedHolder = this.#holder;
    this.dueMs = Infinity;
    if (isLast) this.#allowed = this.#spent;
    return {
      quota: this.name,
      holder: this.#holder,
      limit: this.#limit,
      spent: this.#spent,
      charged: this.#charged,
      want: isLast ? 0 : this.#want(nowMs, calls),
      ...(this.#level !== undefined && { level: this.#level }),
      keepMs: this.#period.endMs - this.#period.startMs + AFTER_MS,
    };
  }

  answered({ granted, level }: LeaseAnswer): void {
    if (this.#askedHolder !== this.#holder) return;
    this.#isWanted = this.#isOnShare = false;
    this.#level = level;
    this.#allowed = this.#charged = this.#spentWhenAsked + granted;
    this.#askAt = level >= 1 ? this.#allowed - Math.floor(granted / 2) : Infinity;
    if (this.#spent >= this.#askAt) this.#ask(PAUSE_MS);
  }

  /** The store is away: from now on this node's share of what was left. */
  leaveStore(): void {
    if (this.#isOnShare) return;
    this.#isOnShare = true;
    const left = this.#level ?? this.#limit;
    const held = Math.max(0, this.#charged - this.#spent);
    this.#allowed = this.#spent + held + Math.max(0, Math.floor(left / this.courier.nodes));
    this.#askAt = Infinity;
    this.dueMs = Infinity;
  }

  /** The store is back: it is told of every call, and no share is worth anything from its answer on. */
  rejoinStore(): void {
    this.#ask(0);
  }

  /**
   * Before the first answer calls pass on credit: up to the reserve where a period has just begun; one where this node has just
   * heard of the key, since the quota may be used up.
   */
  #begin(nowMs: number): void {
    const isNew = this.#holder === 0;
    this.#period = periodAt(this.#terms, nowMs);
    this.#limit = limitIn(this.#terms, this.#period);
    this.#holder = this.courier.nextHolder();
    this.#spent = this.#charged = this.#spentWhenAsked = 0;
    this.#level = undefined;
    this.#isOnShare = false;
    this.#askAt = Infinity;
    this.#allowed = Math.min(isNew ? 1 : this.#reserve(), this.#limit);
    if (this.courier.isAlone) this.leaveStore();
    else this.#ask(0);
  }

  #reserve(): number {
    return Math.max(1, Math.min(MAX_RESERVE, Math.floor(this.#limit / (10 * this.courier.nodes))));
  }

  /** While little is left only what is used is held. */
  #want(nowMs: number, calls: number): number {
    const expected = Math.ceil(this.#callsPerMs * SLICE_MS);
    const left = (this.#level ?? this.#limit) + this.#charged - this.#spent;
    const isTight = this.#isWanted || left < this.#reserve() * 2 * this.courier.nodes;
    if (!isTight) return Math.max(this.#reserve(), expected);
    const isIdle = calls === 0 && nowMs - this.#usedMs >= IDLE_MS;
    if (isIdle) return 0;
    return Math.max(1, Math.min(expected, Math.floor(left / 2)));
  }

  #ask(pauseMs: number): void {
    const dueMs = Math.max(this.courier.nowMs(), this.#askedMs + pauseMs);
    if (this.courier.isAlone || dueMs >= this.dueMs) return;
    this.dueMs = dueMs;
    this.courier.callQuota(this);
  }
}
