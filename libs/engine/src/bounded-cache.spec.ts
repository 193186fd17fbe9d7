import fc from 'fast-check';
import { BoundedCache } from './bounded-cache';

const entry = (value: string) => ({ value, bytes: 10, untilMs: 10_000 });

it('what was not used for longest leaves first', () => {
  const cache = new BoundedCache<string>(30);
  for (const key of ['a', 'b', 'c']) cache.keep(key, entry(key), 0);
  expect(cache.use('a', 0)).toBe('a');
  cache.keep('d', entry('d'), 0);
  expect(['a', 'b', 'c', 'd'].map((key) => cache.peek(key)?.value)).toEqual(['a', undefined, 'c', 'd']);
  // The second use within a second does not count, one after it does.
  cache.use('d', 0);
  cache.use('c', 0);
  cache.use('a', 999);
  cache.keep('e', entry('e'), 999);
  expect(['a', 'd', 'c'].map((key) => cache.peek(key)?.value)).toEqual([undefined, 'd', 'c']);
  cache.use('d', 1000);
  cache.keep('f', entry('f'), 1000);
  expect(['d', 'c'].map((key) => cache.peek(key)?.value)).toEqual(['d', undefined]);
});

it('an entry in the place of another is new, and its place that of one just used', () => {
  const cache = new BoundedCache<string>(30);
  for (const key of ['a', 'b', 'c']) cache.keep(key, entry(key), 0);
  cache.keep('a', { value: 'A', bytes: 12, untilMs: 20_000 }, 0);
  expect([cache.use('a', 15_000), cache.bytes]).toEqual(['A', 22]);
  expect(['a', 'b', 'c'].map((key) => cache.peek(key)?.value)).toEqual(['A', undefined, 'c']);
  cache.keep('a', { value: 'too large', bytes: 31, untilMs: 20_000 }, 0);
  expect([cache.peek('a'), cache.bytes]).toEqual([undefined, 10]);
});

it('holds no more than its room, and counts what it holds', () => {
  const act = fc.tuple(fc.constantFrom('keep', 'use', 'drop'), fc.nat(8), fc.integer({ min: 1, max: 60 }));
  fc.assert(
    fc.property(fc.array(act), (acts) => {
      const cache = new BoundedCache<number>(100);
      for (const [what, key, bytes] of acts) {
        if (what === 'keep') cache.keep(`${key}`, { value: key, bytes, untilMs: 1000 }, bytes * 20);
        else if (what === 'use') expect([undefined, key]).toContain(cache.use(`${key}`, bytes * 20));
        else cache.drop(`${key}`);
        const held = Array.from({ length: 9 }, (_, i) => cache.peek(`${i}`)?.bytes ?? 0);
        expect(cache.bytes).toBe(held.reduce((sum, one) => sum + one, 0));
        expect(cache.bytes).toBeLessThanOrEqual(100);
      }
    }),
  );
});
