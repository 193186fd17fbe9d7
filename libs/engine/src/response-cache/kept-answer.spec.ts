import fc from 'fast-check';
import { Blocks } from './blocks';
import { KeptAnswer } from './kept-answer';

it('is what it was made of, as often as it is asked, and takes blocks only until then', () => {
  const text = fc
    .string({ unit: 'binary' })
    .filter((one) => !one.includes('\n') && Buffer.from(one).toString() === one);
  const headers = fc.array(fc.tuple(text, text)).map((pairs) => pairs.flat());
  const size = fc.oneof(fc.nat(100), fc.integer({ min: 16_000, max: 16_500 }));
  const blocks = new Blocks();
  fc.assert(
    fc.property(headers, size, fc.nat(255), (fields, length, fill) => {
      const received = Buffer.alloc(length + 20, fill);
      const body = received.subarray(10, 10 + length);
      const kept = new KeptAnswer(blocks, '', { status: 201, headers: fields, body });
      received.fill(0);
      new KeptAnswer(blocks, '', { status: 500, headers: ['A', 'b'], body: Buffer.from('other') }).leave();
      for (let i = 0; i < 2; i++) {
        const { status, headers: own, body: same } = kept.answer;
        expect([status, own]).toEqual([201, fields]);
        expect(Buffer.alloc(length, fill).equals(same)).toBe(true);
      }
    }),
  );
  expect(blocks.bytes).toBe(262_144);
});

it.each([4, 15_000, 50_000])('is kept without the memory that it was received in: %i bytes', (length) => {
  const received = Buffer.from('y'.repeat(100_000));
  const { answer } = new KeptAnswer(new Blocks(), '', {
    ...{ status: 200, headers: [], body: received.subarray(0, length) },
  });
  expect(answer.body.buffer.byteLength).toBe(length);
});

it('gives its blocks back where nobody asked for it', () => {
  const blocks = new Blocks();
  for (let i = 0; i < 1000; i++)
    new KeptAnswer(blocks, '', { status: 200, headers: [], body: Buffer.alloc(1000) }).leave();
  expect(blocks.bytes).toBe(262_144);
});
