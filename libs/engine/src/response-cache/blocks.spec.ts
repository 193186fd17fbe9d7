import fc from 'fast-check';
import { Blocks, NO_BLOCK } from './blocks';

const CHUNK_BYTES = 262_144;
const filled = (length: number, seed: number): Buffer =>
  Buffer.from(Array.from({ length }, (_none, i) => (seed + i * 7) % 256));

function readBack(blocks: Blocks, first: number, length: number): Buffer {
  const into = Buffer.alloc(length + 600, 9);
  blocks.read(first, into, length);
  expect(into.subarray(length).every((byte) => byte === 9)).toBe(true);
  return into.subarray(0, length);
}

it('gives back what was kept, whatever came and went meanwhile', () => {
  const length = fc.oneof(fc.nat(3000), fc.constantFrom(0, 511, 512, 513, 1024));
  const act = fc.oneof(
    fc.record({ what: fc.constant('keep' as const), length }),
    fc.record({ what: fc.constant('free' as const), which: fc.nat(50) }),
  );
  fc.assert(
    fc.property(fc.array(act, { minLength: 20, maxLength: 60 }), (acts) => {
      const blocks = new Blocks();
      const kept: { first: number; bytes: Buffer }[] = [];
      acts.forEach((one, i) => {
        if (one.what === 'keep') {
          const bytes = filled(one.length, i);
          kept.push({ first: blocks.keep(Buffer.concat([bytes, Buffer.from('more')]), one.length), bytes });
        } else {
          const [gone] = kept.splice(one.which % Math.max(1, kept.length), 1);
          blocks.free(gone?.first ?? NO_BLOCK);
        }
        for (const { first, bytes } of kept)
          expect(readBack(blocks, first, bytes.length).equals(bytes)).toBe(true);
      });
    }),
  );
});

it('takes the memory of what is gone before any other, and no more than that of whole blocks', () => {
  const blocks = new Blocks();
  expect([blocks.bytes, Blocks.bytesFor(0), Blocks.bytesFor(1), Blocks.bytesFor(513)]).toEqual([
    0, 0, 512, 1024,
  ]);
  const full = CHUNK_BYTES / 1024;
  for (let round = 0; round < 3; round++) {
    const kept = Array.from({ length: full }, () => blocks.keep(Buffer.alloc(1000), 1000));
    expect(blocks.bytes).toBe(CHUNK_BYTES);
    for (const first of kept) blocks.free(first);
  }
  for (let i = 0; i <= full; i++) blocks.keep(Buffer.alloc(1000), 1000);
  expect(blocks.bytes).toBe(2 * CHUNK_BYTES);
});

it('knows no block that it has not given', () => {
  expect(() => new Blocks().read(0, Buffer.alloc(1), 1)).toThrow('no such block');
});
