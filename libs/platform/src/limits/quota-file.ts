/**
 * What quotas have handed out, on the disk of the one process that counts them: a line for each change, written before what was
 * handed out is used. A process that is killed loses nothing of it, a machine that goes down what its disk had not yet.
 */
import { readFileSync } from 'node:fs';
import { LineFile } from '../line-file';
import { reasonOf, type Logger } from '../logging/logger';

export interface KeptQuota {
  readonly quota: string;
  readonly used: number;
  /** Epoch milliseconds; after that nobody asks for it. */
  readonly untilMs: number;
}

/** The file is written anew when it is so much larger than twice what it held then: however many quotas, each costs a few lines. */
const SPARE_BYTES = 1024 * 1024;

export class QuotaFile {
  private readonly file: LineFile;
  private readonly known = new Map<string, KeptQuota>();
  private writtenBytes = 0;
  /** Does the file not hold what it should? */
  private hasMissed = false;
  private isWell = true;

  constructor(
    private readonly path: string,
    private readonly logger: Logger,
  ) {
    this.file = new LineFile(path);
  }

  /** Those of before that still count. A line that is none, as one that was cut off, is left out. */
  read(): KeptQuota[] {
    for (const line of linesOf(this.path)) {
      const quota = quotaIn(line);
      if (quota !== undefined) this.known.set(quota.quota, quota);
    }
    this.onDisk(() => this.writeAnew());
    return [...this.known.values()];
  }

  /** What cannot be written is kept in memory, and said. */
  keep(quota: KeptQuota): void {
    this.known.set(quota.quota, quota);
    this.onDisk(() => {
      const hadMissed = this.hasMissed;
      this.hasMissed = true;
      if (hadMissed || this.file.bytes > 2 * this.writtenBytes + SPARE_BYTES) this.writeAnew();
      else this.file.append(JSON.stringify(quota));
      this.hasMissed = false;
    });
  }

  close(): void {
    this.file.close();
  }

  private forget(): void {
    const nowMs = Date.now();
    for (const [name, { untilMs }] of this.known) if (untilMs <= nowMs) this.known.delete(name);
  }

  private writeAnew(): void {
    this.forget();
    this.file.replace([...this.known.values()].map((quota) => JSON.stringify(quota)));
    this.writtenBytes = this.file.bytes;
  }

  private onDisk(act: () => void): void {
    try {
      act();
      this.isWell = true;
    } catch (error) {
      if (this.isWell) this.logger.warn('quotas cannot be written down', { reason: reasonOf(error) });
      this.isWell = false;
    }
  }
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function quotaIn(line: string): KeptQuota | undefined {
  try {
    const { quota, used, untilMs } = JSON.parse(line) as Partial<KeptQuota>;
    const isOne = typeof quota === 'string' && Number.isSafeInteger(used) && Number.isFinite(untilMs);
    return isOne ? { quota, used: used ?? 0, untilMs: untilMs ?? 0 } : undefined;
  } catch {
    return undefined;
  }
}
