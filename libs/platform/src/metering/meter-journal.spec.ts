import fs, {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MeterJournal } from './meter-journal';
import { MeterRemains } from './meter-remains';
import { deliveryOf, ROW } from './meters.contract';
import type { MeterBatch, MeterDelivery } from './meter-store';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'gatehouse-journal-'))));
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const path = (): string => join(folder, 'n1.jsonl');
const open = (): MeterJournal => new MeterJournal(folder, 'n1');
/** Takes what waits, as if it had been counted. */
function sent(journal: MeterJournal): MeterDelivery | undefined {
  const delivery = journal.pending();
  if (delivery) journal.acknowledge(delivery);
  return delivery;
}
/** As another life finds it after a death. */
async function left(): Promise<readonly MeterBatch[]> {
  const batches: MeterBatch[] = [];
  for await (const one of new MeterRemains(folder, 'n2', 0).deliveriesOf('n1')) batches.push(...one.batches);
  return batches;
}
const calls = (batches: readonly MeterBatch[] = []): number =>
  batches.flatMap(({ rows }) => rows).reduce((all, row) => all + row.calls, 0);
const numbers = (batches: readonly MeterBatch[]): number[] => batches.map(({ sequence }) => sequence);

describe('a journal', () => {
  it('keeps what it was given until it is acknowledged, as one batch under the last number', () => {
    const journal = open();
    expect(journal.pending()).toBeUndefined();
    journal.append([ROW]);
    journal.append([]);
    journal.append([ROW]);
    const two = journal.pending();
    expect(two).toEqual({ source: 'n1', batches: [{ sequence: 2, rows: [{ ...ROW, ...double(ROW) }] }] });
    journal.append([ROW]);
    expect(journal.pending()).toEqual(two);
    if (two) journal.acknowledge(two);
    expect(journal.pending()).toEqual(deliveryOf('n1', 3));
    journal.close();
  });

  it('leaves what waits to the next life, batch by batch', async () => {
    const journal = open();
    for (let i = 0; i < 3; i++) journal.append([ROW]);
    journal.pending();
    expect(await left()).toEqual(deliveryOf('n1', 1, 2, 3).batches);
    journal.close();
    expect(await left()).toHaveLength(3);
  });

  it('takes no room when nothing waits, and no file when it ends so', () => {
    const journal = open();
    journal.append([ROW]);
    sent(journal);
    expect(readFileSync(path(), 'utf8')).toBe('');
    journal.append([ROW]);
    expect(journal.pending()).toEqual(deliveryOf('n1', 2));
    sent(journal);
    journal.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes little room when something always waits', async () => {
    const journal = open();
    const rows = Array.from({ length: 100 }, (_, i) => ({ ...ROW, route: `GET /${i}` }));
    let largest = 0;
    for (let i = 0; i < 1000; i++) {
      journal.append(rows);
      const delivery = journal.pending();
      journal.append(rows);
      if (delivery) journal.acknowledge(delivery);
      largest = Math.max(largest, statSync(path()).size);
    }
    expect(largest).toBeLessThan(3 * 1024 * 1024);
    expect(numbers(await left()).slice(-1)).toEqual([2000]);
    journal.close();
  });

  it('takes as much memory for a day without an answer as the minutes of that day do', () => {
    const journal = open();
    for (let i = 0; i < 6000; i++) journal.append([{ ...ROW, minute: ROW.minute + Math.floor(i / 600) }]);
    const delivery = journal.pending();
    expect(delivery?.batches).toHaveLength(10);
    expect(calls(delivery?.batches)).toBe(18_000);
    journal.close();
  });

  it('sends no more than a few thousand rows at once, in order, and all of them', () => {
    const journal = open();
    const rows = (many: number) => Array.from({ length: many }, (_, i) => ({ ...ROW, route: `GET /${i}` }));
    for (let i = 0; i < 1200; i++) journal.append(rows(i === 0 ? 3000 : 1));
    journal.append([ROW]);
    const sizes: number[] = [];
    let all = 0;
    for (let one = sent(journal); one !== undefined; one = sent(journal)) {
      sizes.push(one.batches.length);
      all += calls(one.batches);
    }
    expect(sizes).toEqual([1, 1, 1]);
    expect(all).toBe((3000 + 1199 + 1) * ROW.calls);
    journal.close();
  });
});

