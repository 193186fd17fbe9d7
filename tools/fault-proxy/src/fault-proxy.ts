/** A TCP proxy on loopback that breaks connections as it is told, and can be told otherwise at any moment. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Faults } from './faults.ts';
import { Pair } from './pair.ts';

export interface FaultProxyOptions {
  readonly target: { readonly host?: string; readonly port: number };
  /** Default: a free port of 127.0.0.1. */
  readonly listen?: { readonly host?: string; readonly port?: number };
  readonly faults?: Faults;
  /** Of jitter; a seeded one makes a run repeatable. */
  readonly random?: () => number;
}

export interface Stats {
  /** Connections that were ever taken. */
  readonly accepted: number;
  /** Open now. */
  readonly open: number;
  /** Cut off by `resetAfterBytes`. */
  readonly resets: number;
  readonly bytesToTarget: number;
  readonly bytesToClient: number;
  /** By a black hole. */
  readonly bytesSwallowed: number;
}

export interface FaultProxy {
  readonly host: string;
  readonly port: number;
  readonly faults: Faults;
  readonly stats: Stats;
  /** Instead of the faults before, on open connections too. Resolves when they are in force. */
  set(faults: Faults): Promise<void>;
  /** Cuts off what is open. */
  stop(): Promise<void>;
}

export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new Proxy(options);
  await proxy.start();
  return proxy;
}

class Proxy implements FaultProxy {
  readonly host: string;
  port: number;
  faults: Faults;
  readonly #options: FaultProxyOptions;
  readonly #open = new Map<Socket, Pair>();
  readonly #counts = { accepted: 0, resets: 0, bytesToTarget: 0, bytesToClient: 0, bytesSwallowed: 0 };
  #server: Server | undefined;
  /** Changes come one after the other. */
  #changing: Promise<void> = Promise.resolve();

  constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.host = options.listen?.host ?? '127.0.0.1';
    this.port = options.listen?.port ?? 0;
    this.faults = options.faults ?? {};
  }

  async start(): Promise<void> {
    // A port is chosen even if nobody is to listen there yet.
    await this.#listen();
    await this.set(this.faults);
  }

  get stats(): Stats {
    return { ...this.#counts, open: this.#open.size };
  }

  set(faults: Faults): Promise<void> {
    this.#changing = this.#changing.then(async () => {
      this.faults = faults;
      if (faults.refuse === true) await this.#close();
      else await this.#listen();
      for (const pair of this.#open.values()) pair.changed();
    });
    return this.#changing;
  }

  async stop(): Promise<void> {
    await this.#changing;
    const closed = this.#close();
    for (const pair of this.#open.values()) pair.destroy();
    await closed;
  }

  async #listen(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, this.host, resolve);
    });
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** The listener only; its `close` event would wait for the connections. */
  async #close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.close();
  }

  #accept(client: Socket): void {
    this.#counts.accepted++;
    const pair = new Pair(client, {
      target: this.#options.target,
      random: this.#options.random ?? Math.random,
      faults: () => this.faults,
      counts: this.#counts,
    });
    this.#open.set(client, pair);
    client.on('close', () => this.#open.delete(client));
  }
}
