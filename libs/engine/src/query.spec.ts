import fc from 'fast-check';
import { decodeForm, encodePair, joinQueries, parseQuery, rawPairs } from './query';

test('parameters are form-decoded, repeated ones kept in order, `;` splits too', () => {
  expect([...parseQuery('a=1&b=x+y%2B;a=%C3%A9&c&=v&&__proto__=p&bad=%zz')]).toEqual([
    ['a', ['1', 'é']],
    ['b', ['x y+']],
    ['c', ['']],
    ['', ['v']],
    ['__proto__', ['p']],
    ['bad', ['%zz']],
  ]);
  expect(({} as Record<string, unknown>).p).toBeUndefined();
});

test('raw pairs keep their escapes', () => {
  expect(rawPairs('a=%2F&b&c=d=e')).toEqual([
    ['a', '%2F'],
    ['b', ''],
    ['c', 'd=e'],
  ]);
});

test('pairs are what stands between separators and is not empty', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '%', '=', '&', ';', '+') }), (raw) => {
      const parts = raw.split(/[&;]/).filter((part) => part !== '');
      expect(rawPairs(raw)).toEqual(
        parts.map((part) => [part.split('=')[0], part.split('=').slice(1).join('=')]),
      );
    }),
  );
});

test('a pair is what it was made of, and nothing in it has a meaning', () => {
  const text = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(text, text, (name, value) => {
      const pair = encodePair(name, value);
      expect(pair).toMatch(/^(?:[\w.~!'()*-]|%[0-9A-F]{2})*=(?:[\w.~!'()*-]|%[0-9A-F]{2})*$/);
      expect(pair.split('=').map((part) => decodeURIComponent(part))).toEqual([name, value]);
    }),
  );
  for (const value of ['a+b', 'a%20b', 'a b', 'a\n', '-._~'])
    expect(encodePair('n', value)).toBe(`n=${encodeURIComponent(value)}`);
});

test('a pair cannot open another', () => {
  expect(encodePair('a&b', 'c=d&e #\ud800')).toBe('a%26b=c%3Dd%26e%20%23%EF%BF%BD');
  expect(joinQueries('', 'a=1', '', 'b=2')).toBe('a=1&b=2');
  expect(decodeForm('%')).toBe('%');
});
