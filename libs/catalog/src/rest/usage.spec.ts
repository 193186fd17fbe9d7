import { bad, refusal } from '../testing/graphs';
import { remainingIn, usageDays } from './usage';

it('names each day, the first and the last included', () => {
  expect(usageDays('2026-02-27', '2026-03-01')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
  expect(usageDays('2026-01-01', '2026-01-01')).toHaveLength(1);
  expect(usageDays('2026-01-01', '2026-03-31')).toHaveLength(90);
});

it.each([
  ['2026-01-01', '2026-04-01', 'Invalid date range: at most 90 days may be asked for'],
  ['2026-01-02', '2026-01-01', 'Invalid date range: endDate must not be before startDate'],
  ['2026-02-30', '2026-03-01', 'Invalid startDate specified. Must be a date in the form YYYY-MM-DD'],
  ['2026-01-01', 'tomorrow', 'Invalid endDate specified. Must be a date in the form YYYY-MM-DD'],
])('refuses %s to %s', (start, end, message) => {
  expect(refusal(() => usageDays(start, end))).toBe(bad(message));
});

const patch = (op: string, path: string, value?: string) => [
  { op, path, ...(value !== undefined && { value }) },
];

it('reads what shall be left', () => {
  expect(remainingIn(patch('replace', '/remaining', '250'))).toBe(250);
});

it.each([
  [
    patch('replace', '/used', '1'),
    "Invalid patch path  '/used' specified for op 'replace'. Must be one of: [/remaining]",
  ],
  [
    patch('add', '/remaining', '1'),
    "Invalid patch path  '/remaining' specified for op 'add'. Please choose supported operations",
  ],
  [patch('replace', '/remaining', '-1'), 'Remaining must be a whole number and not negative'],
  [patch('replace', '/remaining'), 'Remaining must be a whole number and not negative'],
])('refuses %j', (operations, message) => {
  expect(refusal(() => remainingIn(operations))).toBe(bad(message));
});
