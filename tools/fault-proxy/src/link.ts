/** One direction of a proxied connection: takes what a socket says and writes it to another, through the faults of the moment. */
import type { Socket } from 'node:net';
import type { Faults, LinkFaults } from './faults.ts';

/** So much waits for its time; then the source is held back. */
const MAX_QUEUED_BYTES = 1024 * 1024;
/** A limited rate is kept in steps of this length. */
const RATE_STEP_MS = 10;

interface Queued {
  bytes: Buffer;
  readonly dueMs: number;
  /** The source says no more. */
  readonly isEnd: boolean;
}

const NOTHING = Buffer.alloc(0);

export interface LinkOptions {
  readonly source: Socket;
  readonly sink: Socket;
  /** Asked for each piece, so that a change takes effect at once. */
  readonly faults: () => LinkFaults | undefined;
  readonly blackHole: () => Faults['blackHole'];
  readonly random: () => number;
  readonly onBytes: (count: number) => void;
  readonly onSwallowed: (count: number) => void;
  /** The connection has reached its `resetAfterBytes`. */
  readonly onReset: () => void;
}

export class Link {
  readonly #options: LinkOptions;
  #queue: Queued[] = [];
  #queuedBytes = 0;
  /** Of the connection, in this direction. */
  #passed = 0;
  #lastDueMs = 0;
  #isWaiting = false;
  #isEnded = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    const { source, sink } = options;
    source.on('data', (chunk: Buffer) => this.#take(chunk, false));
    if (source.readableEnded) this.#take(NOTHING, true);
    else source.on('end', () => this.#take(NOTHING, true));
    sink.on('drain', () => this.#carryOn());
    this.changed();
  }

  /** The faults are others now. */
  changed(): void {
    this.#carry();
  }

  #take(bytes: Buffer, isEnd: boolean): void {
    const { faults, blackHole, random, onSwallowed } = this.#options;
    if (this.#isEnded) return;
    if (blackHole() === 'swallow') return onSwallowed(bytes.length);
    const { latencyMs = 0, jitterMs = 0 } = faults() ?? {};
    // Never before what was said earlier.
    this.#lastDueMs = Math.max(this.#lastDueMs, performance.now() + latencyMs + random() * jitterMs);
    this.#queue.push({ bytes, isEnd, dueMs: this.#lastDueMs });
    this.#queuedBytes += bytes.length;
    this.#carry();
  }

  #carry(): void {
    this.#writeWhatMayGo();
    this.#holdSource();
  }

  /** After the writing, which may have made room: nothing else would let a source that was held before it go on. */
  #holdSource(): void {
    const { blackHole, source } = this.#options;
    if (blackHole() === 'silent' || this.#queuedBytes >= MAX_QUEUED_BYTES) source.pause();
    else source.resume();
  }

  #writeWhatMayGo(): void {
    while (!this.#isWaiting) {
      const next = this.#queue[0];
      if (next === undefined || this.#isEnded || this.#options.blackHole() !== undefined) return;
      const earlyMs = next.dueMs - performance.now();
      if (earlyMs > 0) return this.#carryAfter(earlyMs);
      if (next.isEnd) return this.#end();
      this.#write(next);
    }
  }

  #write(next: Queued): void {
    const { sink, faults, onBytes } = this.#options;
    const at = faults() ?? {};
    const piece = next.bytes.subarray(0, this.#allowed(at));
    const rest = next.bytes.subarray(piece.length);
    const isTaken = piece.length === 0 || sink.write(corrupted(piece, this.#passed, at.corruptAtByte));
    this.#passed += piece.length;
    this.#queuedBytes -= piece.length;
    onBytes(piece.length);
    if (rest.length > 0) next.bytes = rest;
    else this.#queue.shift();
    this.#written(at, piece.length, isTaken);
  }

  /** How much may go in one write: up to the next cut, or what the rate allows in a step. */
  #allowed({ sliceBytes, sliceJitterBytes = 0, bytesPerSecond, ...at }: LinkFaults): number {
    const { random } = this.#options;
    const limits = [at.resetAfterBytes, at.endAfterBytes].map((place = Infinity) => place - this.#passed);
    if (sliceBytes !== undefined) limits.push(sliceBytes + Math.floor(random() * (sliceJitterBytes + 1)));
    if (bytesPerSecond !== undefined) limits.push(Math.ceil((bytesPerSecond * RATE_STEP_MS) / 1000));
    return Math.max(0, Math.min(...limits));
  }

  #written(at: LinkFaults, bytes: number, isTaken: boolean): void {
    if (this.#passed >= (at.resetAfterBytes ?? Infinity)) this.#whenWritten(this.#options.onReset);
    else if (this.#passed >= (at.endAfterBytes ?? Infinity)) this.#end();
    else if (!isTaken) this.#isWaiting = true;
    else if (at.bytesPerSecond !== undefined) this.#carryAfter((bytes * 1000) / at.bytesPerSecond);
    else if (at.sliceBytes !== undefined) this.#carryInNextTurn();
  }

  #carryAfter(ms: number): void {
    this.#isWaiting = true;
    setTimeout(() => this.#carryOn(), ms);
  }

  /** Without a turn between them, two slices might leave as one segment. */
  #carryInNextTurn(): void {
    this.#isWaiting = true;
    setImmediate(() => this.#carryOn());
  }

  #carryOn(): void {
    this.#isWaiting = false;
    this.#carry();
  }

  #whenWritten(act: () => void): void {
    this.#isWaiting = true;
    this.#isEnded = true;
    // A reset overtakes what the socket still holds, so that goes first.
    this.#options.sink.write('', act);
  }

  #end(): void {
    this.#isEnded = true;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#options.source.resume();
    this.#options.sink.end();
  }
}

/** `from` is the place of the piece's first byte. */
function corrupted(piece: Buffer, from: number, place: number | undefined): Buffer {
  const at = (place ?? -1) - from;
  if (at < 0 || at >= piece.length) return piece;
  const copy = Buffer.from(piece);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}
