/** What lives of a node that are over have left in its folder; a file that was just touched is somebody's who lives. */
import { createReadStream, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { batchIn, ENDING, type MeterBatch, type MeterDelivery } from './meter-store';

/** Who lives touches his file every second. */
const DEAD_MS = 5000;
/** Of one delivery, where it is of more than one batch. */
const MOST_ROWS = 2000;

export class MeterRemains {
  /** `own` is the source that lives here. */
  constructor(
    private readonly folder: string,
    private readonly own: string,
    private readonly deadMs = DEAD_MS,
  ) {}

  /** Of lives that are over. Throws where the folder cannot be read. */
  sources(): string[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder)
      .filter((name) => name.endsWith(ENDING) && name !== this.own + ENDING)
      .map((name) => name.slice(0, -ENDING.length))
      .filter((source) => this.isOver(source));
  }

  /** A line that is no batch was torn, and never sent. */
  async *deliveriesOf(source: string): AsyncGenerator<MeterDelivery> {
    let batches: MeterBatch[] = [];
    let rows = 0;
    for await (const line of createInterface({ input: createReadStream(this.pathOf(source)) })) {
      const batch = batchIn(parsed(line));
      if (batch === undefined) continue;
      if (rows > 0 && rows + batch.rows.length > MOST_ROWS) {
        yield { source, batches };
        [batches, rows] = [[], 0];
      }
      batches.push(batch);
      rows += batch.rows.length;
    }
    if (batches.length > 0) yield { source, batches };
  }

  /** All of it is counted. */
  forget(source: string): void {
    if (!this.isOver(source)) return;
    rmSync(this.pathOf(source), { force: true });
    rmSync(`${this.pathOf(source)}.new`, { force: true });
  }

  /** A clock that was set does not keep it for long. */
  private isOver(source: string): boolean {
    const stats = statSync(this.pathOf(source), { throwIfNoEntry: false });
    return stats?.isFile() === true && Math.abs(Date.now() - stats.mtimeMs) >= this.deadMs;
  }

  private pathOf(source: string): string {
    return join(this.folder, source + ENDING);
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
