import fc from 'fast-check';
import { hash } from 'node:crypto';
import { KeyStarts } from './key-starts';

it('is the hash of the text, however many were asked for before', () => {
  const starts = new KeyStarts();
  const long = 'x'.repeat(300_000);
  const text = fc.tuple(fc.constantFrom('', 'a', long), fc.nat(5)).map(([start, n]) => `${start}${n}`);
  fc.assert(
    fc.property(fc.array(text, { maxLength: 20 }), (texts) => {
      for (const one of texts) expect(starts.of(one)).toBe(hash('sha256', one, 'base64url'));
    }),
    { numRuns: 20 },
  );
});
