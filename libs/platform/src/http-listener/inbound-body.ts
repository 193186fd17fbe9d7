/** Body of a client's request on node:http. Nothing is read, and no `100 Continue` sent, until somebody asks for bytes. */
import type { IncomingMessage } from 'node:http';
import { GatewayError, type Body } from '@gatehouse/engine';

/** An upload gets this long, and then as much longer as its bytes take at the slowest rate we wait for. */
const UPLOAD_GRACE_MS = 30_000;
const SLOWEST_BYTES_PER_MS = 64;
/** So much of an unwanted upload is worth reading: a client that is still sending may not look at its answer. */
const MAX_DISCARDED_BYTES = 16 * 1024 * 1024;

export interface UploadEvents {
  /** The first byte is wanted. */
  wanted(): void;
  tooSlow(): void;
}

export class InboundBody implements Body {
  private received = 0;
  private isReading = false;
  private isUnwanted = false;
  private deadline: NodeJS.Timeout | undefined;

  constructor(
    private readonly message: IncomingMessage,
    readonly length: number | undefined,
    private readonly events: UploadEvents,
  ) {}

  async gather(maxBytes: number): Promise<Uint8Array> {
    if (this.length === 0) return EMPTY;
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of this.stream()) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw new GatewayError('REQUEST_TOO_LARGE');
      chunks.push(chunk);
    }
    return chunks.length === 1 ? (chunks[0] ?? EMPTY) : Buffer.concat(chunks);
  }

  async *stream(): AsyncIterable<Uint8Array> {
    if (this.length === 0) return;
    this.isReading = true;
    this.events.wanted();
    const startedMs = performance.now();
    this.watch(startedMs, UPLOAD_GRACE_MS);
    try {
      // Leaving the loop early must not take the connection down: the client is still to be answered.
      for await (const chunk of this.message.iterator({ destroyOnReturn: false })) {
        this.received += (chunk as Buffer).byteLength;
        if (this.isUnwanted) return;
        yield chunk as Buffer;
      }
    } finally {
      clearTimeout(this.deadline);
      this.isReading = false;
      if (this.isUnwanted) this.readAway();
    }
  }

  /** The request is answered. What is still under way is read and thrown away, so that the connection can be used again. */
  discard(): void {
    if (this.length === 0 || this.message.complete) return;
    this.isUnwanted = true;
    if (!this.isReading) this.readAway();
  }

  private readAway(): void {
    let discarded = 0;
    this.message.on('data', (chunk: Buffer) => {
      discarded += chunk.byteLength;
      if (discarded > MAX_DISCARDED_BYTES) this.message.destroy();
    });
    this.message.on('error', () => undefined);
    this.message.resume();
  }

  private watch(startedMs: number, waitMs: number): void {
    this.deadline = setTimeout(() => {
      const allowedMs = UPLOAD_GRACE_MS + this.received / SLOWEST_BYTES_PER_MS;
      const leftMs = allowedMs - (performance.now() - startedMs);
      if (leftMs <= 0) this.events.tooSlow();
      else this.watch(startedMs, leftMs);
    }, waitMs);
  }
}

const EMPTY = new Uint8Array(0);
