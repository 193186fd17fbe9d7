/**
 * Batches that are not acknowledged yet, in memory and in one file a life of a node: a line of JSON each. It is written within one
 * system call and not synced, so it outlives the process, though not the machine. What another life left behind is read at the
 * start; its last line may be torn, and then was never counted.
 */
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { MeterRow } from '@gatehouse/engine';
import { isBatch, type MeterBatch, type MeterDelivery } from './meter-store';

const ENDING = '.jsonl';

export class MeterJournal {
  private readonly file: number;
  private waiting: MeterBatch[] = [];
  private last = 0;
  private isClosed = false;

  /** `source` becomes the file's name. */
  constructor(
    private readonly folder: string,
    readonly source: string,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.file = openSync(join(folder, source + ENDING), 'a', 0o600);
  }

  append(rows: readonly MeterRow[]): void {
    if (rows.length === 0) return;
    const batch = { sequence: ++this.last, rows };
    this.waiting.push(batch);
    writeSync(this.file, `${JSON.stringify(batch)}\n`);
  }

  pending(): MeterDelivery | undefined {
    if (this.waiting.length === 0) return undefined;
    return { source: this.source, batches: [...this.waiting] };
  }

  /** The file is emptied when nothing waits; until then it may tell what is known already. */
  acknowledge({ batches }: MeterDelivery): void {
    // Its number may be another file's by now.
    if (this.isClosed) return;
    const upTo = batches.at(-1)?.sequence ?? 0;
    this.waiting = this.waiting.filter(({ sequence }) => sequence > upTo);
    if (this.waiting.length === 0) ftruncateSync(this.file, 0);
  }

  /** Of lives that are over. */
  leftBehind(): MeterDelivery[] {
    return readdirSync(this.folder)
      .filter((name) => name.endsWith(ENDING) && name !== this.source + ENDING)
      .map((name) => ({ source: name.slice(0, -ENDING.length), batches: read(join(this.folder, name)) }));
  }

  forget({ source }: MeterDelivery): void {
    rmSync(join(this.folder, source + ENDING), { force: true });
  }

  /** What waits stays for the next life. */
  close(): void {
    this.isClosed = true;
    closeSync(this.file);
    if (this.waiting.length === 0) this.forget({ source: this.source, batches: [] });
  }
}

function read(path: string): MeterBatch[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const batch = parsed(line);
      return isBatch(batch) ? [batch] : [];
    });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
