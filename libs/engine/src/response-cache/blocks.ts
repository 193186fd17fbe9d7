/**
 * Memory for what is kept for long, in blocks of one size outside of V8's heap: there it would be moved twice by the collector, and
 * once gone still be held until all of the heap is collected. It grows as it is needed, is used again, and is never given
 * back; whoever keeps things here bounds it.
 */
const BLOCK_BYTES = 512;
const CHUNK_BLOCKS = 512;

interface Chunk {
  readonly bytes: Buffer;
  /** Of each block the one that follows it, in a chain of what is kept or of what is free. */
  readonly next: Int32Array;
}

/** In the place of a block. */
export const NO_BLOCK = -1;

export class Blocks {
  readonly #chunks: Chunk[] = [];
  #free = NO_BLOCK;

  /** What so many bytes take. */
  static bytesFor(length: number): number {
    return Math.ceil(length / BLOCK_BYTES) * BLOCK_BYTES;
  }

  /** Bytes that were ever needed at a time, in steps. */
  get bytes(): number {
    return this.#chunks.length * CHUNK_BLOCKS * BLOCK_BYTES;
  }

  /** Keeps the first bytes of a buffer; returns the block by which they are found. */
  keep(from: Buffer, length: number): number {
    let first = NO_BLOCK;
    // From its end, so that the block that follows is known.
    for (let at = Blocks.bytesFor(length) - BLOCK_BYTES; at >= 0; at -= BLOCK_BYTES) {
      const block = this.#take();
      const { bytes, next } = this.#chunkOf(block);
      from.copy(bytes, offsetOf(block), at, at + BLOCK_BYTES);
      next[block % CHUNK_BLOCKS] = first;
      first = block;
    }
    return first;
  }

  /** Into the first bytes of a buffer. */
  read(first: number, into: Buffer, length: number): void {
    let block = first;
    for (let at = 0; at < length; at += BLOCK_BYTES) {
      const { bytes, next } = this.#chunkOf(block);
      const offset = offsetOf(block);
      bytes.copy(into, at, offset, offset + Math.min(BLOCK_BYTES, length - at));
      block = next[block % CHUNK_BLOCKS] ?? NO_BLOCK;
    }
  }

  /** Nobody may read them any more. */
  free(first: number): void {
    let block = first;
    while (block !== NO_BLOCK) {
      const { next } = this.#chunkOf(block);
      const following = next[block % CHUNK_BLOCKS] ?? NO_BLOCK;
      next[block % CHUNK_BLOCKS] = this.#free;
      this.#free = block;
      block = following;
    }
  }

  #take(): number {
    if (this.#free === NO_BLOCK) this.#grow();
    const block = this.#free;
    this.#free = this.#chunkOf(block).next[block % CHUNK_BLOCKS] ?? NO_BLOCK;
    return block;
  }

  #grow(): void {
    const start = this.#chunks.length * CHUNK_BLOCKS;
    const next = new Int32Array(CHUNK_BLOCKS);
    for (let i = 0; i < CHUNK_BLOCKS; i++) next[i] = i + 1 < CHUNK_BLOCKS ? start + i + 1 : NO_BLOCK;
    this.#chunks.push({ bytes: Buffer.allocUnsafeSlow(CHUNK_BLOCKS * BLOCK_BYTES), next });
    this.#free = start;
  }

  #chunkOf(block: number): Chunk {
    const chunk = this.#chunks[Math.floor(block / CHUNK_BLOCKS)];
    if (chunk === undefined) throw new Error('there is no such block');
    return chunk;
  }
}

function offsetOf(block: number): number {
  return (block % CHUNK_BLOCKS) * BLOCK_BYTES;
}
