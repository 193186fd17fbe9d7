/**
 * The connections to one origin under one key, and what is known of that origin. The connection used last is used first. A
 * pool without a connection is kept for a while, for what it knows.
 */
import { warnOfDefect, type OnDefect } from '../defect';
import type { Timed, TimerWheel } from '../timer-wheel';
import { Breaker } from './breaker';
import type { Call } from './call';
import { ClientConnection, type ConnectionOwner } from './connection';
import { ClientFault } from './fault';
import type { ClientOptions, Origin } from './options';
import { authority } from './request-head';
import { RetryBudget } from './retry-budget';

const MAX_CONNECTIONS = 1024;
const IDLE_MS = 4000;
const BODY_SILENCE_MS = 60_000;
const MAX_HEAD_BYTES = 16_384;
/** Origins are trusted no more than clients are, but some are verbose. */
const MAX_FIELDS = 500;
const REMEMBER_MS = 60_000;
const CLOSED = 'the client was closed';

export class Pool<O extends Origin> implements ConnectionOwner<O>, Timed {
  deadlineMs = Infinity;
  lookAtMs = 0;
  slot = -1;
  /** What `Host` says, unless a request says otherwise. */
  readonly host: string;
  readonly limits: { readonly maxHeadBytes: number; readonly maxFields: number };
  readonly bodySilenceMs: number;
  readonly idleMs: number;
  readonly onDefect: OnDefect;
  private readonly maxConnections: number;
  private readonly idle: ClientConnection<O>[] = [];
  private readonly all = new Set<ClientConnection<O>>();
  /** Calls at the cap, for the connections that rest. */
  private readonly waiting: Call<O>[] = [];
  private resting = 0;
  private readonly breaker: Breaker;
  private readonly budget = new RetryBudget();

  /** `onForgotten` is called when it has been without a connection for long. */
  constructor(
    readonly origin: O,
    private readonly options: ClientOptions<O>,
    readonly wheel: TimerWheel,
    private readonly onForgotten: () => void,
  ) {
    this.host = authority(origin);
    this.limits = {
      maxHeadBytes: options.maxHeadBytes ?? MAX_HEAD_BYTES,
      maxFields: options.maxFields ?? MAX_FIELDS,
    };
    this.bodySilenceMs = options.bodySilenceMs ?? BODY_SILENCE_MS;
    this.idleMs = options.idleMs ?? IDLE_MS;
    this.onDefect = options.onDefect ?? warnOfDefect;
    this.maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
    this.breaker = new Breaker(options.breaker);
  }

  get size(): number {
    return this.all.size;
  }

  run(call: Call<O>): void {
    const refusal = this.breaker.refusal();
    if (refusal !== undefined) return call.fail(refusal);
    this.budget.called();
    const idle = this.idle.pop();
    if (idle !== undefined) idle.start(call);
    else this.open(call);
  }

  answered(): void {
    this.breaker.answered();
  }

  failed(fault: ClientFault): void {
    this.breaker.failed(fault);
  }

  rests(): void {
    this.resting++;
  }

  rested(connection: ClientConnection<O>): void {
    this.resting--;
    const call = this.nextWaiting();
    if (call === undefined) this.idle.push(connection);
    else connection.start(call);
  }

  closed(connection: ClientConnection<O>, wasResting: boolean): void {
    if (wasResting) this.resting--;
    this.all.delete(connection);
    const at = this.idle.lastIndexOf(connection);
    if (at >= 0) this.idle.splice(at, 1);
    const call = this.nextWaiting();
    if (call !== undefined) this.open(call);
    else if (this.all.size === 0) this.wheel.set(this, REMEMBER_MS);
  }

  /** On a new connection: another idle one may be as dead. */
  retry(call: Call<O>): void {
    call.isRetried = true;
    if (this.budget.spend()) this.open(call);
    else call.fail(new ClientFault('broken', 'the connection broke off, as too many did'));
  }

  /** The wheel's call. */
  expire(): void {
    if (this.all.size === 0) this.onForgotten();
  }

  destroy(): void {
    for (const call of this.waiting.splice(0)) call.fail(new ClientFault('aborted', CLOSED));
    for (const connection of [...this.all]) connection.destroy(new ClientFault('aborted', CLOSED));
    this.wheel.remove(this);
  }

  private nextWaiting(): Call<O> | undefined {
    for (let call = this.waiting.shift(); call !== undefined; call = this.waiting.shift())
      if (!call.isOver) return call;
    return undefined;
  }

  private open(call: Call<O>): void {
    this.wheel.clear(this);
    if (this.all.size >= this.maxConnections) {
      if (this.waiting.length < this.resting) this.waiting.push(call);
      else call.fail(new ClientFault('busy', 'too many connections to the origin'));
      return;
    }
    const connection = new ClientConnection<O>(this, call);
    this.all.add(connection);
    try {
      const socket = this.options.connect(this.origin, connection.reading);
      if (socket instanceof Promise)
        socket.then(
          (late) => connection.attach(late),
          (error: unknown) => connection.refused(error),
        );
      else connection.attach(socket);
    } catch (error) {
      connection.refused(error);
    }
  }
}
