/** The bytes of a connection whose origin has answered 101; see `ByteChannel`. Its connection never carries HTTP again. */
import type { Socket } from 'node:net';
import type { ByteChannel } from '../byte-channel';
import { Cancellation, type CancelSignal } from '../cancellation';
import { drained } from '../drained';
import { MessageBody, type BodySource } from '../message-body';

/** What the channel needs of its connection. */
export interface ChannelOwner {
  hold(): void;
  flow(): void;
  /** Resets the connection. */
  reset(): void;
}

export class OriginChannel implements ByteChannel, BodySource {
  readonly incoming: AsyncIterable<Uint8Array>;
  private readonly body = new MessageBody(undefined, this);
  private readonly cancellation = new Cancellation();

  /** `gone` makes the error of who reads or writes when the connection has broken off. */
  constructor(
    private readonly socket: Socket,
    private readonly owner: ChannelOwner,
    private readonly gone: () => Error,
  ) {
    this.incoming = this.body.stream();
  }

  get signal(): CancelSignal {
    return this.cancellation;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const { socket } = this;
    if (!socket.writable) throw this.gone();
    if (socket.write(bytes)) return;
    await drained(socket);
    if (socket.destroyed) throw this.gone();
  }

  end(): void {
    this.socket.end();
  }

  abort(): void {
    this.owner.reset();
  }

  receive(bytes: Uint8Array): void {
    this.body.push(bytes);
  }

  /** The origin will say no more. */
  ended(): void {
    this.body.end();
  }

  /** The socket is gone; that is regular where both sides had ended. */
  closed(): void {
    if (this.body.isEnded && this.socket.writableFinished) return;
    this.body.fail(this.gone());
    this.cancellation.abort();
  }

  wanted(): void {}

  streamed(): void {}

  hold(): void {
    this.owner.hold();
  }

  flow(): void {
    this.owner.flow();
  }

  /** Whoever stops reading gives the whole tunnel up. */
  abandon(): void {
    this.abort();
  }
}
