import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../testing/node-under-test';
import { absolveTrials, Trials } from './trials';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
let due: number;

beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'snapshots', 'trials.json');
  due = 0;
  jest.useFakeTimers({ now: 1_800_000_000_000, doNotFake: ['nextTick', 'setImmediate'] });
});
afterEach(() => {
  jest.useRealTimers();
  folder.remove();
});

/** A process after the one before it, whose timers died with it: what they wrote late would be taken for the new one's. */
async function started(): Promise<Trials> {
  jest.clearAllTimers();
  const trials = new Trials(file, () => due++);
  await trials.load();
  return trials;
}

it('blames nothing for one death, and leaves out what was on trial at two', async () => {
  await (await started()).begin(['a']);
  const second = await started();
  expect(second.refusal({ hash: 'a' })).toBeUndefined();
  await second.begin(['a']);
  const third = await started();
  expect(third.refusal({ hash: 'a' })).toMatch(/ended 2 times .* again at 2027-01-15T08:01:00/);
  expect(third.refusal({ hash: 'b' })).toBeUndefined();
});

it('blames nothing that has served for its time before the second death', async () => {
  await (await started()).begin(['a']);
  const second = await started();
  await second.begin(['a']);
  jest.advanceTimersByTime(10_002);
  expect(second.isOnTrial('a')).toBe(false);
  await second.begin([]);
  await second.close();
  expect(existsSync(file)).toBe(false);
});

it.each(['an orderly end', 'a kill from outside'])('takes %s for no death', async (how) => {
  for (let i = 0; i < 3; i++) {
    const trials = await started();
    expect(trials.refusal({ hash: 'a' })).toBeUndefined();
    await trials.begin(['a']);
    if (how === 'an orderly end') await trials.close();
    else absolveTrials(file);
  }
});

it.each(['h0', 'h77', 'h99'])(
  'finds %s of a hundred in few deaths, and leaves out no other for long',
  async (poison) => {
    const hashes = Array.from({ length: 100 }, (_, i) => `h${i}`);
    const served = new Set<string>();
    let trials = await started();
    let deaths = 0;
    let seconds = 0;
    const isFound = (): boolean => /ended \d times/.test(trials.refusal({ hash: poison }) ?? '');
    while (served.size < 99 || !isFound()) {
      expect(deaths + seconds).toBeLessThan(300);
      const next = hashes.filter((hash) => !served.has(hash) && trials.refusal({ hash }) === undefined);
      await trials.begin(next);
      for (const hash of next) served.add(hash);
      if (served.has(poison)) {
        trials = await started();
        served.clear();
        deaths++;
      } else {
        jest.advanceTimersByTime(1000);
        seconds++;
      }
    }
    expect(deaths).toBeLessThanOrEqual(16);
    expect(seconds).toBeLessThanOrEqual(160);
  },
);

it('tries again what it left out, later each time, and says when', async () => {
  const rests: number[] = [];
  for (let i = 0; i < 12; i++) {
    const trials = await started();
    const refusal = trials.refusal({ hash: 'a' });
    if (refusal !== undefined) {
      const at = Date.parse(/again at (\S+)/.exec(refusal)?.[1] ?? '');
      rests.push((at - Date.now()) / 60_000);
      jest.advanceTimersByTime(at - Date.now() + 2);
      expect(due).toBe(rests.length);
    }
    await trials.begin(['a']);
  }
  expect(rests).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
});

it.each(['', '[{"hash":', 'null', '[null,7]', '[{"hash":"b","until":"soon","deaths":9,"isOnTrial":false}]'])(
  'goes on after a file that says %p',
  async (text) => {
    await (await started()).begin(['a']);
    writeFileSync(file, text);
    const trials = await started();
    expect(trials.refusal({ hash: 'b' })).toBeUndefined();
    await trials.begin(['b']);
    expect(readFileSync(file, 'utf8')).toContain('"b"');
  },
);
