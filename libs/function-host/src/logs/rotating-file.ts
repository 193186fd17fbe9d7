/** A log file that is moved aside when it has grown: `name`, `name.1`, `name.2`; older ones go. */
import { createWriteStream, existsSync, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';

export interface RotationLimits {
  readonly maxBytes: number;
  /** Files beside the current one. */
  readonly kept: number;
}

/** Lines are gathered for this long: one write to the disk for each would cost a warm call more than the call. */
const GATHER_MS = 20;

export class RotatingFile {
  private stream?: WriteStream;
  private gathered: string[] = [];
  private timer?: NodeJS.Timeout;
  private bytes = 0;
  private isClosed = false;

  constructor(
    readonly path: string,
    private readonly limits: RotationLimits,
    private readonly onError: (error: Error) => void,
  ) {}

  /** Never throws or waits; a disk that refuses is told to `onError`, and what was written then is lost. */
  write(text: string): void {
    if (this.isClosed) return;
    this.gathered.push(text);
    this.timer ??= setTimeout(() => this.flush(), GATHER_MS).unref();
  }

  close(): Promise<void> {
    this.flush();
    const { stream } = this;
    this.isClosed = true;
    return new Promise((resolve) => (stream ? stream.end(() => resolve()) : resolve()));
  }

  /** For a log whose folder is on its way out. */
  discard(): void {
    this.gathered = [];
    void this.close();
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const text = Buffer.from(this.gathered.splice(0).join(''));
    if (text.length === 0 || this.isClosed) return;
    const stream = this.stream ?? this.open();
    stream.write(text);
    this.bytes += text.length;
    if (this.bytes >= this.limits.maxBytes) this.rotate();
  }

  private open(): WriteStream {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    this.bytes = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    const stream = createWriteStream(this.path, { flags: 'a', mode: 0o600 });
    stream.on('error', (error) => this.isClosed || this.onError(error));
    this.stream = stream;
    return stream;
  }

  /** What is still on its way to the old file goes on going there: a descriptor follows its file, not the name. */
  private rotate(): void {
    const { stream } = this;
    if (stream?.pending === true) return;
    stream?.end();
    this.stream = undefined;
    for (let age = this.limits.kept; age > 0; age--) {
      const from = age === 1 ? this.path : `${this.path}.${age - 1}`;
      if (existsSync(from)) renameSync(from, `${this.path}.${age}`);
    }
  }
}
