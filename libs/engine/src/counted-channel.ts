/** The channel of a tunnel, and how much the client has sent through it. */
import type { ByteChannel, CancelSignal } from './exchange';

export class CountedChannel implements ByteChannel {
  bytes = 0;

  constructor(private readonly channel: ByteChannel) {}

  get incoming(): AsyncIterable<Uint8Array> {
    return this.channel.incoming;
  }

  get signal(): CancelSignal {
    return this.channel.signal;
  }

  write(bytes: Uint8Array): Promise<void> {
    this.bytes += bytes.byteLength;
    return this.channel.write(bytes);
  }

  end(): void {
    this.channel.end();
  }

  abort(): void {
    this.channel.abort();
  }
}
