import type { EntryClaim, SharedEntries } from '../ports';
import { collectGarbage } from '../testing/collected';
import { ResponseCache } from './response-cache';

const CLAIM: EntryClaim = { keep: () => undefined, release: () => undefined };
const store: SharedEntries = { obtain: () => Promise.resolve(CLAIM), replace: () => undefined };
const clock = { now: () => 0, monotonicMs: () => 0 };

function heldBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const ANSWER = { status: 200, headers: ['Content-Type', 'text/plain'], body: Buffer.alloc(1000) };
const fill = (cache: ResponseCache, from: number, to: number, body: Uint8Array): Promise<unknown> => {
  const outcome = Promise.resolve({ answer: { ...ANSWER, body }, ttlMs: 1000 });
  const keys = Array.from(
    { length: to - from },
    (_none, i) => `a key of about as many characters as most: ${from + i}`,
  );
  return Promise.all(
    keys.map((key) => cache.fill({ key, timeoutMs: 1000, isRenewal: false, call: () => outcome })),
  );
};

it.each<[string, number, Uint8Array]>([
  ['answers that leave for others', 1_000_000, ANSWER.body],
  ['answers that are larger than all of it', 1000, ANSWER.body],
])('holds nothing of %s', async (_name, maxBytes, body) => {
  const cache = new ResponseCache({ clock, store, maxBytes });
  await fill(cache, 0, 5000, body);
  const before = heldBytes();
  for (let i = 1; i <= 6; i++) await fill(cache, i * 5000, (i + 1) * 5000, body);
  expect(heldBytes() - before).toBeLessThan(1_500_000);
  expect(cache.bytes).toBeLessThanOrEqual(maxBytes);
});

it('holds no more than its room where keys are longer than answers', async () => {
  const cache = new ResponseCache({ clock, maxBytes: 100_000 });
  const outcome = Promise.resolve({ answer: { ...ANSWER, body: Buffer.from('x') }, ttlMs: 1000 });
  const keys = Array.from({ length: 20 }, (_none, i) => `${i}`.padEnd(10_000));
  for (const key of keys) await cache.fill({ key, timeoutMs: 1000, isRenewal: false, call: () => outcome });
  expect(keys.filter((key) => cache.find(key) !== undefined)).toEqual(keys.slice(-4));
});
