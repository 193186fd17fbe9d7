/**
 * Body of an origin's answer: chunks queue up to a mark, then the origin is paused. Whoever stops reading early gives the
 * connection up, and an answer that breaks off ends in an error, never in a short body.
 */
import { GatewayError, type Body } from '@gatehouse/engine';

const HIGH_WATER_BYTES = 128 * 1024;

export interface BodySource {
  pause(): void;
  resume(): void;
  /** The rest is not wanted. */
  abandon(): void;
}

export class OriginBody implements Body {
  private chunks: Uint8Array[] = [];
  private queuedBytes = 0;
  private isPaused = false;
  private isEnded = false;
  private error: Error | undefined;
  private wake: (() => void) | undefined;

  constructor(
    readonly length: number | undefined,
    private readonly source: BodySource,
  ) {}

  push(chunk: Uint8Array): void {
    this.chunks.push(chunk);
    this.queuedBytes += chunk.byteLength;
    if (this.queuedBytes >= HIGH_WATER_BYTES && !this.isPaused) {
      this.isPaused = true;
      this.source.pause();
    }
    this.signal();
  }

  end(): void {
    this.isEnded = true;
    this.signal();
  }

  fail(error: Error): void {
    if (this.isEnded || this.error !== undefined) return;
    this.error = error;
    this.chunks = [];
    this.signal();
  }

  async gather(maxBytes: number): Promise<Uint8Array> {
    const gathered: Uint8Array[] = [];
    let bytes = 0;
    for (;;) {
      const chunk = this.take() ?? (await this.next());
      if (chunk === undefined)
        return gathered.length === 1 ? (gathered[0] ?? EMPTY) : Buffer.concat(gathered);
      bytes += chunk.byteLength;
      if (bytes > maxBytes) {
        this.cancel();
        throw new GatewayError('REQUEST_TOO_LARGE');
      }
      gathered.push(chunk);
    }
  }

  /** By hand, since `return()` of a generator that was never started would not run its `finally`. */
  stream(): AsyncIterable<Uint8Array> {
    const iterator: AsyncIterator<Uint8Array> = {
      next: async () => {
        const chunk = await this.next();
        return chunk === undefined ? { done: true, value: undefined } : { done: false, value: chunk };
      },
      return: async () => {
        this.cancel();
        return { done: true, value: undefined };
      },
    };
    return { [Symbol.asyncIterator]: () => iterator };
  }

  /** Waits for a chunk; `undefined` at the end. */
  private async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      if (this.error !== undefined) throw this.error;
      const chunk = this.take();
      if (chunk !== undefined || this.isEnded) return chunk;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  private take(): Uint8Array | undefined {
    const chunk = this.chunks.shift();
    if (chunk === undefined) return undefined;
    this.queuedBytes -= chunk.byteLength;
    if (this.isPaused && this.queuedBytes < HIGH_WATER_BYTES / 2) {
      this.isPaused = false;
      this.source.resume();
    }
    return chunk;
  }

  private cancel(): void {
    this.chunks = [];
    if (!this.isEnded && this.error === undefined) this.source.abandon();
  }

  private signal(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }
}

const EMPTY = new Uint8Array(0);
