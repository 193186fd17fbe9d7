import fc from 'fast-check';
import { clfTime, compileLogFormat, escapeLogValue } from './index';

type Subject = Record<string, string | undefined>;
const variableOf = (name: string) => (name === 'never' ? undefined : (subject: Subject) => subject[name]);
const render = (format: string, subject: Subject) => compileLogFormat(format, variableOf)(subject);

test.each([
  ['$context.a|$context.b', '1|-'],
  ['$context.never', '-'],
  ['$context.a.$context.a', '1.1'],
  ['($context.a)', '(1)'],
  ['$context.', '$context.'],
  ['$contextual $a $', '$contextual $a $'],
  ['$context.empty', '-'],
  ['{\n  "a": "$context.a"\r\n}\n', '{   "a": "1" }'],
  ['$context.x.messageString', '"quoted"'],
])('%j -> %j', (format, expected) => {
  expect(render(format, { a: '1', empty: '', 'x.messageString': '"quoted"' })).toBe(expected);
});

test('one request is one line, and a JSON format stays JSON, whatever the values hold', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const line = render('{"v":"$context.v","w":1}', { v: value });
      expect(line).not.toMatch(/[\r\n\u2028\u2029\u0085\u001b]/);
      expect(JSON.parse(line)).toEqual({ v: value === '' ? '-' : value, w: 1 });
    }),
  );
});

test('a value is cut at 2 KB', () => expect(escapeLogValue('a'.repeat(5000))).toHaveLength(2048));

test('CLF time', () => {
  expect(clfTime(1_583_349_317_000)).toBe('04/Mar/2020:19:15:17 +0000');
  expect(clfTime(0)).toBe('01/Jan/1970:00:00:00 +0000');
  // Within one second and over its end, in any order.
  for (const [epochMs, second] of [
    [1999, '01'],
    [1000, '01'],
    [2000, '02'],
    [1999.9, '01'],
    [61_000, '01'],
  ] as const)
    expect(clfTime(epochMs)).toBe(`01/Jan/1970:00:0${epochMs < 60_000 ? 0 : 1}:${second} +0000`);
});
