/** The gateway's listener on our own server core: requests in, answers out, and a drain that loses none. */
import { GatewayError, type Answer, type InboundRequest } from '@gatehouse/engine';
import { HttpServer, warnOfDefect } from '@gatehouse/http';
import { Server as TlsServer } from 'node:tls';
import type { Address, TlsFiles } from '../config/config';
import type { SettingName } from '../config/settings';
import type { Logger } from '../logging/logger';
import { readKeyPair, renewCertificate } from './certificate';
import { ListeningSwitch } from './listening-switch';
import { listenOn } from './listen';

export interface SocketListenerOptions {
  readonly listen: Address;
  /** It then speaks TLS, with HTTP/2 for those who ask; else clear text. */
  readonly tls?: { readonly files: TlsFiles; readonly logger: Logger };
  /** Named in the error when the address is taken. */
  readonly setting?: SettingName;
  readonly handle: (request: InboundRequest) => Answer | Promise<Answer>;
  /** Further connections are refused. Default 10,000. */
  readonly maxConnections?: number;
  /** Further connections from one address are refused. Default: `maxConnections`. */
  readonly maxConnectionsPerAddress?: number;
  /** A tunnel in which nothing moves for so long is ended. Default 600. */
  readonly tunnelIdleSeconds?: number;
  /** Hears of a fault of our own that cost a connection, or keeps the listener closed. Default: a process warning. */
  readonly onDefect?: (error: unknown) => void;
}

export class SocketListener {
  private constructor(
    private readonly server: HttpServer,
    readonly address: Address,
    private readonly gate: ListeningSwitch,
    private readonly renewal: { stop(): void } | undefined,
  ) {}

  static async start(options: SocketListenerOptions): Promise<SocketListener> {
    const { tls, tunnelIdleSeconds } = options;
    const server = new HttpServer(
      {
        ...options,
        ...(tunnelIdleSeconds !== undefined && { deadlines: { tunnelIdleMs: tunnelIdleSeconds * 1000 } }),
        tooLarge: () => new GatewayError('REQUEST_TOO_LARGE'),
      },
      tls && readKeyPair(tls.files),
    );
    const address = await listenOn(server.listener, options.listen, options.setting);
    const renewal =
      tls && server.listener instanceof TlsServer
        ? renewCertificate(server.listener, tls.files, tls.logger)
        : undefined;
    const { listener } = server;
    const gate = new ListeningSwitch(listener, options.listen, options.onDefect ?? warnOfDefect);
    return new SocketListener(server, address, gate, renewal);
  }

  get openConnections(): number {
    return this.server.openConnections;
  }

  /**
   * Off: new connections are left to the other processes that accept from the same queue, the workers of a `node:cluster`. What
   * is open goes on. At the start it is on.
   */
  takeConnections(isOn: boolean): void {
    this.gate.turn(isOn);
  }

  get isTakingConnections(): boolean {
    return this.gate.isListening;
  }

  /** Answers what is running and what still comes in on open connections, then closes; see `HttpServer`. */
  async stop(drainMs: number, newcomersMs?: number): Promise<void> {
    this.renewal?.stop();
    await this.gate.stop();
    return this.server.stop(drainMs, newcomersMs);
  }
}
