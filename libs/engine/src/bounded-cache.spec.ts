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

it('tells of what leaves, is replaced, or does not come in', () => {
  const gone: string[] = [];
  const cache = new BoundedCache<string>(20, (value) => gone.push(value));
  for (const value of ['a', 'b', 'c']) cache.keep(value, entry(value), 0);
  cache.keep('b', entry('B'), 0);
  expect(gone).toEqual(['a', 'b']);
  cache.drop('c');
  cache.drop('c');
  expect(gone).toEqual(['a', 'b', 'c']);
  cache.keep('b', { value: 'too large', bytes: 21, untilMs: 1 }, 0);
  expect(gone).toEqual(['a', 'b', 'c', 'B', 'too large']);
});

it('holds no more than its room, counts what it holds, and lets the least used leave', () => {
  const act = fc.tuple(fc.constantFrom('keep', 'use', 'drop'), fc.nat(8), fc.integer({ min: 1, max: 40 }));
  fc.assert(
    fc.property(fc.array(act, { minLength: 30, maxLength: 60 }), (acts) => {
      const cache = new BoundedCache<number>(100);
      let model: Modelled[] = [];
      acts.forEach(([what, key, bytes], i) => {
        const nowMs = i * 300;
        if (what === 'keep') cache.keep(`${key}`, { value: key, bytes, untilMs: 1e6 }, nowMs);
        else if (what === 'use') cache.use(`${key}`, nowMs);
        else cache.drop(`${key}`);
        model = after(model, what, key, bytes, nowMs);
        const held = Array.from({ length: 9 }, (_, one) => cache.peek(`${one}`)?.bytes);
        expect(held).toEqual(held.map((_, one) => model.find((entry) => entry.key === one)?.bytes));
        expect(cache.bytes).toBe(model.reduce((sum, one) => sum + one.bytes, 0));
      });
    }),
    { numRuns: 200 },
  );
});

interface Modelled {
  readonly key: number;
  readonly bytes: number;
  readonly movedAtMs: number;
}

/** The same by a plain list, the least used first. */
function after(list: Modelled[], what: string, key: number, bytes: number, nowMs: number): Modelled[] {
  const found = list.find((one) => one.key === key);
  const others = list.filter((one) => one !== found);
  if (what === 'drop') return others;
  if (found === undefined)
    return what === 'use' ? others : fitting([...others, { key, bytes, movedAtMs: -Infinity }]);
  const sized = what === 'use' ? found : { ...found, bytes };
  const isMoved = nowMs - found.movedAtMs >= 1000;
  return fitting(
    isMoved ? [...others, { ...sized, movedAtMs: nowMs }] : list.map((one) => (one === found ? sized : one)),
  );
}

function fitting([...list]: Modelled[]): Modelled[] {
  while (list.reduce((sum, one) => sum + one.bytes, 0) > 100) list.shift();
  return list;
}
