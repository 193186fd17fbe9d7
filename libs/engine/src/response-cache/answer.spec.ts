import { ownOf } from './answer';

it('is kept without the memory that it was received in', () => {
  const received = Buffer.from(`head${'y'.repeat(100_000)}`);
  const headers = ['X-Name', 'välue', 'X-Empty', ''];
  const own = ownOf({ status: 200, headers, body: received.subarray(0, 4) });
  expect(own).toEqual({ status: 200, headers, body: new Uint8Array(Buffer.from('head')) });
  expect(own.body.buffer.byteLength).toBe(4);
});
