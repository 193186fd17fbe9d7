/**
 * Bytes of a message that come in from a socket: a queue with a high-water mark, above which its source is held. A body
 * that breaks off ends in an error, never early.
 */

import type { Borrower, Loan, ReadRoom } from './loans';
import { copied } from './shared-reads';

const HIGH_WATER_BYTES = 128 * 1024;

export interface BodySource {
  /** Somebody wants the bytes; called once. */
  wanted(): void;
  /** They are taken one by one as they come, not gathered. */
  streamed(): void;
  hold(): void;
  flow(): void;
  /** The rest is not wanted. */
  abandon(): void;
}

/** Nothing is ever put into it. */
const NO_CHUNKS: Uint8Array[] = [];

export class MessageBody implements Borrower {
  private chunks: Uint8Array[] = NO_CHUNKS;
  private queuedBytes = 0;
  private isHeld = false;
  private isWanted = false;
  private isCancelled = false;
  /** Of the only chunk. */
  loan: Loan | undefined = undefined;
  private error: Error | undefined = undefined;
  private wake: (() => void) | undefined = undefined;
  isEnded = false;
  isStreamed = false;

  constructor(
    /** Announced length in bytes; `undefined` = unknown. */
    readonly length: number | undefined,
    private readonly source: BodySource | undefined,
    /** A body longer than may be gathered is this error. */
    private readonly tooLarge: () => Error = longerThanGathered,
  ) {}

  push(chunk: Uint8Array): void {
    if (this.isEnded || this.isCancelled || this.error !== undefined) return;
    // Most have one chunk; a list that grows makes room for seventeen.
    if (this.chunks.length === 0) this.chunks = [chunk];
    else this.chunks.push(chunk);
    this.queuedBytes += chunk.byteLength;
    if (this.queuedBytes >= HIGH_WATER_BYTES && !this.isHeld) {
      this.isHeld = true;
      this.source?.hold();
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
    this.chunks = NO_CHUNKS;
    this.signal();
  }

  /** As `push`, of all that there is, where it was read to: it is lent if it can be. */
  pushLent(piece: Uint8Array, room: ReadRoom): void {
    this.loan = room.lend(piece, this);
    this.push(this.loan === undefined ? copied(piece) : piece);
  }

  /** What is still here becomes its own. */
  own(): void {
    if (this.loan === undefined) return;
    this.loan = undefined;
    this.chunks = this.chunks.map(copied);
  }

  get isHere(): boolean {
    return this.isEnded && this.error === undefined;
  }

  /** All of it, where all of it is there and not yet read; no promise is made. */
  whole(): Uint8Array | undefined {
    this.own();
    return this.borrow();
  }

  /** As `whole`, for one who will have given it to `writeMessage`, with its `loan`, when this turn has ended. */
  borrow(): Uint8Array | undefined {
    if (!this.isHere) return undefined;
    const { chunks } = this;
    this.chunks = NO_CHUNKS;
    this.queuedBytes = 0;
    return joined(chunks);
  }

  gather(maxBytes: number): Promise<Uint8Array> {
    if (this.isEnded && this.queuedBytes <= maxBytes) {
      const whole = this.whole();
      if (whole !== undefined) return Promise.resolve(whole);
    }
    return this.gatherAll(maxBytes);
  }

  stream(): BodyStream {
    if (this.source !== undefined) {
      this.isStreamed = true;
      this.source.streamed();
    }
    return new BodyStream(this);
  }

  /** Waits for a chunk; `undefined` at the end. */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      if (this.error !== undefined) throw this.error;
      const chunk = this.take();
      if (chunk !== undefined || this.isEnded) return chunk;
      this.want();
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  cancel(): void {
    this.isCancelled = true;
    this.chunks = NO_CHUNKS;
    this.queuedBytes = 0;
    if (!this.isEnded && this.error === undefined) this.source?.abandon();
  }

  private async gatherAll(maxBytes: number): Promise<Uint8Array> {
    const gathered: Uint8Array[] = [];
    let bytes = 0;
    for (;;) {
      const chunk = await this.next();
      if (chunk === undefined) return joined(gathered);
      bytes += chunk.byteLength;
      if (bytes > maxBytes) {
        this.cancel();
        throw this.tooLarge();
      }
      gathered.push(chunk);
    }
  }

  private take(): Uint8Array | undefined {
    this.own();
    const chunk = this.chunks.shift();
    if (chunk === undefined) return undefined;
    this.queuedBytes -= chunk.byteLength;
    if (this.isHeld && this.queuedBytes < HIGH_WATER_BYTES / 2) {
      this.isHeld = false;
      this.source?.flow();
    }
    return chunk;
  }

  private want(): void {
    if (this.isWanted) return;
    this.isWanted = true;
    this.source?.wanted();
  }

  private signal(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }
}

/** By hand, since `return()` of a generator that was never started would not run its `finally`. */
export class BodyStream implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array> {
  constructor(private readonly body: MessageBody) {}

  whole(): Uint8Array | undefined {
    return this.body.whole();
  }

  borrow(): Uint8Array | undefined {
    return this.body.borrow();
  }

  get loan(): Loan | undefined {
    return this.body.loan;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const value = await this.body.next();
    return value === undefined ? { done: true, value } : { done: false, value };
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.body.cancel();
    return { done: true, value: undefined };
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return chunks.length === 1 ? (chunks[0] ?? EMPTY) : chunks.length === 0 ? EMPTY : Buffer.concat(chunks);
}

const EMPTY = new Uint8Array(0);

function longerThanGathered(): Error {
  return new RangeError('the body is larger than may be gathered');
}

/** Of every message that has none. */
export const NO_BODY = new MessageBody(0, undefined);
NO_BODY.end();
