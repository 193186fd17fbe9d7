/** A client's connection, and the one to the target, which is made as soon as no black hole keeps it from being made. */
import { connect, type Socket } from 'node:net';
import type { Faults } from './faults.ts';
import { Link } from './link.ts';

export interface Counts {
  resets: number;
  bytesToTarget: number;
  bytesToClient: number;
  bytesSwallowed: number;
}

export interface PairOptions {
  readonly target: { readonly host?: string; readonly port: number };
  readonly random: () => number;
  readonly faults: () => Faults;
  readonly counts: Counts;
}

export class Pair {
  readonly #client: Socket;
  readonly #options: PairOptions;
  #target: Socket | undefined;
  #links: readonly Link[] = [];

  constructor(client: Socket, options: PairOptions) {
    this.#client = client;
    this.#options = options;
    client.on('error', () => undefined);
    client.on('close', (hadError) => closeToo(this.#target, hadError));
    this.changed();
  }

  /** The faults are others now. */
  changed(): void {
    const { blackHole } = this.#options.faults();
    if (this.#target !== undefined) for (const link of this.#links) link.changed();
    else if (blackHole === 'swallow') this.#client.on('data', this.#swallow);
    else if (blackHole === undefined) this.#connect();
  }

  /** A reset, so that neither side takes it for an end. */
  destroy(): void {
    this.#client.resetAndDestroy();
    this.#target?.resetAndDestroy();
  }

  readonly #swallow = (chunk: Buffer): void => void (this.#options.counts.bytesSwallowed += chunk.length);

  #connect(): void {
    const { host = '127.0.0.1', port } = this.#options.target;
    const client = this.#client;
    // Without a target nothing of the client is read: what it says must not be lost.
    client.off('data', this.#swallow);
    client.pause();
    const target = connect({ host, port, allowHalfOpen: true, noDelay: true });
    this.#target = target;
    target.on('error', () => undefined);
    target.on('close', (hadError) => closeToo(client, hadError));
    target.on(
      'connect',
      () => (this.#links = [this.#link(client, target, true), this.#link(target, client, false)]),
    );
  }

  #link(source: Socket, sink: Socket, isToTarget: boolean): Link {
    const { faults, random, counts } = this.#options;
    return new Link({
      source,
      sink,
      random,
      faults: () => (isToTarget ? faults().toTarget : faults().toClient),
      blackHole: () => faults().blackHole,
      onBytes: (count) => (counts[isToTarget ? 'bytesToTarget' : 'bytesToClient'] += count),
      onSwallowed: (count) => (counts.bytesSwallowed += count),
      onReset: () => {
        counts.resets++;
        this.destroy();
      },
    });
  }
}

/** A reset stays a reset, and an end an end. */
function closeToo(other: Socket | undefined, hadError: boolean): void {
  if (hadError) other?.resetAndDestroy();
  else other?.destroySoon();
}
