import fc from 'fast-check';
import { Fates } from './fates';
import { isListed, listedIn } from './headers/listed';

it('the fate of a name is what its rule says, however often and however it was asked for', () => {
  const fates = new Fates((lower) => lower.startsWith('x'));
  const names = fc.array(fc.string({ unit: fc.constantFrom('x', 'X', 'a', '-'), minLength: 1 }), {
    minLength: 2000,
    maxLength: 2000,
  });
  fc.assert(
    fc.property(names, (asked) => {
      for (const name of asked) expect(fates.of(name)).toBe(name.toLowerCase().startsWith('x'));
    }),
    { numRuns: 10 },
  );
});

it('keeps no more names than it may, whoever sends new ones', () => {
  let judged = 0;
  const fates = new Fates(() => ++judged);
  for (let i = 0; i < 3000; i++) fates.of(`x-${i}`);
  expect(fates.of('x-2999')).toBe(3000);
  expect(fates.of('x-0')).toBe(3001);
});

it('every one of several Connection fields counts', () => {
  const listed = listedIn(['Connection', 'x-one', 'Via', '1.1 a', 'connection', 'X-Two, close']);
  expect(['X-One', 'x-two', 'via'].map((name) => isListed(listed, name))).toEqual([true, true, false]);
});
