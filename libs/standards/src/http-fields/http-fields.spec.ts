import fc from 'fast-check';
import {
  allFields,
  fieldOfText,
  firstField,
  forbiddenInConnection,
  isFieldName,
  isHopByHop,
  isNamed,
  lastField,
  listedByConnection,
  removeField,
  setField,
  textOfField,
} from './index';

const fields = ['A', '1', 'b', '2', 'a', '3', '__proto__', '4'];

test('names have no case; order and duplicates stay', () => {
  expect([firstField(fields, 'a'), lastField(fields, 'a'), allFields(fields, 'a')]).toEqual([
    '1',
    '3',
    ['1', '3'],
  ]);
  expect([firstField(fields, '__proto__'), firstField(fields, 'constructor')]).toEqual(['4', undefined]);
  expect(lastField(fields, 'c')).toBeUndefined();
});

test('set replaces all of a name by one, remove says whether there was one', () => {
  const list = [...fields];
  setField(list, 'A', '9');
  expect(list).toEqual(['b', '2', '__proto__', '4', 'A', '9']);
  expect([removeField(list, 'a'), removeField(list, 'a')]).toEqual([true, false]);
});

test('a value is a list member, never a name', () => expect(firstField(['x', 'a', 'a', 'y'], 'a')).toBe('y'));

test('text goes to bytes and back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const value = fieldOfText(text);
      if (value === undefined) return;
      expect(value).toMatch(/^[\t\x20-\x7e\x80-\xff]*$/);
      expect(textOfField(value)).toBe(text);
    }),
  );
  expect(textOfField('\xff')).toBe('\xff');
  expect(textOfField(fieldOfText('\ufffd') ?? '')).toBe('\ufffd');
});

test.each(['a\r\nb', 'a\nb', '\0', '\x7f', '\x1b[2J'])('%j would break out of its line', (text) => {
  expect(fieldOfText(text)).toBeUndefined();
});

test.each([
  ['x-a', true],
  ['x a', false],
  ['', false],
  ['a:b', false],
  ['é', false],
])('field name %j: %s', (name, is) => {
  expect(isFieldName(name)).toBe(is);
});

test('Connection lists names, and may not list some', () => {
  expect([...listedByConnection(' Close, X-A ,,TE')]).toEqual(['close', 'x-a', 'te']);
  expect(listedByConnection(undefined).size + listedByConnection('keep-alive').size).toBe(0);
  expect(forbiddenInConnection('keep-alive, X-Forwarded-For')).toBe('x-forwarded-for');
  expect(forbiddenInConnection('close, upgrade, te')).toBeUndefined();
  expect([isHopByHop('keep-alive'), isHopByHop('cookie')]).toEqual([true, false]);
});

test('a name is told whatever its case, and no other is', () => {
  const name = fc.string({ unit: fc.constantFrom(...'aAzZ-@[`{_m\x0d'), minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(name, name, (one, other) => {
      const lower = other.toLowerCase();
      expect(isNamed(one, lower)).toBe(one.toLowerCase() === lower);
      expect(isNamed(other, lower)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
