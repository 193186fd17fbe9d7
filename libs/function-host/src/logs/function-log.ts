/**
 * The log of one function: what its processes print, line by line, each with its time and log stream, and Lambda's own
 * START, END and REPORT lines.
 */
import { RotatingFile, type RotationLimits } from './rotating-file';

/** About 30 MB a function. */
const LIMITS: RotationLimits = { maxBytes: 10 * 1024 * 1024, kept: 2 };
/** A line without end is cut here. */
const MAX_LINE = 256 * 1024;
/** What `LogType=Tail` shows: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestSyntax */
const TAIL_BYTES = 4096;

export class FunctionLog {
  private readonly file: RotatingFile;

  constructor(path: string, onError: (error: Error) => void) {
    this.file = new RotatingFile(path, LIMITS, onError);
  }

  /** The writer of one sandbox; `stream` is its log stream's name. */
  open(stream: string): SandboxLog {
    return new SandboxLog((lines) => {
      const mark = `${new Date().toISOString()}\t${stream}\t`;
      this.file.write(lines.map((line) => `${mark}${line}\n`).join(''));
    });
  }

  close(): Promise<void> {
    return this.file.close();
  }

  /** Closes without writing what is still to be written. */
  discard(): void {
    this.file.discard();
  }
}

export class SandboxLog {
  private rest = '';
  private tail?: Buffer;

  constructor(private readonly write: (lines: readonly string[]) => void) {}

  /** From now on the last bytes are remembered. */
  startTail(): void {
    this.tail = Buffer.alloc(0);
  }

  /** The last 4 KB since `startTail`. */
  takeTail(): Buffer {
    const { tail = Buffer.alloc(0) } = this;
    this.tail = undefined;
    return tail;
  }

  line(text: string): void {
    this.output(Buffer.from(this.rest === '' ? `${text}\n` : `\n${text}\n`));
  }

  output(chunk: Buffer): void {
    if (this.tail) this.tail = Buffer.concat([this.tail, chunk]).subarray(-TAIL_BYTES);
    const lines = (this.rest + chunk.toString('utf8')).split('\n');
    this.rest = lines.pop() ?? '';
    if (this.rest.length > MAX_LINE) lines.push(this.rest.slice(0, MAX_LINE));
    if (this.rest.length > MAX_LINE) this.rest = '';
    if (lines.length > 0) this.write(lines);
  }
}
