import fc from 'fast-check';
import { KeptAnswer } from './kept-answer';

it('is what it was made of, as often as it is asked', () => {
  const text = fc.string({ unit: 'binary' }).filter((one) => !one.includes('\n'));
  const headers = fc.array(fc.tuple(text, text)).map((pairs) => pairs.flat());
  const size = fc.oneof(fc.nat(100), fc.integer({ min: 4000, max: 4200 }));
  fc.assert(
    fc.property(headers, size, fc.nat(255), (fields, length, fill) => {
      const received = Buffer.alloc(length + 20, fill);
      const kept = new KeptAnswer('', {
        status: 201,
        headers: fields,
        body: received.subarray(10, 10 + length),
      });
      received.fill(0);
      for (let i = 0; i < 2; i++) {
        const { status, headers: own, body } = kept.answer;
        expect([status, own]).toEqual([201, fields]);
        expect(Buffer.alloc(length, fill).equals(body)).toBe(true);
      }
    }),
  );
});

it.each([4, 5000])('is kept without the memory that it was received in: %i bytes', (length) => {
  const received = Buffer.from('y'.repeat(100_000));
  const { answer } = new KeptAnswer('', { status: 200, headers: [], body: received.subarray(0, length) });
  expect(answer.body.buffer.byteLength).toBe(length);
});
