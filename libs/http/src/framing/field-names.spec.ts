import fc from 'fast-check';
import { nameAt } from './field-names';

const usual = fc.constantFrom(
  'Host',
  'host',
  'HOST',
  'ETag',
  'etag',
  'Content-Length',
  'content-length',
  'x',
);

it('is the very text that stands there, known or not, in its own case', () => {
  fc.assert(
    fc.property(fc.string(), fc.oneof(usual, fc.string()), fc.string(), (before, name, behind) => {
      const text = before + name + behind;
      expect(nameAt(text, before.length, before.length + name.length)).toBe(name);
    }),
  );
});

it('does not take a part for the whole, nor the whole for a part', () => {
  expect(nameAt('Host: a', 0, 3)).toBe('Hos');
  expect(nameAt('Hostess: a', 0, 7)).toBe('Hostess');
  expect(nameAt('hosT: a', 0, 4)).toBe('hosT');
});
