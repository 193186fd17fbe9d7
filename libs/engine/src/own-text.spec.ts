import fc from 'fast-check';
import { ownText } from './own-text';

it('is the same text, whatever its characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(ownText(text)).toBe(text);
    }),
  );
});
