/**
 * One turn of the event loop. It takes one new connection of each listener, and would read megabytes from each socket that
 * has them; so that nobody waits long for a turn, sockets with much to read queue for their share of it.
 *
 * Messages that are all there leave at the end of the turn, one behind the other: a peer that has many of our connections is
 * woken once for all of them and not for each, and the processor does one kind of work at a time (a third less CPU for a small
 * request). What comes alone leaves as soon as its turn is over, which is at once.
 */

/** All that one read takes. */
export const READ_BYTES = 65_536;
const TLS_RECORD_BYTES = 16_384;
/** Once this much is read, whoever has more reads on in a later turn. */
const TURN_BYTES = 1024 * 1024;
const READERS_OF_A_TURN = TURN_BYTES / READ_BYTES;

export interface Reader {
  /** Its turn has come. */
  readOn(): void;
}

export interface Writer {
  /** It is the end of the turn. Must not throw. */
  writeOut(): void;
}

export interface Lender {
  /** The turn ends: nobody is lent anything any more, and messages are about to be written. Must not throw. */
  turnEnds(): void;
  /** They are written. Must not throw. */
  turnEnded(): void;
}

export interface Rester {
  /** One turn has gone by. */
  rest(): void;
}

/** Nothing would end what is known of the time. */
const NOT_KEPT = -1;
const NOT_LOOKED_AT = 0;

export class Turn {
  private bytes = 0;
  /** When the clock was looked at, or one of these. */
  private lookedAtMs = NOT_KEPT;
  private isEndAwaited = false;
  private readers: Reader[] = [];
  private writers: Writer[] = [];
  private lenders: Lender[] = [];
  private resters: Rester[] = [];

  /** May a socket go on reading at once? Where not, it is told when. */
  mayReadOn(bytes: number, reader: Reader): boolean {
    // What gives less than a full read has no more.
    if (bytes !== READ_BYTES && bytes !== TLS_RECORD_BYTES) return true;
    this.bytes += bytes;
    this.awaitEnd();
    if (this.bytes < TURN_BYTES && this.readers.length === 0) return true;
    this.readers.push(reader);
    return false;
  }

  /** `writer` has a message to write at the end of this turn. */
  atEnd(writer: Writer): void {
    this.writers.push(writer);
    this.awaitEnd();
  }

  /** `lender` hears when this turn ends and has ended. */
  lent(lender: Lender): void {
    this.lenders.push(lender);
    this.awaitEnd();
  }

  /** `rester` hears of the end of this turn. */
  letPass(rester: Rester): void {
    this.resters.push(rester);
    this.awaitEnd();
  }

  /** `performance.now()`, for whoever can do with that of some milliseconds ago, when somebody else asked in this turn. */
  nowMs(): number {
    if (this.lookedAtMs > NOT_LOOKED_AT) return this.lookedAtMs;
    const nowMs = performance.now();
    if (this.lookedAtMs === NOT_LOOKED_AT) this.lookedAtMs = nowMs;
    return nowMs;
  }

  private awaitEnd(): void {
    if (this.isEndAwaited) return;
    this.isEndAwaited = true;
    if (this.lookedAtMs === NOT_KEPT) this.lookedAtMs = NOT_LOOKED_AT;
    setImmediate(this.end);
  }

  private readonly end = (): void => {
    this.isEndAwaited = false;
    this.lookedAtMs = NOT_LOOKED_AT;
    this.bytes = 0;
    const { lenders, writers, resters } = this;
    this.lenders = [];
    this.writers = [];
    this.resters = [];
    for (const lender of lenders) lender.turnEnds();
    for (const writer of writers) writer.writeOut();
    for (const lender of lenders) lender.turnEnded();
    for (const rester of resters) rester.rest();
    for (const reader of this.readers.splice(0, READERS_OF_A_TURN)) reader.readOn();
    if (this.readers.length > 0) this.awaitEnd();
    this.lookedAtMs = this.isEndAwaited ? NOT_LOOKED_AT : NOT_KEPT;
  };
}

/** Of this thread's event loop. */
export const turn = new Turn();
