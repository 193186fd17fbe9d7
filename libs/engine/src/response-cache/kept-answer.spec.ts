import fc from 'fast-check';
import type { StoredAnswer } from './answer';
import { Blocks } from './blocks';
import { KeptAnswer } from './kept-answer';

const answerIn = (blocks: Blocks, answer: StoredAnswer): KeptAnswer => {
  const kept = new KeptAnswer('key', { blocks, named: new Map() });
  kept.put(answer);
  return kept;
};

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
      const kept = answerIn(blocks, { status: 201, headers: fields, body });
      received.fill(0);
      answerIn(blocks, { status: 500, headers: ['A', 'b'], body: Buffer.from('other') }).clear();
      for (let i = 0; i < 2; i++) {
        const { status, headers: own, body: same } = kept.answer;
        expect([status, own]).toEqual([201, fields]);
        expect(Buffer.alloc(length, fill).equals(same)).toBe(true);
      }
    }),
  );
  expect(blocks.bytes).toBe(262_144);
});

it('is what it was made of, whatever has the head of the one before and whatever was read between', () => {
  const heads = [
    ['A', '1'],
    ['A', '2'],
    ['A', '1', 'B', 'ü'],
    [],
    ['A', 'x'.repeat(6000)],
    ['A', '€'.repeat(6000)],
    ['A', '1', 'Later', 'field'],
  ];
  const act = fc.record({
    head: fc.nat(heads.length - 1),
    length: fc.constantFrom(1, 600, 16_000),
    reads: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(act, { minLength: 2, maxLength: 12 }), (acts) => {
      const blocks = new Blocks();
      const made = acts.map(({ head, length, reads }, i) => {
        const headers = [...(heads[head] ?? [])];
        const kept = answerIn(blocks, { status: 200, headers, body: Buffer.alloc(length, i + 1) });
        headers.push('Later', 'field');
        if (reads) expect(kept.answer.headers).toEqual(heads[head]);
        return kept;
      });
      made.forEach(({ answer }, i) => {
        expect(answer.headers).toEqual(heads[acts[i]?.head ?? 0]);
        expect(Buffer.alloc(acts[i]?.length ?? 0, i + 1).equals(answer.body)).toBe(true);
      });
    }),
  );
});

it.each([4, 15_000, 50_000])('is kept without the memory that it was received in: %i bytes', (length) => {
  const received = Buffer.from('y'.repeat(100_000));
  const { answer } = answerIn(new Blocks(), { status: 200, headers: [], body: received.subarray(0, length) });
  expect(answer.body.buffer.byteLength).toBe(length);
});

it('gives its blocks back where nobody asked for it', () => {
  const blocks = new Blocks();
  for (let i = 0; i < 1000; i++)
    answerIn(blocks, { status: 200, headers: [], body: Buffer.alloc(1000) }).clear();
  expect(blocks.bytes).toBe(262_144);
});

it('takes the blocks of the answer in whose place it comes', () => {
  const blocks = new Blocks();
  const kept = new KeptAnswer('key', { blocks, named: new Map() });
  for (let i = 0; i < 1000; i++) {
    kept.put({ status: 200, headers: [], body: Buffer.alloc(1000, i) });
    if (i % 3 === 0) expect(kept.answer.body[999]).toBe(i % 256);
  }
  expect(blocks.bytes).toBe(262_144);
});

it('is known by its name as long as it is kept', () => {
  const named = new Map<string, KeptAnswer>();
  const kept = new KeptAnswer('key', { blocks: new Blocks(), named });
  named.set(kept.name, kept);
  kept.put({ status: 200, headers: [], body: Buffer.from('x') });
  expect([...named.values()]).toEqual([kept]);
  kept.clear();
  expect(named.size).toBe(0);
});