describe('a disk that fails', () => {
  it('costs no batch, and none that follows, when it cuts a line off', async () => {
    const journal = open();
    const write = fs.writeSync;
    journal.append([ROW]);
    const full = jest.spyOn(fs, 'writeSync');
    full.mockImplementationOnce((file, bytes) =>
      write(file, Buffer.from(bytes as unknown as Uint8Array).subarray(0, 9)),
    );
    full.mockImplementationOnce(() => {
      throw new Error('ENOSPC');
    });
    expect(() => journal.append([ROW])).toThrow('ENOSPC');
    // There is room for a line, though not for all that waits.
    fs.mkdirSync(`${path()}.new`);
    expect(() => journal.append([ROW])).toThrow();
    expect(numbers(await left())).toEqual([1, 3]);
    fs.rmdirSync(`${path()}.new`);
    journal.append([ROW]);
    expect(numbers(await left())).toEqual([1, 2, 3, 4]);
    expect(calls(sent(journal)?.batches)).toBe(12);
    journal.close();
  });

  it('goes on with a line that was only begun', async () => {
    const journal = open();
    const write = fs.writeSync;
    jest
      .spyOn(fs, 'writeSync')
      .mockImplementationOnce((file, bytes) =>
        write(file, Buffer.from(bytes as unknown as Uint8Array).subarray(0, 9)),
      );
    journal.append([ROW]);
    expect(await left()).toEqual(deliveryOf('n1', 1).batches);
    journal.close();
  });

  it('does not keep a node from counting', () => {
    symlinkSync('/dev/full', path());
    const journal = open();
    expect(() => journal.append([ROW])).toThrow('ENOSPC');
    expect(sent(journal)).toEqual(deliveryOf('n1', 1));
    journal.close();
    const nowhere = new MeterJournal(join('/dev/null', 'metering'), 'n1');
    expect(() => nowhere.append([ROW])).toThrow();
    expect(sent(nowhere)).toEqual(deliveryOf('n1', 1));
    nowhere.close();
  });

  it('makes up for a file that somebody has removed', async () => {
    const journal = open();
    journal.append([ROW]);
    rmSync(path());
    journal.append([ROW]);
    journal.touch();
    expect(numbers(await left())).toEqual([1, 2]);
    journal.append([ROW]);
    expect(numbers(await left())).toEqual([1, 2, 3]);
    journal.close();
  });
});

describe('what others have left', () => {
  it('is read as far as it is whole', async () => {
    const lines = deliveryOf('n1', 1, 2, 4).batches.map((batch) => JSON.stringify(batch));
    lines.splice(1, 0, '{"sequence":9,"rows":[{}]}', '', '\u0000\u0000');
    writeFileSync(path(), `${lines.join('\n')}\n{"sequence":5,"ro`);
    expect(await left()).toEqual(deliveryOf('n1', 1, 2, 4).batches);
  });

  it('has every call billed where it comes from a version that did not count those', async () => {
    const { billed: _unknown, ...old } = ROW;
    writeFileSync(path(), JSON.stringify({ sequence: 1, rows: [old] }));
    expect(await left()).toEqual([{ sequence: 1, rows: [{ ...ROW, billed: ROW.calls }] }]);
    writeFileSync(path(), JSON.stringify({ sequence: 1, rows: [{ ...ROW, billed: -1 }] }));
    expect(await left()).toEqual([]);
  });

  it('comes in parts where it is much', async () => {
    const rows = Array.from({ length: 900 }, () => ROW);
    const lines = [1, 2, 3, 4, 5].map((sequence) => JSON.stringify({ sequence, rows }));
    writeFileSync(path(), lines.join('\n'));
    const parts: number[][] = [];
    for await (const { batches } of new MeterRemains(folder, 'n2').deliveriesOf('n1'))
      parts.push(numbers(batches));
    expect(parts).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('is nobody’s who still lives', () => {
    const journal = open();
    journal.append([ROW]);
    const remains = new MeterRemains(folder, 'n2');
    expect(remains.sources()).toEqual([]);
    remains.forget('n1');
    expect(readdirSync(folder)).toEqual(['n1.jsonl']);
    const old = new Date(Date.now() - 60_000);
    fs.utimesSync(path(), old, old);
    expect(remains.sources()).toEqual(['n1']);
    journal.touch();
    expect(remains.sources()).toEqual([]);
    journal.close();
    fs.utimesSync(path(), old, old);
    writeFileSync(`${path()}.new`, 'half');
    expect(new MeterRemains(folder, 'n1').sources()).toEqual([]);
    remains.forget('n1');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is nothing where there is no folder', () => {
    expect(new MeterRemains(join(folder, 'none'), 'n1').sources()).toEqual([]);
  });
});

function double(row: typeof ROW) {
  return {
    calls: 2 * row.calls,
    billed: 2 * row.billed,
    bytesIn: 2 * row.bytesIn,
    bytesOut: 2 * row.bytesOut,
  };
}
