/** One connection to an origin: an undici client that holds a single socket and carries one request at a time. */
import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import type { AddressPolicy } from './address-policy';
import { guardedConnector, type ConnectTarget } from './guarded-connector';

/** Below the 5 s after which many origins close an idle connection. */
const IDLE_MS = 4000;
/** Longest silence of an origin inside a body. */
const BODY_SILENCE_MS = 60_000;

export class Connection {
  /** Answers read from the current socket; more than none means that the socket is used again. */
  answers = 0;
  private readonly client: Client;
  private socket: Socket | undefined;

  /** `onClosed` is called when the socket is gone. */
  constructor(target: ConnectTarget, policy: AddressPolicy, onClosed: (connection: Connection) => void) {
    const connect = guardedConnector(target, policy, (socket) => {
      this.socket = socket;
      this.answers = 0;
    });
    this.client = new Client(originOf(target), {
      connect,
      allowH2: false,
      pipelining: 1,
      maxHeaderSize: 16_384,
      headersTimeout: 0,
      bodyTimeout: BODY_SILENCE_MS,
      keepAliveTimeout: IDLE_MS,
    });
    this.client.on('disconnect', () => onClosed(this));
    this.client.on('connectionError', () => onClosed(this));
  }

  /** Throws when undici refuses the request as it is. */
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.client.dispatch(options, handler);
  }

  get isUsedAgain(): boolean {
    return this.answers > 0;
  }

  /** At once, also while it is still connecting. */
  destroy(reason: Error): void {
    this.socket?.destroy();
    this.client.destroy(reason, () => undefined);
  }
}

function originOf({ protocol, hostname, port }: ConnectTarget): string {
  return `${protocol}//${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
}
