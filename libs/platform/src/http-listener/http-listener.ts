/** The gateway's HTTP/1.1 listener on node:http: requests in, answers out, and a drain that loses none. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Address } from '../config/config';
import type { SettingName } from '../config/settings';
import { ClientConnection } from './client-connection';
import { HttpExchange, type Handle, type ListenerState } from './http-exchange';
import { listenOn } from './listen';
import { statusOfParseError } from './refusal';
import { readHead } from './request-head';

export interface HttpListenerOptions {
  readonly listen: Address;
  /** Named in the error when the address is taken. */
  readonly setting?: SettingName;
  readonly handle: Handle;
  /** Further connections are refused. Default 10,000. */
  readonly maxConnections?: number;
}

/** While draining, idle connections get this long to carry one more request, whose answer says `Connection: close`. */
const IDLE_GRACE_MS = 3000;
const POLL_MS = 20;
const LAST_EVENTS_MS = 1000;

export class HttpListener {
  private readonly server: Server;
  private readonly connections = new Map<Socket, ClientConnection>();
  private readonly state: ListenerState = { phase: 'open' };
  private bound: Address;

  private constructor(private readonly options: HttpListenerOptions) {
    this.bound = options.listen;
    this.server = createServer({
      insecureHTTPParser: false,
      // A missing Host is refused in our own words.
      requireHostHeader: false,
      maxHeaderSize: 16_384,
      headersTimeout: 10_000,
      // Bodies have their own minimum rate; this is the last resort.
      requestTimeout: 300_000,
      connectionsCheckingInterval: 1000,
      keepAliveTimeout: 75_000,
      noDelay: true,
    });
    this.server.maxHeadersCount = 0;
    this.server.maxConnections = options.maxConnections ?? 10_000;
    this.wire();
  }

  static async start(options: HttpListenerOptions): Promise<HttpListener> {
    const listener = new HttpListener(options);
    listener.bound = await listenOn(listener.server, options.listen, options.setting);
    return listener;
  }

  get address(): Address {
    return this.bound;
  }

  get openConnections(): number {
    return this.connections.size;
  }

  /**
   * Answers what is running and what still comes in on open connections, then closes. After `drainMs` the rest is cut
   * off. New connections are taken until idle ones had their grace: whoever balances load may not know yet.
   */
  async stop(drainMs: number): Promise<void> {
    this.state.phase = 'draining';
    const deadlineMs = performance.now() + drainMs;
    await this.emptied(Math.min(IDLE_GRACE_MS, drainMs / 3));
    this.state.phase = 'closing';
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const connection of this.connections.values()) {
      if (connection.active.size === 0) connection.linger();
    }
    await this.emptied(deadlineMs - performance.now());
    for (const { socket } of this.connections.values()) socket.destroy();
    await closed;
    // Their exchanges have heard of it only when the sockets' own events have run.
    await this.emptied(LAST_EVENTS_MS);
  }

  private wire(): void {
    const { server } = this;
    server.on('connection', (socket: Socket) => {
      this.connections.set(socket, new ClientConnection(socket));
      socket.on('close', () => this.connections.delete(socket));
    });
    server.on('request', (message, response) => this.request(message, response, false));
    server.on('checkContinue', (message, response) => this.request(message, response, true));
    server.on('checkExpectation', (message, response) =>
      this.exchange(message, response, false)?.refuse(417),
    );
    server.on('connect', (_message, socket) => this.connections.get(socket as Socket)?.fail(405));
    server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
      this.parseError(error, socket as Socket),
    );
  }

  private request(message: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    const exchange = this.exchange(message, response, expectsContinue);
    if (exchange === undefined) return;
    const head = readHead({
      method: message.method ?? '',
      target: message.url ?? '',
      version: message.httpVersion,
      headers: message.rawHeaders,
    });
    if (typeof head === 'number') exchange.refuse(head);
    else exchange.run(head, this.options.handle);
  }

  /** Nothing for what arrives on a connection that is already being closed. */
  private exchange(
    message: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
  ): HttpExchange | undefined {
    const connection = this.connections.get(message.socket);
    if (connection === undefined || connection.isDone) return undefined;
    return new HttpExchange(connection, message, response, this.state, expectsContinue);
  }

  private parseError(error: NodeJS.ErrnoException, socket: Socket): void {
    if (error.code === 'ECONNRESET') socket.destroy();
    else this.connections.get(socket)?.fail(statusOfParseError(error.code));
  }

  private async emptied(withinMs: number): Promise<void> {
    const deadlineMs = performance.now() + withinMs;
    while (this.connections.size > 0 && performance.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}
