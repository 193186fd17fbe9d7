/** One client socket: which exchanges run on it, and how it is closed without cutting off the last answer. */
import type { Socket } from 'node:net';
import type { HttpExchange } from './http-exchange';
import { rawRefusal } from './refusal';

/** Time for the client to read the last answer after we have said everything. */
const LINGER_MS = 1000;

export class ClientConnection {
  readonly active = new Set<HttpExchange>();
  /** What arrives from now on is not served: the answer that was the last has been given. */
  isDone = false;
  private isLingering = false;

  constructor(readonly socket: Socket) {
    socket.on('close', () => this.abandonAll());
    socket.on('error', () => undefined);
    // node:http calls this after the last answer. A plain close with unread bytes would be a reset, and a reset may
    // overtake that answer.
    socket.destroySoon = () => this.linger();
  }

  /** Refuses what the client is saying and closes. A request is answered once, so an answer under way is only cut off. */
  fail(status: number): void {
    if (this.isDone) return;
    const isAnswering = [...this.active].some((exchange) => exchange.isAnswering);
    this.abandonAll();
    if (isAnswering || !this.socket.writable) {
      this.socket.destroy();
      return;
    }
    this.socket.write(rawRefusal(status), 'latin1');
    this.linger();
  }

  private abandonAll(): void {
    for (const exchange of [...this.active]) exchange.clientGone();
  }

  linger(): void {
    if (this.isLingering) return;
    this.isDone = true;
    this.isLingering = true;
    const { socket } = this;
    socket.end();
    socket.resume();
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('end', () => socket.destroy());
    socket.once('close', () => clearTimeout(timer));
    if (socket.readableEnded) socket.destroy();
  }
}
