import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MeterJournal } from './meter-journal';
import { deliveryOf, ROW } from './meters.contract';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'gatehouse-journal-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('keeps each batch under its number until it is acknowledged', () => {
  const journal = new MeterJournal(folder, 'n1');
  expect(journal.pending()).toBeUndefined();
  journal.append([ROW]);
  journal.append([]);
  journal.append([ROW]);
  const sent = journal.pending();
  expect(sent).toEqual(deliveryOf('n1', 1, 2));
  journal.append([ROW]);
  if (sent) journal.acknowledge(sent);
  expect(journal.pending()).toEqual(deliveryOf('n1', 3));
  journal.close();
});

it('leaves what waits to the next life, a torn line aside, and forgets it when told', () => {
  const first = new MeterJournal(folder, 'n1');
  first.append([ROW]);
  first.append([ROW]);
  appendFileSync(join(folder, 'n1.jsonl'), '{"sequence":3,"ro');
  const second = new MeterJournal(folder, 'n2');
  expect(second.leftBehind()).toEqual([deliveryOf('n1', 1, 2)]);
  second.forget({ source: 'n1', batches: [] });
  expect(second.leftBehind()).toEqual([]);
  first.close();
  second.close();
  expect(readdirSync(folder)).toEqual([]);
});

it('takes no room when nothing waits', () => {
  const journal = new MeterJournal(folder, 'n1');
  journal.append([ROW]);
  const sent = journal.pending();
  if (sent) journal.acknowledge(sent);
  expect(readFileSync(join(folder, 'n1.jsonl'), 'utf8')).toBe('');
  journal.append([ROW]);
  expect(journal.pending()).toEqual(deliveryOf('n1', 2));
  journal.close();
});
