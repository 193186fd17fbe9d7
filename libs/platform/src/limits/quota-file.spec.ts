import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../logging/logger';
import { limitsContract } from './limits.contract';
import { MemoryLimits } from './memory-limits';
import { QuotaFile } from './quota-file';

let folder: string;
let log: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-quotas-'));
  log = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const logger = createLogger('warn', { write: (line: string) => log.push(line) });
const open = (path = join(folder, 'quotas')): QuotaFile => new QuotaFile(path, logger);
const later = Date.now() + 3_600_000;

limitsContract('memory with a file', {
  open: async () => {
    const store = new MemoryLimits(open());
    return { store, other: store, close: async () => store.close() };
  },
});

it('what was handed out is handed out after a restart, whether the process could say goodbye or not', async () => {
  const request = { quota: 'q', limit: 10, charged: 0, keepMs: 60_000 };
  const first = new MemoryLimits(open());
  const took = await first.lease('n1', [], [{ ...request, holder: 1, spent: 0, want: 4 }]);
  expect(took.quotas).toEqual([{ granted: 4, level: 6 }]);
  // Nothing was closed.
  const second = new MemoryLimits(open());
  const rest = await second.lease('n2', [], [{ ...request, holder: 2, spent: 0, want: 0 }]);
  expect(rest.quotas).toEqual([{ granted: 0, level: 6 }]);
  // A call more than the store knew of, and then all is given back.
  await second.lease('n2', [], [{ ...request, holder: 2, spent: 1, want: 0, level: 6 }]);
  const third = new MemoryLimits(open());
  expect((await third.lease('n3', [], [{ ...request, holder: 3, spent: 0, want: 0 }])).quotas).toEqual([
    { granted: 0, level: 5 },
  ]);
});

it('forgets what nobody asks for any more', () => {
  const file = open();
  file.keep({ quota: 'old', used: 1, untilMs: Date.now() - 1 });
  file.keep({ quota: 'new', used: 2, untilMs: later });
  expect(open().read()).toEqual([{ quota: 'new', used: 2, untilMs: later }]);
  expect(readFileSync(join(folder, 'quotas'), 'utf8')).not.toContain('old');
});

it('passes over lines that are none, and one that was cut off spoils none', () => {
  const path = join(folder, 'quotas');
  const line = (quota: string, used: unknown): string => JSON.stringify({ quota, used, untilMs: later });
  writeFileSync(path, ['x', '{}', 'null', '[]', line('a', 1), line('b', 'no'), line('a', 3)].join('\n'));
  appendFileSync(path, '\n{"quota":"c","us');
  const file = open();
  expect(file.read()).toEqual([{ quota: 'a', used: 3, untilMs: later }]);
  file.keep({ quota: 'd', used: 4, untilMs: later });
  expect(
    open()
      .read()
      .map(({ quota }) => quota),
  ).toEqual(['a', 'd']);
});

it('stays small, and nobody else may read it', () => {
  const file = open();
  for (let used = 0; used < 30_000; used++) file.keep({ quota: `q${used % 50}`, used, untilMs: later });
  const { size, mode } = statSync(join(folder, 'quotas'));
  expect(size).toBeLessThan(1_200_000);
  expect(mode & 0o077).toBe(0);
  expect(open().read()).toHaveLength(50);
});

it('counts on where it cannot write, says so once, and writes all when it can', () => {
  const path = join(folder, 'place', 'quotas');
  writeFileSync(join(folder, 'place'), 'no folder');
  const file = open(path);
  for (const quota of ['a', 'b']) file.keep({ quota, used: 1, untilMs: later });
  expect(log).toHaveLength(1);
  rmSync(join(folder, 'place'));
  file.keep({ quota: 'c', used: 1, untilMs: later });
  expect(existsSync(path)).toBe(true);
  expect(
    open(path)
      .read()
      .map(({ quota }) => quota),
  ).toEqual(['a', 'b', 'c']);
});
