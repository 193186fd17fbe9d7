/**
 * A large piece of an answer stays where it was read to until the end of the turn, by when it has been written on as a rule. To
 * copy it costs an eighth of all that an answer of 16 KB takes: memory that was not in use lately is slow, and has to be collected.
 *
 * The connection reads on into another buffer. At the end of the turn whoever still wants the piece copies it, and what the kernel
 * has not taken keeps its buffer until it has; there are only so many, and where none is left pieces are copied at once.
 */
import { READ_BUFFER } from './shared-reads';
import { READ_BYTES, turn, type Lender } from './turn';

/** Smaller ones are cheaper to copy. */
const LENT_FROM_BYTES = 4096;
/** Buffers that connections read into, and such as are lent: 9 MB together. */
const MOST_OWN = 64;
export const MOST_LENT = 64;
/** Buffers that lie apart by a power of two compete for the same lines of the processor's cache. */
const APART_BYTES = 4160;

/** Hears of the end of the turn. */
export interface Borrower {
  /** From now on the piece must not be used: keep a copy if it is still to be. */
  own(): void;
}

const freeBuffers: Uint8Array[] = [];
let ownBuffers = 0;
let lentBuffers = 0;

function freeBuffer(): Uint8Array {
  return freeBuffers.pop() ?? Buffer.allocUnsafeSlow(READ_BYTES + APART_BYTES).subarray(0, READ_BYTES);
}

/** Where one connection reads to. */
export class ReadRoom {
  private own: Uint8Array | undefined = undefined;
  private isClosed = false;

  /** `mayLend`: between two turns of the event loop nothing is read into it twice. */
  constructor(private readonly mayLend: boolean) {}

  /** Of the next read. */
  buffer(): Uint8Array {
    if (this.own === undefined && this.mayLend && !this.isClosed && ownBuffers < MOST_OWN) {
      ownBuffers++;
      this.own = freeBuffer();
    }
    return this.own ?? READ_BUFFER;
  }

  /** A piece that was read into the buffer is lent to `borrower`. `undefined` = it has to be copied. */
  lend(piece: Uint8Array, borrower: Borrower): Loan | undefined {
    const { own } = this;
    if (own === undefined || piece.byteLength < LENT_FROM_BYTES || lentBuffers >= MOST_LENT) return undefined;
    this.own = freeBuffer();
    return new Loan(own, borrower);
  }

  /** Nothing is read any more. */
  close(): void {
    this.isClosed = true;
    if (this.own === undefined) return;
    freeBuffers.push(this.own);
    this.own = undefined;
    ownBuffers--;
  }
}

export class Loan implements Lender {
  private isKept = false;

  constructor(
    private readonly buffer: Uint8Array,
    private readonly borrower: Borrower,
  ) {
    lentBuffers++;
    turn.lent(this);
  }

  turnEnds(): void {
    this.borrower.own();
  }

  turnEnded(): void {
    if (!this.isKept) this.giveBack();
  }

  /** The piece stays what it is until `giveBack`. */
  keep(): void {
    this.isKept = true;
  }

  giveBack(): void {
    lentBuffers--;
    freeBuffers.push(this.buffer);
  }
}
