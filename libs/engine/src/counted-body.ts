/** A request body of unknown length, held to the payload limit while it streams. */
import { GatewayError } from './errors';
import type { Body } from './exchange';

/** API Gateway quota "Payload size", REST and HTTP APIs. */
export const MAX_PAYLOAD_BYTES = 10 * 1024 * 1024;

export class CountedBody implements Body {
  readonly length = undefined;
  bytes = 0;

  constructor(
    private readonly body: Body,
    private readonly maxBytes: number = MAX_PAYLOAD_BYTES,
  ) {}

  /** Said after a failed upload too: the upstream port reports only that the upload broke. */
  get isTooLarge(): boolean {
    return this.bytes > this.maxBytes;
  }

  async gather(maxBytes: number): Promise<Uint8Array> {
    const bytes = await this.body.gather(Math.min(maxBytes, this.maxBytes));
    this.bytes = bytes.byteLength;
    return bytes;
  }

  async *stream(): AsyncIterable<Uint8Array> {
    for await (const chunk of this.body.stream()) {
      this.bytes += chunk.byteLength;
      if (this.isTooLarge) throw new GatewayError('REQUEST_TOO_LARGE');
      yield chunk;
    }
  }
}
