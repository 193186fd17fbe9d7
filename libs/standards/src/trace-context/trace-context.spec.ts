import fc from 'fast-check';
import {
  amznRoot,
  capTracestate,
  formatAmznTraceId,
  formatTraceparent,
  parseAmznTraceId,
  parseTraceparent,
} from './index';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

test.each([
  [`00-${TRACE}-${SPAN}-01`, true],
  [`00-${TRACE}-${SPAN}-00`, false],
  [`00-${TRACE}-${SPAN}-03`, true],
  [`01-${TRACE}-${SPAN}-01-more`, true],
  [`cc-${TRACE}-${SPAN}-01`, true],
])('%s', (value, sampled) =>
  expect(parseTraceparent(value)).toEqual({ traceId: TRACE, spanId: SPAN, sampled }),
);

test.each([
  '',
  '00',
  `ff-${TRACE}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-01-more`,
  `00-${TRACE}-${SPAN}-1`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  ` 00-${TRACE}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-01 `,
  `01-${TRACE}-${SPAN}-01.more`,
  `00_${TRACE}_${SPAN}_01`,
])('traceparent %j is not valid', (value) => expect(parseTraceparent(value)).toBeUndefined());

const ROOT = 'Root=1-0af76519-16cd43dd8448eb211c80319c';

test.each([
  [ROOT, undefined, undefined],
  [`${ROOT};Parent=${SPAN};Sampled=1`, SPAN, true],
  [`Self=1-x; ${ROOT} ; Sampled=0`, undefined, false],
  [`${ROOT};Parent=short;Sampled=?`, undefined, undefined],
  [ROOT.toUpperCase().replace('ROOT', 'Root'), undefined, undefined],
])('%s', (value, spanId, sampled) =>
  expect(parseAmznTraceId(value)).toEqual({ traceId: TRACE, spanId, sampled }),
);

test.each([
  '',
  'Root=',
  'Root=1-2-3',
  `Root=1-${'0'.repeat(8)}-${'0'.repeat(24)}`,
  `Parent=${SPAN}`,
  'Root=2-0af76519-16cd43dd8448eb211c80319c',
])('X-Amzn-Trace-Id %j has no root', (value) => expect(parseAmznTraceId(value)).toBeUndefined());

test('both forms name the same trace', () => {
  const hex = (length: number) =>
    fc.string({ unit: fc.constantFrom(...'123456789abcdef'), minLength: length, maxLength: length });
  fc.assert(
    fc.property(hex(32), hex(16), fc.boolean(), (traceId, spanId, sampled) => {
      const parent = { traceId, spanId, sampled };
      expect(parseTraceparent(formatTraceparent(traceId, spanId, sampled))).toEqual(parent);
      expect(parseAmznTraceId(formatAmznTraceId(traceId, spanId, sampled))).toEqual(parent);
    }),
  );
  expect(amznRoot(TRACE)).toBe(ROOT);
});

test('no parser throws', () => {
  fc.assert(fc.property(fc.string(), (text) => void [parseTraceparent(text), parseAmznTraceId(text)]));
});

test('tracestate is cut between members', () => {
  expect(capTracestate('a=1,b=2,c=3', 8)).toBe('a=1,b=2');
  expect(capTracestate('a=1,b=2', 7)).toBe('a=1,b=2');
  expect(capTracestate('a=12345,b=2', 5)).toBe('');
});
