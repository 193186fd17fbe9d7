/**
 * An answer in memory of its own: bytes and texts as they were received are parts of larger ones, and would keep all of those. It is
 * in blocks until somebody asks for it, as many are replaced before anybody does.
 */
import { hashedKey } from '../authorization/cache-key';
import { Place } from '../bounded-cache';
import type { KeptReply, StoredAnswer } from './answer';
import { Blocks, NO_BLOCK } from './blocks';
import type { Outcome } from './response-cache';

/** A larger answer has memory to itself. */
const MOST_IN_BLOCKS = 16_384;
/** Where an answer is put together, and taken apart. Each use is over before the next begins. */
const DESK = Buffer.allocUnsafeSlow(MOST_IN_BLOCKS);
/** Names and values that lie at its start: most answers of an origin have those of the one before. */
let headOnDesk: readonly string[] | undefined;
let headOnDeskBytes = 0;

/** What all answers of a cache have in common. */
export interface Holder {
  readonly blocks: Blocks;
  /** By the names that a store knows; for its owner to put them there. */
  readonly named: Map<string, KeptAnswer>;
}

export class KeptAnswer extends Place {
  /** For whoever finds nothing kept. */
  running: Promise<Outcome> | undefined = undefined;
  /** For whoever does not look at what is kept. */
  renewal: Promise<Outcome> | undefined = undefined;
  #name: string | undefined = undefined;
  #status = 0;
  #first = NO_BLOCK;
  /** Of names and values, and of the body, in blocks. */
  #headBytes = 0;
  #bodyBytes = 0;
  #unpacked: KeptReply | undefined = undefined;

  constructor(
    key: string,
    private readonly holder: Holder,
  ) {
    super(key);
  }

  /** In a store that is shared, which knows no keys. */
  get name(): string {
    return (this.#name ??= hashedKey(this.key));
  }

  override get isUnderWay(): boolean {
    return this.running !== undefined || this.renewal !== undefined;
  }

  /** In the place of the one before. Returns about as many bytes as it takes. */
  put({ status, headers, body }: StoredAnswer): number {
    this.#forget();
    this.#status = status;
    this.#headBytes = putOnDesk(headers);
    this.#bodyBytes = body.byteLength;
    if (this.#headBytes + this.#bodyBytes > MOST_IN_BLOCKS) {
      const head = textOf(headers);
      this.#unpacked = repliesWith(status, head, new Uint8Array(body));
      return body.byteLength + 2 * head.length;
    }
    DESK.set(body, this.#headBytes);
    const length = this.#headBytes + this.#bodyBytes;
    this.#first = this.holder.blocks.keep(DESK, length);
    return Blocks.bytesFor(length);
  }

  /** Of one that was put here and not cleared. */
  get answer(): KeptReply {
    return (this.#unpacked ??= this.#unpack());
  }

  override clear(): void {
    this.#forget();
    if (this.#name !== undefined) this.holder.named.delete(this.#name);
  }

  #forget(): void {
    this.#unpacked = undefined;
    this.#freeBlocks();
  }

  #freeBlocks(): void {
    this.holder.blocks.free(this.#first);
    this.#first = NO_BLOCK;
  }

  #unpack(): KeptReply {
    const [from, to] = [this.#headBytes, this.#headBytes + this.#bodyBytes];
    headOnDesk = undefined;
    this.holder.blocks.read(this.#first, DESK, to);
    this.#freeBlocks();
    // Not of Node's pool, where each would keep its neighbours.
    const body = Buffer.allocUnsafeSlow(this.#bodyBytes);
    DESK.copy(body, 0, from, to);
    return repliesWith(this.#status, DESK.toString('utf8', 0, from), body);
  }
}

/** None of them has a line end in it. */
const textOf = (headers: readonly string[]): string => headers.join('\n');

/** Returns how many bytes it takes there; Infinity = it may be more than there is room for. */
function putOnDesk(headers: readonly string[]): number {
  if (headOnDesk !== undefined && areSame(headers, headOnDesk)) return headOnDeskBytes;
  const text = textOf(headers);
  // At the most three bytes are written for a unit of a text.
  if (text.length * 3 > MOST_IN_BLOCKS) return Infinity;
  headOnDesk = [...headers];
  headOnDeskBytes = DESK.write(text, 'utf8');
  return headOnDeskBytes;
}

function areSame(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}

function repliesWith(status: number, head: string, body: Uint8Array): KeptReply {
  const headers = head === '' ? [] : head.split('\n');
  return { status, headers, body, repeated: { list: headers, written: undefined } };
}
