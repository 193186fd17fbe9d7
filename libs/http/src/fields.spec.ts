import fc from 'fast-check';
import { FieldError, fieldLine } from './fields';

const TCHAR = "!#$%&'*+-.^_`|~0123456789abcXYZ";

it('no name passes that is no token, whatever was asked before', () => {
  const name = fc.string({ unit: fc.constantFrom(...TCHAR, ':', ' ', '\r', '\n', '\0', 'é'), maxLength: 4 });
  fc.assert(
    fc.property(fc.array(name, { minLength: 1500, maxLength: 1500 }), (names) => {
      for (const one of names) {
        const isToken = one !== '' && [...one].every((char) => TCHAR.includes(char));
        if (isToken) expect(fieldLine(one, 'v')).toBe(`${one}: v\r\n`);
        else expect(() => fieldLine(one, 'v')).toThrow(FieldError);
      }
    }),
    { numRuns: 10 },
  );
});

it('a name that is known good does not vouch for its value', () => {
  expect(fieldLine('X-Known', 'v')).toBe('X-Known: v\r\n');
  for (const value of ['a\r\nEvil: b', 'a\n', 'a\0b', 'a\u0100b'])
    expect(() => fieldLine('X-Known', value)).toThrow(FieldError);
});
