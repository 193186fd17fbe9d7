/** Whether a process takes new connections from the queue that it shares with others. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Server } from 'node:net';
import type { Address } from '../config/config';
import { listenOn } from './listen';

/** Listening anew fails only where the last other process has gone and someone else has taken the address. */
const RETRY_MS = 1000;

export class ListeningSwitch {
  private isOn = true;
  private isStopped = false;
  private turned = Promise.resolve();

  /**
   * `address` as it was first listened on, port 0 included: that is how the primary of a `node:cluster` knows the queue again.
   * There the queue stays for as long as one worker listens.
   */
  constructor(
    private readonly server: Server,
    private readonly address: Address,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  get isListening(): boolean {
    return this.server.listening;
  }

  /** One after another: closing a server whose `listen` has not ended yet does nothing. */
  turn(isOn: boolean): void {
    this.isOn = isOn;
    this.turned = this.turned.then(() => this.follow());
  }

  /** Resolves when nothing is under way; from then on it is not turned any more. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.turned;
  }

  private async follow(): Promise<void> {
    while (this.isOn !== this.isListening && !this.isStopped) {
      if (this.isOn) await this.listen();
      else this.server.close();
    }
  }

  private async listen(): Promise<void> {
    try {
      await listenOn(this.server, this.address);
    } catch (error) {
      this.onFailure(error);
      await delay(RETRY_MS);
    }
  }
}
