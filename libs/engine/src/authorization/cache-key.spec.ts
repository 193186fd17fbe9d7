import fc from 'fast-check';
import { cacheKeys, hashedKey, type CacheKeyPlace } from './cache-key';
import type { Identity } from './identified';

interface CacheKeyParts extends CacheKeyPlace {
  readonly identity: Identity;
}

const cacheKey = ({ identity, ...place }: CacheKeyParts): string => cacheKeys(place)(identity);

const base: CacheKeyParts = { apiId: 'a', stage: 's', authorizerId: 'u', revision: 'r', identity: [['t']] };
const keyOf = (members: Partial<CacheKeyParts>): string => cacheKey({ ...base, ...members });

it.each<[Partial<CacheKeyParts>, Partial<CacheKeyParts>]>([
  [{ identity: [['ab', 'c']] }, { identity: [['a', 'bc']] }],
  [{ identity: [['ab'], ['c']] }, { identity: [['a'], ['bc']] }],
  [{ identity: [['a', 'b']] }, { identity: [['a'], ['b']] }],
  [{ identity: [['a,b']] }, { identity: [['a', 'b']] }],
  [{ identity: [[], ['a']] }, { identity: [['a'], []] }],
  [{ identity: [[]] }, { identity: [['']] }],
  [{ identity: [['']] }, { identity: [['', '']] }],
  [{ identity: [['1:a']] }, { identity: [['1', 'a']] }],
  [
    { apiId: 'as', stage: '' },
    { apiId: 'a', stage: 's' },
  ],
  [{ authorizerId: 'ur', revision: '' }, {}],
  [{ revision: 'r2' }, {}],
])('%j and %j never share a key', (one, other) => expect(keyOf(one)).not.toBe(keyOf(other)));

/** Of few letters and the encoding's own, so that near misses are many. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', '0', '1', '2', ':'), maxLength: 4 });
const parts = fc.record({
  apiId: text,
  stage: text,
  authorizerId: text,
  revision: text,
  identity: fc.array(fc.array(text, { maxLength: 3 }), { maxLength: 3 }),
});

it('is the same for equal parts, and for no others: 10,000 pairs', () => {
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      const isSame = JSON.stringify(one) === JSON.stringify(other);
      expect(cacheKey(one) === cacheKey(other)).toBe(isSame);
    }),
    { numRuns: 10_000 },
  );
});

it('is the same for a moved border within one caller’s values never: 10,000 cuts', () => {
  const cut = (whole: string, at: readonly number[]): string[] =>
    [0, ...at].map((from, i) => whole.slice(from, at[i] ?? whole.length));
  const places = fc.array(fc.nat(12), { maxLength: 3 }).map((at) => at.toSorted((a, b) => a - b));
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '1', ':'), minLength: 12, maxLength: 12 }),
      places,
      places,
      (whole, one, other) => {
        const [first, second] = [cut(whole, one), cut(whole, other)];
        const isSame = JSON.stringify(first) === JSON.stringify(second);
        expect(keyOf({ identity: [first] }) === keyOf({ identity: [second] })).toBe(isSame);
      },
    ),
    { numRuns: 10_000 },
  );
});

it('tells others nothing of the token', () => {
  const key = keyOf({ identity: [['the token']] });
  expect(hashedKey(key)).toMatch(/^[\w-]{43}$/);
  expect(hashedKey(key)).not.toBe(hashedKey(keyOf({ identity: [['another token']] })));
});
