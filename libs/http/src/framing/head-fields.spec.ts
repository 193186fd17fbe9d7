import fc from 'fast-check';
import { fieldsOf, HeadText } from './head-fields';

/** What is taken out of `before` + name + `: ` + value, behind a head whose first part is not in the text. */
function taken(name: string, value: string, before = '', start = 0): string[] {
  const nameFrom = before.length + start;
  const valueFrom = nameFrom + name.length + 2;
  const marks = [nameFrom, nameFrom + name.length, valueFrom, valueFrom + value.length];
  const text = `${before}${name}: ${value}\r\n`;
  return fieldsOf(new HeadText(Buffer.from(`>>${text}`, 'latin1'), 2, text.length), start, marks, 1);
}

const name = fc.oneof(
  fc.constantFrom('Host', 'host', 'HOST', 'ETag', 'etag', 'Content-Length', 'Cookie', 'authorization', 'x'),
  fc.string(),
);
/** Few, of few lengths and with the same ends, so that many of them fall on one place. */
const value = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 5 }),
  fc.string({ maxLength: 300 }),
);

it('is the very text that stands there, in its own case, whatever stood elsewhere before', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value, fc.string(), fc.nat(9)), { minLength: 50 }), (fields) => {
      for (const [one, what, before, start] of fields)
        expect(taken(one, what, before, start)).toEqual([one, what.replace(/[ \t]+$/, '')]);
    }),
  );
});

it('does not take a part for the whole, nor the whole for a part', () => {
  expect(taken('Hos', 't')).toEqual(['Hos', 't']);
  expect(taken('Hostess', 'a')).toEqual(['Hostess', 'a']);
  expect(taken('Accept', 'text/html')).toEqual(['Accept', 'text/html']);
  expect(taken('Accept', 'text/htmx')).toEqual(['Accept', 'text/htmx']);
  expect(taken('Accept', 'text/htm')).toEqual(['Accept', 'text/htm']);
});

it('does not take a longer name for a usual one, whichever place it has', () => {
  for (let length = 7; length < 40; length++)
    for (const last of 'abcdefghijklmnopqrstuvwxyz0123456789-') {
      const name = `Accept${'x'.repeat(length - 7)}${last}`;
      expect(taken(name, 'v')).toEqual([name, 'v']);
    }
});
