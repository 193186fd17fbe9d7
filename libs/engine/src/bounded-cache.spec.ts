import fc from 'fast-check';
import { BoundedCache, Place } from './bounded-cache';

class Text extends Place {
  value = '';
  isBusy = false;

  override get isUnderWay(): boolean {
    return this.isBusy;
  }

  override clear(): void {
    this.value = '';
  }
}

class Texts extends BoundedCache<Text> {
  constructor(maxBytes: number) {
    super(maxBytes, (key) => new Text(key));
  }

  put(key: string, value = key, { bytes = 10, nowMs = 0, untilMs = 10_000 } = {}): Text {
    const place = this.place(key);
    place.value = value;
    this.keep(place, bytes, untilMs, nowMs);
    return place;
  }

  all(...keys: string[]): (string | undefined)[] {
    return keys.map((key) => this.peek(key)?.value);
  }
}

it('what was not used for longest leaves first', () => {
  const cache = new Texts(30);
  for (const key of ['a', 'b', 'c']) cache.put(key);
  expect(cache.use('a', 0)?.value).toBe('a');
  cache.put('d');
  expect(cache.all('a', 'b', 'c', 'd')).toEqual(['a', undefined, 'c', 'd']);
  // The second use within a second does not count, one after it does.
  cache.use('d', 0);
  cache.use('c', 0);
  cache.use('a', 999);
  cache.put('e', 'e', { nowMs: 999 });
  expect(cache.all('a', 'd', 'c')).toEqual([undefined, 'd', 'c']);
  cache.use('d', 1000);
  cache.put('f', 'f', { nowMs: 1000 });
  expect(cache.all('d', 'c')).toEqual(['d', undefined]);
});

it('is kept for its time, and may be looked at beyond it', () => {
  const cache = new Texts(30);
  const place = cache.put('a');
  expect([cache.use('a', 9999), cache.use('a', 10_000), cache.peek('a')]).toEqual([place, undefined, place]);
  cache.drop(place);
  expect([cache.use('a', -1e9), cache.peek('a'), place.value]).toEqual([undefined, undefined, '']);
});

it('a value in the place of another is new, and its place that of one just used', () => {
  const cache = new Texts(30);
  for (const key of ['a', 'b', 'c']) cache.put(key);
  cache.put('a', 'A', { bytes: 12 });
  expect([cache.use('a', 0)?.value, cache.bytes]).toEqual(['A', 22]);
  expect(cache.all('a', 'b', 'c')).toEqual(['A', undefined, 'c']);
  const { value } = cache.put('a', 'too large', { bytes: 31 });
  expect([value, cache.peek('a'), cache.bytes]).toEqual(['', undefined, 10]);
});

it('has a place as long as anything is kept or under way there', () => {
  const cache = new Texts(20);
  const busy = cache.place('busy');
  busy.isBusy = true;
  cache.settle(busy);
  expect([cache.place('busy'), cache.use('busy', -1e9)]).toEqual([busy, undefined]);
  cache.put('busy');
  cache.put('b');
  cache.put('c');
  expect([cache.place('busy'), busy.value, cache.bytes]).toEqual([busy, '', 20]);
  expect(cache.use('busy', 0)).toBeUndefined();
  busy.isBusy = false;
  cache.settle(busy);
  cache.settle(cache.place('b'));
  expect([cache.peek('busy'), cache.all('b', 'c')]).toEqual([undefined, ['b', 'c']]);
  const anew = cache.put('busy', 'anew');
  expect([anew === busy, cache.all('busy', 'b', 'c')]).toEqual([false, ['anew', undefined, 'c']]);
});

it('what comes again is as new as what never was there', () => {
  const cache = new Texts(20);
  const busy = cache.put('busy');
  busy.isBusy = true;
  cache.use('busy', 500);
  cache.drop(busy);
  for (const key of ['busy', 'b']) cache.put(key, key, { nowMs: 600 });
  cache.use('busy', 700);
  cache.put('c', 'c', { nowMs: 700 });
  expect(cache.all('busy', 'b', 'c')).toEqual(['busy', undefined, 'c']);
});

it('holds no more than its room, counts what it holds, and lets the least used leave', () => {
  const act = fc.tuple(fc.constantFrom('keep', 'use', 'drop'), fc.nat(8), fc.integer({ min: 1, max: 40 }));
  fc.assert(
    fc.property(fc.array(act, { minLength: 30, maxLength: 60 }), (acts) => {
      const cache = new Texts(100);
      let model: Modelled[] = [];
      acts.forEach(([what, key, bytes], i) => {
        const nowMs = i * 300;
        if (what === 'keep') cache.put(`${key}`, 'x', { bytes, nowMs, untilMs: 1e6 });
        else if (what === 'use') cache.use(`${key}`, nowMs);
        else cache.drop(cache.place(`${key}`));
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
