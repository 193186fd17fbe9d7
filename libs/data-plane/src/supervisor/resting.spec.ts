import fc from 'fast-check';
import { turned, type Occupied } from './resting';

const NOW_MS = 100_000;

const active = (occupancy: number): Occupied => ({
  occupancy,
  isResting: false,
  isTaking: true,
  heardMs: NOW_MS - 2900,
});
const resting = (occupancy: number): Occupied => ({
  occupancy,
  isResting: true,
  isTaking: false,
  heardMs: NOW_MS - 2900,
});
const waking = (occupancy: number): Occupied => ({
  occupancy,
  isResting: false,
  isTaking: false,
  heardMs: NOW_MS - 2900,
});
const stuck = (one: Occupied): Occupied => ({ ...one, heardMs: NOW_MS - 3000 });

it.each<[string, Occupied, Occupied, boolean]>([
  ['takes connections while it holds few, however uneven that is', active(0.49), active(0), false],
  ['rests once it holds many and another far less', active(0.5), active(0.44), true],
  ['goes on where another holds a little less', active(0.9), active(0.86), false],
  ['goes on until another does take connections', active(0.9), waking(0.1), false],
  ['rests until the other has come close', resting(0.9), active(0.87), false],
  ['is woken when the other has come close', resting(0.9), active(0.885), true],
  ['does not rest for one that is stuck', active(0.9), stuck(active(0)), false],
  ['is woken when the other is stuck', resting(0.9), stuck(active(0)), true],
  ['rests even if it is stuck', stuck(active(0.9)), active(0.1), true],
  ['is woken when it has lost what it held', resting(0.4), active(0.4), true],
])('a worker %s', (_what, one, other, isTurned) => {
  expect(turned([one, other], NOW_MS).includes(one)).toBe(isTurned);
});

it('lets the fullest rest first, and two go on', () => {
  const workers = [active(0.7), active(0.9), active(0.8), active(0)];
  expect(turned(workers, NOW_MS)).toEqual([active(0.9), active(0.8)]);
});

const anyWorker = fc
  .record({
    occupancy: fc.double({ min: 0, max: 1, noNaN: true }),
    isResting: fc.boolean(),
    isTaking: fc.boolean(),
    heardMs: fc.constantFrom(NOW_MS, NOW_MS - 3000),
  })
  .map((worker) => ({ ...worker, isTaking: worker.isTaking && !worker.isResting }));

it('never stops the last ones that take connections, and always wakes the emptiest', () => {
  fc.assert(
    fc.property(fc.array(anyWorker, { minLength: 1, maxLength: 16 }), (workers) => {
      const told = turned(workers, NOW_MS);
      const well = workers.filter(({ heardMs }) => heardMs === NOW_MS);
      const taking = well.filter(({ isTaking }) => isTaking);
      const left = taking.filter((worker) => !told.includes(worker)).length;
      expect(left).toBeGreaterThanOrEqual(Math.min(taking.length, 2, Math.max(1, well.length - 1)));
      const emptiest = Math.min(...well.map(({ occupancy }) => occupancy));
      const isAwake = (worker: Occupied): boolean => worker.isResting === told.includes(worker);
      expect(workers.filter(({ occupancy }) => occupancy <= emptiest).every(isAwake)).toBe(true);
    }),
  );
});
