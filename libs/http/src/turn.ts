/**
 * One turn of the event loop. It takes one new connection of each listener, and would read megabytes from each socket that
 * has them; so that nobody waits long for a turn, sockets with much to read queue for their share of it.
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

export interface Rester {
  /** One turn has gone by. */
  rest(): void;
}

export class Turn {
  private bytes = 0;
  private isEndAwaited = false;
  private readers: Reader[] = [];
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

  /** `rester` hears of the end of this turn. */
  letPass(rester: Rester): void {
    this.resters.push(rester);
    this.awaitEnd();
  }

  private awaitEnd(): void {
    if (this.isEndAwaited) return;
    this.isEndAwaited = true;
    setImmediate(this.end);
  }

  private readonly end = (): void => {
    this.isEndAwaited = false;
    this.bytes = 0;
    const { resters } = this;
    this.resters = [];
    for (const rester of resters) rester.rest();
    for (const reader of this.readers.splice(0, READERS_OF_A_TURN)) reader.readOn();
    if (this.readers.length > 0) this.awaitEnd();
  };
}

/** Of this thread's event loop. */
export const turn = new Turn();
