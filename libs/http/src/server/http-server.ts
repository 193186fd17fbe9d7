/** The server: takes connections up to its caps, and drains without losing a request. */
import { setTimeout as delay } from 'node:timers/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { warnOfDefect } from '../defect';
import { MAX_FIELDS, MAX_HEAD_BYTES } from '../rules';
import { withSharedReads } from '../shared-reads';
import { TimerWheel } from '../timer-wheel';
import { ServerConnection, type OpenConnection, type ServerContext } from './connection';
import { H2Session } from './h2/session';
import { DEADLINES, type ServerOptions } from './options';

/** While draining, idle connections get this long to carry one more request, whose answer says `Connection: close`. */
const IDLE_GRACE_MS = 3000;
/** A connection that comes last gets this long for its first request. */
const FIRST_REQUEST_MS = 1000;
/** The listener closes in the first turn that brings no connection, but no later than this. */
const QUIET_WITHIN_MS = 500;
const TICK_MS = 250;
const LAST_EVENTS_MS = 1000;

export class HttpServer {
  /** To be told where to listen. */
  readonly listener: Server;
  private readonly connections = new Set<OpenConnection>();
  /** TLS handshakes under way included. */
  private readonly sockets = new Set<Socket>();
  private readonly addresses = new Map<string, number>();
  private readonly context: ServerContext;
  private readonly maxConnections: number;
  private readonly maxPerAddress: number;
  private accepted = 0;
  private whenEmpty: (() => void) | undefined;

  constructor(options: ServerOptions, tls?: TlsOptions) {
    this.maxConnections = options.maxConnections ?? 10_000;
    this.maxPerAddress = options.maxConnectionsPerAddress ?? this.maxConnections;
    this.context = {
      handle: options.handle,
      deadlines: { ...DEADLINES, ...options.deadlines },
      wheel: new TimerWheel(options.tickMs ?? TICK_MS),
      limits: {
        maxHeadBytes: options.maxHeadBytes ?? MAX_HEAD_BYTES,
        maxFields: options.maxFields ?? MAX_FIELDS,
      },
      tooLarge: options.tooLarge,
      onDefect: options.onDefect ?? warnOfDefect,
      phase: 'open',
    };
    const place = { noDelay: true, allowHalfOpen: true };
    if (tls === undefined) {
      this.listener = createServer(place, (socket) => this.accept(socket, false));
    } else {
      const secured = {
        handshakeTimeout: this.context.deadlines.headMs,
        minVersion: 'TLSv1.2' as const,
        ALPNProtocols: ['h2', 'http/1.1'],
      };
      this.listener = createTlsServer({ ...place, ...secured, ...tls }, (socket) =>
        this.accept(socket, true),
      );
    }
    this.listener.maxConnections = this.maxConnections;
    this.listener.on('connection', (socket: Socket) => {
      this.accepted++;
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  get openConnections(): number {
    return this.connections.size;
  }

  /**
   * Answers what is running and what still comes in on open connections, then closes. After `drainMs` the rest is cut
   * off. For `newcomersMs` (default 3,000, a third of `drainMs` at most) new connections are taken, though none may be open:
   * whoever balances load may not know yet.
   */
  async stop(drainMs: number, newcomersMs = IDLE_GRACE_MS): Promise<void> {
    const { context } = this;
    context.phase = 'draining';
    for (const connection of this.connections) connection.drain();
    const deadlineMs = performance.now() + drainMs;
    await Promise.all([
      delay(Math.min(newcomersMs, drainMs / 3)),
      this.emptied(Math.min(IDLE_GRACE_MS, drainMs / 3)),
    ]);
    await this.quiet(Math.min(QUIET_WITHIN_MS, drainMs / 3));
    context.phase = 'closing';
    const closed = new Promise<void>((resolve) => this.listener.close(() => resolve()));
    for (const connection of [...this.connections]) connection.retire(FIRST_REQUEST_MS);
    await this.emptied(deadlineMs - performance.now());
    for (const connection of [...this.connections]) connection.cutOff();
    for (const socket of [...this.sockets]) socket.destroy();
    await closed;
    // The exchanges hear of it only when the sockets' own events have run.
    await this.emptied(LAST_EVENTS_MS);
  }

  /** What waits to be accepted when the listener closes is reset by the kernel, so nothing should. */
  private async quiet(withinMs: number): Promise<void> {
    const deadlineMs = performance.now() + withinMs;
    for (let seen = -1; seen !== this.accepted && performance.now() < deadlineMs;) {
      seen = this.accepted;
      // The first ends this turn, the second is behind the next look at the listener.
      for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private accept(accepted: Socket, secure: boolean): void {
    const address = accepted.remoteAddress ?? '';
    const fromThere = this.addresses.get(address) ?? 0;
    if (this.connections.size >= this.maxConnections || fromThere >= this.maxPerAddress) {
      accepted.on('error', () => undefined);
      accepted.destroy();
      return;
    }
    const shared = secure ? undefined : withSharedReads(accepted);
    const socket = shared?.socket ?? accepted;
    this.addresses.set(address, fromThere + 1);
    const speaksH2 = secure && (socket as TLSSocket).alpnProtocol === 'h2';
    const connection = speaksH2
      ? new H2Session(socket, this.context)
      : new ServerConnection(socket, this.context, secure, shared);
    this.connections.add(connection);
    socket.on('close', () => this.closed(connection, address));
  }

  private closed(connection: OpenConnection, address: string): void {
    this.connections.delete(connection);
    const left = (this.addresses.get(address) ?? 1) - 1;
    if (left > 0) this.addresses.set(address, left);
    else this.addresses.delete(address);
    if (this.connections.size === 0) this.whenEmpty?.();
  }

  private emptied(withinMs: number): Promise<void> {
    if (this.connections.size === 0 || withinMs <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.whenEmpty = undefined;
        resolve();
      };
      const timer = setTimeout(done, withinMs);
      this.whenEmpty = done;
    });
  }
}
