import fc from 'fast-check';
import { arnMatcher, literalPattern, matchesPattern, wildcardPattern, type Pattern } from './wildcard';

/** Slow and plain: what is left of the pattern against what is left of the text. */
function reference(pattern: string, text: string): boolean {
  const [p, t] = [Array.from(pattern), Array.from(text)];
  const known = new Map<string, boolean>();
  const at = (i: number, j: number): boolean => {
    const key = `${i},${j}`;
    const found = known.get(key) ?? decide(i, j);
    known.set(key, found);
    return found;
  };
  const decide = (i: number, j: number): boolean => {
    if (i === p.length) return j === t.length;
    if (p[i] === '*') return at(i + 1, j) || (j < t.length && at(i, j + 1));
    return j < t.length && (p[i] === '?' || p[i] === t[j]) && at(i + 1, j + 1);
  };
  return at(0, 0);
}

it('matches as a slow reference does', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', ':', '😀', '*', '?'), maxLength: 10 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ':', '😀', '*'), maxLength: 14 });
  let matched = 0;
  fc.assert(
    fc.property(pattern, text, (one, of) => {
      const expected = reference(one, of);
      if (expected) matched++;
      expect(matchesPattern(wildcardPattern(one), of)).toBe(expected);
    }),
    { numRuns: 20_000, seed: 1 },
  );
  expect(matched).toBeGreaterThan(500);
});

it('a pattern of a literal text matches that text alone', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '*', '?'), maxLength: 3 });
  fc.assert(
    fc.property(text, text, (one, of) => {
      expect(matchesPattern(literalPattern(one), of)).toBe(one === of);
    }),
  );
});

it('an ARN pattern matches as its parts do', () => {
  const part = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 2 });
  const parts = fc.array(part, { minLength: 6, maxLength: 7 });
  const split = (of: string[]) => [...of.slice(0, 5), of.slice(5).join(':')];
  fc.assert(
    fc.property(parts, parts, (one, of) => {
      const expected = split(one).every((each, i) => reference(each, split(of)[i] ?? ''));
      expect(arnMatcher(wildcardPattern(one.join(':')))?.(of.join(':'))).toBe(expected);
    }),
    { numRuns: 5000, seed: 1 },
  );
});

/** A pattern that counts how often one of its units is looked at, and ends a match that looks at more than `limit`. */
function countedPattern(text: string, limit: number): { pattern: Pattern; looks: () => number } {
  let looks = 0;
  const pattern = new Proxy(wildcardPattern(text), {
    get(units, key) {
      if (typeof key === 'string' && /^\d+$/.test(key) && ++looks > limit)
        throw new Error(`more than ${limit} looks`);
      return Reflect.get(units, key);
    },
  });
  return { pattern, looks: () => looks };
}

const TEXT = 'a'.repeat(1_000);

it.each([
  ['many stars that nearly match', `${'a*'.repeat(500)}b`, false, 2_000],
  ['one star before a long tail', `*${'a'.repeat(500)}b`, false, 2_000],
  ['a long tail of question marks', `*b${'?'.repeat(500)}`, false, 2_000],
  ['many stars that match', 'a*'.repeat(500), true, 4_000],
  ['a long text between two stars', `*${'a'.repeat(100)}b*`, false, 102 * 1_000],
])('%s: the work is bounded by the lengths of pattern and text', (_, text, expected, limit) => {
  const { pattern, looks } = countedPattern(text, limit);
  expect(matchesPattern(pattern, TEXT)).toBe(expected);
  expect(looks()).toBeGreaterThan(0);
});
