/**
 * A node's end of a quota that all nodes share. It holds a few calls of each that it knows, so that one that comes after a long
 * time finds one, and asks for more before they are gone; no call waits. What it holds without use it gives back when another
 * node got nothing. It lets no call pass that the store has not handed out, but for a few on credit when a period begins, of
 * which nobody can have used anything.
 */
import type { LeaseAnswer, QuotaRequest } from './limit-store';
import { limitIn, type Quota, type QuotaTerms } from './quota';
import { QuotaAccount } from './quota-account';
import { dayOf, isWithin, periodAt } from './quota-period';

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
/** Who comes to a period later than that gets no credit: it may be used up. */
const YOUNG_MS = 5000;

export interface QuotaCourier {
  /** Last known; 1 at least. */
  readonly nodes: number;
  readonly isAlone: boolean;
  callQuota(quota: LeasedQuota): void;
  /** Nothing more will be asked of it: what it holds goes back, and what it does not say yet is told. */
  settle(account: QuotaAccount): void;
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
  /** Of the current period; who keeps this and not the quota can settle what it leaves behind. */
  readonly ledger: { account: QuotaAccount };
  #terms: QuotaTerms;
  #account: QuotaAccount;
  /** Calls may pass until `spent` gets here. */
  #allowed = 0;
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
    this.#account = this.#accountAt(nowMs);
    this.ledger = { account: this.#account };
    // Just heard of, it may be used up.
    this.#open(0);
  }

  /** With the period. */
  get name(): string {
    return this.#account.name;
  }

  get isKnown(): boolean {
    return this.#account.level !== undefined;
  }

  /** What changes in the limit changes what is left; another kind of period begins anew. */
  change(terms: QuotaTerms): void {
    const { period, offset } = this.#terms;
    this.#terms = terms;
    if (terms.period !== period || terms.offset !== offset) return this.#begin(this.courier.wallMs());
    const account = this.#account;
    const limit = limitIn(terms, account.period);
    const more = limit - account.limit;
    if (more === 0) return;
    account.limit = limit;
    if (account.level !== undefined) account.level += more;
    if (this.#isOnShare) this.#allow(Math.trunc(more / this.courier.nodes));
    // More is handed out, to all nodes together, than the limit now says.
    else if (account.level !== undefined && account.level < 0) this.#allowed = account.spent;
    this.#ask(0);
  }

  hasCall(nowMs: number): boolean {
    if (!isWithin(this.#account.period, nowMs)) this.#begin(nowMs);
    const { spent, level } = this.#account;
    if (spent < this.#allowed) return true;
    this.#usedMs = this.courier.nowMs();
    this.#ask(level !== undefined && level < 1 ? EMPTY_PAUSE_MS : PAUSE_MS);
    return false;
  }

  take(): void {
    if (++this.#account.spent < this.#askAt) return;
    this.#usedMs = this.courier.nowMs();
    this.#ask(PAUSE_MS);
  }

  /** The period may be over without a call. */
  turn(nowMs: number): void {
    if (!isWithin(this.#account.period, nowMs)) this.#begin(nowMs);
  }

  /** Somebody else got nothing. */
  yield(): void {
    this.#isWanted = true;
    if (this.#allowed > this.#account.spent) this.#ask(PAUSE_MS);
  }

  /** `isLast`: nothing is wanted any more. */
  request(nowMs: number, isLast = false): QuotaRequest {
    const account = this.#account;
    const calls = account.spent - this.#spentWhenAsked;
    const passedMs = Math.max(PAUSE_MS, nowMs - this.#askedMs);
    this.#callsPerMs = Math.max(calls / passedMs, this.#callsPerMs * FADE);
    this.#spentWhenAsked = account.spent;
    this.#askedMs = nowMs;
    this.#askedHolder = account.holder;
    this.dueMs = Infinity;
    if (isLast) this.#allowed = account.spent;
    return account.request(isLast ? 0 : this.#want(nowMs, calls), this.courier.wallMs());
  }

  answered({ granted, level }: LeaseAnswer): void {
    const account = this.#account;
    if (this.#askedHolder !== account.holder) return;
    this.#isWanted = this.#isOnShare = false;
    account.level = level;
    this.#allowed = account.charged = this.#spentWhenAsked + granted;
    this.#askAt = level >= 1 ? this.#allowed - Math.floor(granted / 2) : Infinity;
    if (account.spent >= this.#askAt) this.#ask(PAUSE_MS);
  }

  /** The store is away: from now on this node's share of what was left. */
  leaveStore(): void {
    if (this.#isOnShare) return;
    this.#isOnShare = true;
    const { level, limit, charged, spent } = this.#account;
    this.#allowed = (level ?? 0) < 0 ? spent : Math.max(spent, charged);
    this.#allow(Math.max(0, Math.floor((level ?? limit) / this.courier.nodes)));
    this.#askAt = Infinity;
    this.dueMs = Infinity;
  }

  /** The store is back: it is told of every call, and no share is worth anything from its answer on. */
  rejoinStore(): void {
    this.#ask(0);
  }

  /** What the account that is left holds or has not told yet is not forgotten: its period may go on, elsewhere or by another plan. */
  #begin(nowMs: number): void {
    this.courier.settle(this.#account);
    this.#account = this.ledger.account = this.#accountAt(nowMs);
    this.#open(nowMs - this.#account.period.startMs < YOUNG_MS ? this.#reserve() : 0);
  }

  #accountAt(nowMs: number): QuotaAccount {
    const period = periodAt(this.#terms, nowMs);
    const name = `${this.of}:${this.#terms.period}:${dayOf(period.startMs)}`;
    return new QuotaAccount(name, this.courier.nextHolder(), limitIn(this.#terms, period), period);
  }

  /** So many calls may pass before the first answer, though on all nodes together never more than the limit. */
  #open(credit: number): void {
    this.#spentWhenAsked = 0;
    this.#isOnShare = false;
    this.#askAt = Infinity;
    this.#allowed = Math.min(credit, Math.floor(this.#account.limit / this.courier.nodes));
    if (this.courier.isAlone) this.leaveStore();
    else this.#ask(0);
  }

  /** So many calls more, or fewer, than it was. */
  #allow(calls: number): void {
    this.#allowed = Math.max(this.#account.spent, this.#allowed + calls);
  }

  #reserve(): number {
    return Math.max(1, Math.min(MAX_RESERVE, Math.floor(this.#account.limit / (10 * this.courier.nodes))));
  }

  /** While little is left only what is used is held. */
  #want(nowMs: number, calls: number): number {
    const { level, limit, charged, spent } = this.#account;
    const expected = Math.ceil(this.#callsPerMs * SLICE_MS);
    const left = (level ?? limit) + charged - spent;
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
