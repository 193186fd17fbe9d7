/**
 * An answer in memory of its own: bytes and texts as they were received are parts of larger ones, and would keep all of those. It is
 * in blocks until somebody asks for it, as many are replaced before anybody does.
 */
import type { KeptReply, StoredAnswer } from './answer';
import { Blocks, NO_BLOCK } from './blocks';

/** A larger answer has memory to itself. */
const MOST_IN_BLOCKS = 16_384;
/** Where an answer is put together, and taken apart. Each use is over before the next begins. */
const DESK = Buffer.allocUnsafeSlow(MOST_IN_BLOCKS);

export class KeptAnswer {
  readonly #status: number;
  #first = NO_BLOCK;
  /** Of names and values, and of the body, in blocks. */
  #headBytes = 0;
  #bodyBytes = 0;
  #unpacked: KeptReply | undefined = undefined;
  /** About as many as it takes. */
  readonly bytes: number;

  /** `name`: in a store that is shared. */
  constructor(
    private readonly blocks: Blocks,
    readonly name: string,
    { status, headers, body }: StoredAnswer,
  ) {
    this.#status = status;
    // None of them has a line end in it. At the most three bytes are written for a unit of a text.
    const head = headers.join('\n');
    if (head.length * 3 + body.byteLength > MOST_IN_BLOCKS) {
      this.bytes = body.byteLength + 2 * head.length;
      this.#unpacked = repliesWith(status, head, new Uint8Array(body));
      return;
    }
    this.#headBytes = DESK.write(head, 'utf8');
    this.#bodyBytes = body.byteLength;
    DESK.set(body, this.#headBytes);
    const length = this.#headBytes + this.#bodyBytes;
    this.#first = blocks.keep(DESK, length);
    this.bytes = Blocks.bytesFor(length);
  }

  get answer(): KeptReply {
    return (this.#unpacked ??= this.#unpack());
  }

  /** Nobody asks for it any more. */
  leave(): void {
    this.blocks.free(this.#first);
    this.#first = NO_BLOCK;
  }

  #unpack(): KeptReply {
    const [from, to] = [this.#headBytes, this.#headBytes + this.#bodyBytes];
    this.blocks.read(this.#first, DESK, to);
    this.leave();
    // Not of Node's pool, where each would keep its neighbours.
    const body = Buffer.allocUnsafeSlow(this.#bodyBytes);
    DESK.copy(body, 0, from, to);
    return repliesWith(this.#status, DESK.toString('utf8', 0, from), body);
  }
}

function repliesWith(status: number, head: string, body: Uint8Array): KeptReply {
  const headers = head === '' ? [] : head.split('\n');
  return { status, headers, body, repeated: { list: headers, written: undefined } };
}
