/** The gateway's HTTP/1.1 listener on our own server core: requests in, answers out, and a drain that loses none. */
import { GatewayError, type Answer, type InboundRequest } from '@gatehouse/engine';
import { HttpServer } from '@gatehouse/http';
import type { Address } from '../config/config';
import type { SettingName } from '../config/settings';
import { listenOn } from './listen';

export interface SocketListenerOptions {
  readonly listen: Address;
  /** Named in the error when the address is taken. */
  readonly setting?: SettingName;
  readonly handle: (request: InboundRequest) => Answer | Promise<Answer>;
  /** Further connections are refused. Default 10,000. */
  readonly maxConnections?: number;
  /** Further connections from one address are refused. Default: `maxConnections`. */
  readonly maxConnectionsPerAddress?: number;
  /** Hears of a fault of our own that cost a connection. Default: a process warning. */
  readonly onDefect?: (error: unknown) => void;
}

export class SocketListener {
  private constructor(
    private readonly server: HttpServer,
    readonly address: Address,
  ) {}

  static async start(options: SocketListenerOptions): Promise<SocketListener> {
    const server = new HttpServer({ ...options, tooLarge: () => new GatewayError('REQUEST_TOO_LARGE') });
    return new SocketListener(server, await listenOn(server.listener, options.listen, options.setting));
  }

  get openConnections(): number {
    return this.server.openConnections;
  }

  /** Answers what is running and what still comes in on open connections, then closes; see `HttpServer`. */
  stop(drainMs: number): Promise<void> {
    return this.server.stop(drainMs);
  }
}
