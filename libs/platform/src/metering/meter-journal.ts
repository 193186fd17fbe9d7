/**
 * Batches of one life of a node that are not acknowledged yet, in memory and in a file: a line of JSON each. What nobody was sent
 * yet is one batch when it goes, under the number of the last of them; the file may still have them one by one. Either is
 * right for whoever reads it after a death: if the sum was counted, none of its parts is news.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { sumRows, type MeterRow } from '@gatehouse/engine';
import { LineFile } from '../line-file';
import { ENDING, type MeterBatch, type MeterDelivery } from './meter-store';

/** So many are summed up while nobody takes them: those of a minute. */
const MOST_FRESH = 600;
/** Of one delivery, where it is of more than one batch. */
const MOST_ROWS = 2000;
/** The file is written anew when it is so much larger than what it must hold, which must be little. */
const SPARE_BYTES = 1024 * 1024;

export class MeterJournal {
  private readonly path: string;
  private readonly file: LineFile;
  /** May have been sent. */
  private ready: MeterBatch[] = [];
  /** Was not sent. */
  private fresh: MeterBatch[] = [];
  private lastNumber = 0;
  private isClosed = false;
  /** Does the file not hold what it should? */
  private hasMissed = false;

  /** `source` becomes the file's name. Nothing is written before the first batch. */
  constructor(
    folder: string,
    readonly source: string,
  ) {
    this.path = join(folder, source + ENDING);
    this.file = new LineFile(this.path);
  }

  /** Of the batch that was appended last; 0 = none yet. */
  get last(): number {
    return this.lastNumber;
  }

  /** Throws where it cannot be written down; it is kept in memory all the same. */
  append(rows: readonly MeterRow[]): void {
    if (rows.length === 0) return;
    const batch = { sequence: ++this.lastNumber, rows };
    this.fresh.push(batch);
    if (this.fresh.length >= MOST_FRESH) this.sumUp();
    const hadMissed = this.hasMissed;
    this.hasMissed = true;
    this.file.append(JSON.stringify(batch));
    if (hadMissed) this.writeAnew();
    this.hasMissed = false;
  }

  /** From the oldest on; `undefined` = nothing waits. */
  pending(): MeterDelivery | undefined {
    if (this.ready.length === 0) this.sumUp();
    if (this.ready.length === 0) return undefined;
    let rows = 0;
    const end = this.ready.findIndex((batch, i) => (rows += batch.rows.length) > MOST_ROWS && i > 0);
    return { source: this.source, batches: this.ready.slice(0, end < 0 ? undefined : end) };
  }

  /** The file may tell of some that are known already. */
  acknowledge({ batches }: MeterDelivery): void {
    // Its path may be another life's by now.
    if (this.isClosed) return;
    const upTo = batches.at(-1)?.sequence ?? 0;
    this.ready = this.ready.filter(({ sequence }) => sequence > upTo);
    try {
      if (this.ready.length + this.fresh.length === 0) this.file.empty();
      else if (this.file.bytes > 2 * SPARE_BYTES && this.ready.length < 2) this.shrink();
    } catch {
      // What is counted is counted; the file is right again with the next batch that can be written.
      this.hasMissed = true;
    }
  }

  /** Tells other lives, now and then, that this one is not over; writes the file anew where it is gone. Throws as `append` does. */
  touch(): void {
    if (!this.isClosed && !this.file.touch()) this.writeAnew();
  }

  /** What waits stays for the next life. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.file.close();
    if (this.ready.length + this.fresh.length > 0) return;
    try {
      rmSync(this.path, { force: true });
    } catch {
      // All that it may tell is known.
    }
  }

  private sumUp(): void {
    const [first, ...others] = this.fresh;
    if (first === undefined) return;
    const { sequence } = others.at(-1) ?? first;
    this.ready.push({ sequence, rows: sumRows(this.fresh.flatMap(({ rows }) => rows)) });
    this.fresh = [];
  }

  private shrink(): void {
    const lines = this.lines();
    if (lines.reduce((all, { length }) => all + length, 0) <= SPARE_BYTES) this.file.replace(lines);
  }

  private writeAnew(): void {
    this.file.replace(this.lines());
  }

  private lines(): string[] {
    return [...this.ready, ...this.fresh].map((batch) => JSON.stringify(batch));
  }
}
