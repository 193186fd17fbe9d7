/** The client: pools of connections, kept apart by key and origin. The connection used last is used first. */
import { warnOfDefect, type OnDefect } from '../defect';
import { TimerWheel } from '../timer-wheel';
import { asError, Call } from './call';
import { ClientConnection, type ConnectionOwner } from './connection';
import { ClientFault } from './fault';
import type { ClientAnswer, ClientOptions, ClientRequest, Origin } from './options';
import { requestHead } from './request-head';

const MAX_CONNECTIONS = 1024;
const IDLE_MS = 4000;
const BODY_SILENCE_MS = 60_000;
const TICK_MS = 25;
const MAX_HEAD_BYTES = 16_384;
/** Origins are trusted no more than clients are, but some are verbose. */
const MAX_FIELDS = 500;

export class HttpClient<O extends Origin> {
  private readonly pools = new Map<string, Pool<O>>();
  private readonly wheel: TimerWheel;

  constructor(private readonly options: ClientOptions<O>) {
    this.wheel = new TimerWheel(options.tickMs ?? TICK_MS);
  }

  /** Rejects with a `ClientFault`, or what `asError` makes of it. */
  send(request: ClientRequest<O>): Promise<ClientAnswer> {
    return new Promise((resolve, reject) => {
      if (request.signal?.aborted === true) {
        reject(asError(this.options, new ClientFault('aborted', 'the request was given up')));
        return;
      }
      let head: string;
      try {
        head = requestHead(request);
      } catch (error) {
        reject(asError(this.options, new ClientFault('broken', 'not a request of HTTP', error)));
        return;
      }
      this.poolFor(request.origin).run(new Call(request, head, this.options, resolve, reject));
    });
  }

  /** Connections that are open now, idle ones included. */
  get connections(): number {
    let count = 0;
    for (const pool of this.pools.values()) count += pool.size;
    return count;
  }

  /** Breaks off what is still running. */
  close(): void {
    for (const pool of [...this.pools.values()]) pool.destroy();
  }

  private poolFor(origin: O): Pool<O> {
    const key = `${origin.protocol}${origin.port} ${origin.hostname} ${origin.key}`;
    let pool = this.pools.get(key);
    if (pool === undefined) {
      pool = new Pool(origin, this.options, this.wheel, () => this.pools.delete(key));
      this.pools.set(key, pool);
    }
    return pool;
  }
}

const CLOSED = 'the client was closed';

class Pool<O extends Origin> implements ConnectionOwner<O> {
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

  /** `onEmpty` is called when the last connection is gone. */
  constructor(
    private readonly origin: O,
    private readonly options: ClientOptions<O>,
    readonly wheel: TimerWheel,
    private readonly onEmpty: () => void,
  ) {
    this.limits = {
      maxHeadBytes: options.maxHeadBytes ?? MAX_HEAD_BYTES,
      maxFields: options.maxFields ?? MAX_FIELDS,
    };
    this.bodySilenceMs = options.bodySilenceMs ?? BODY_SILENCE_MS;
    this.idleMs = options.idleMs ?? IDLE_MS;
    this.onDefect = options.onDefect ?? warnOfDefect;
    this.maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
  }

  get size(): number {
    return this.all.size;
  }

  run(call: Call<O>): void {
    const idle = this.idle.pop();
    if (idle !== undefined) idle.start(call);
    else this.open(call);
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
    else if (this.all.size === 0) this.onEmpty();
  }

  /** On a new connection: another idle one may be as dead. */
  retry(call: Call<O>): void {
    call.isRetried = true;
    this.open(call);
  }

  destroy(): void {
    for (const call of this.waiting.splice(0)) call.fail(new ClientFault('aborted', CLOSED));
    for (const connection of [...this.all]) connection.destroy(new ClientFault('aborted', CLOSED));
  }

  private nextWaiting(): Call<O> | undefined {
    for (let call = this.waiting.shift(); call !== undefined; call = this.waiting.shift())
      if (!call.isOver) return call;
    return undefined;
  }

  private open(call: Call<O>): void {
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
