/**
 * A client connection after our 101: bytes between it and a channel, both ways, each as fast as its taker takes them. A side
 * that ends is ended on the other; one that breaks off is reset on the other.
 */
import type { ByteChannel } from '../byte-channel';
import { drained } from '../drained';
import { MessageBody, type BodySource } from '../message-body';
import type { ServerConnection } from './connection';

/** Whose answer the tunnel is. */
export interface TunnelOwner {
  /** To the client, behind the 101. */
  sentBytes: number;
  /** Both sides have ended, and all is with the kernel. */
  tunnelled(): void;
}

export class Tunnel implements BodySource {
  private readonly received = new MessageBody(undefined, this);
  private endsOpen = 2;
  private isOver = false;

  constructor(
    private readonly connection: ServerConnection,
    private readonly channel: ByteChannel,
    private readonly owner: TunnelOwner,
  ) {}

  run(): void {
    const { signal } = this.channel;
    if (signal.aborted) return this.breakOff();
    signal.addEventListener('abort', this.breakOff);
    this.moved();
    void this.pump(this.fromClient());
    void this.pump(this.toClient());
  }

  receive(bytes: Uint8Array): void {
    this.received.push(bytes);
  }

  clientEnded(): void {
    this.received.end();
  }

  /** The client's connection is gone. */
  stop(): void {
    this.isOver = true;
    this.channel.signal.removeEventListener('abort', this.breakOff);
    this.received.fail(new Error('the client has gone'));
  }

  wanted(): void {}

  streamed(): void {}

  hold(): void {
    this.connection.hold();
  }

  flow(): void {
    this.connection.flow();
  }

  abandon(): void {}

  private async pump(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch {
      this.breakOff();
    }
  }

  private async fromClient(): Promise<void> {
    for await (const bytes of this.received.stream()) {
      await this.channel.write(bytes);
      this.moved();
    }
    this.channel.end();
    this.ended();
  }

  private async toClient(): Promise<void> {
    const { socket } = this.connection;
    for await (const bytes of this.channel.incoming) {
      if (this.isOver) return;
      this.owner.sentBytes += bytes.byteLength;
      this.moved();
      if (!socket.write(bytes)) await drained(socket);
    }
    socket.once('finish', () => this.ended());
    socket.end();
  }

  /** Silence is counted anew. */
  private moved(): void {
    const { wheel, deadlines } = this.connection.context;
    if (!this.isOver) wheel.set(this.connection, deadlines.tunnelIdleMs);
  }

  private ended(): void {
    if (--this.endsOpen > 0 || this.isOver) return;
    this.isOver = true;
    this.owner.tunnelled();
  }

  private readonly breakOff = (): void => {
    if (!this.isOver) this.connection.cutOff();
  };
}
