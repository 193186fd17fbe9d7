import fc from 'fast-check';
import { FieldError, fieldLine, NameTable } from './fields';

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

it('a line is of the name and the value that were asked for, whatever was written before', () => {
  const name = fc.constantFrom('Server', 'server', 'ETag', 'X-Request-Id', 'Authorization', 'X-Auth-Token');
  const value = fc.oneof(fc.constantFrom('a', 'b', 'nginx', 'apach', ''), fc.string({ maxLength: 20 }));
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { minLength: 200, maxLength: 500 }), (fields) => {
      for (const [one, what] of fields) {
        if (/[^\t\x20-\x7e\x80-\xff]/.test(what)) expect(() => fieldLine(one, what)).toThrow(FieldError);
        else expect(fieldLine(one, what)).toBe(`${one}: ${what}\r\n`);
      }
    }),
    { numRuns: 20 },
  );
});

it('a name that always says something else is still written, and judged', () => {
  for (let i = 0; i < 300; i++) expect(fieldLine('X-Serial', `n${i}`)).toBe(`X-Serial: n${i}\r\n`);
  expect(fieldLine('X-Serial', 'n299')).toBe('X-Serial: n299\r\n');
  expect(() => fieldLine('X-Serial', 'n\r\n')).toThrow(FieldError);
});

it.each([
  ['Content-Length', 'length'],
  ['content-length', 'length'],
  ['CONTENT-LENGTH', 'length'],
  ['Content-length', 'length'],
  ['Content-Lengtn', undefined],
  ['\x03ontent-length', undefined],
  ['date', 'date'],
  ['', undefined],
])('%j is of kind %s', (name, kind) => {
  const table = new NameTable([
    ['content-length', 'length'],
    ['date', 'date'],
  ]);
  expect(table.kindOf(name)).toBe(kind);
});
