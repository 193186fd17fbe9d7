/** The engine's `AccessLog`: lines go out in batches. A reader that does not keep up costs lines, never requests. */
import type { AccessLog } from '@gatehouse/engine';
import { head } from './request-metrics';

const FLUSH_MS = 100;
const FLUSH_BYTES = 64 * 1024;
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;

/** A `Writable` will do. */
export interface LineSink {
  write(text: string, done?: (error?: Error | null) => void): boolean;
}

export class AccessLogWriter implements AccessLog {
  private lines: string[] = [];
  private bufferedBytes = 0;
  private sendingBytes = 0;
  private dropped = 0;
  private written = 0;
  private timer: NodeJS.Timeout | undefined;
  private beside: () => void = () => undefined;

  constructor(
    private readonly sink: LineSink,
    private readonly maxBufferedBytes = MAX_BUFFERED_BYTES,
  ) {}

  write(line: string): void {
    if (this.bufferedBytes + this.sendingBytes + line.length > this.maxBufferedBytes) {
      this.dropped++;
      return;
    }
    this.lines.push(line);
    this.bufferedBytes += line.length + 1;
    if (this.bufferedBytes >= FLUSH_BYTES) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  /** `act` runs before each handing over: what is counted with the lines is then written with them. */
  beforeFlush(act: () => void): void {
    this.beside = act;
  }

  /** Hands over what is buffered. */
  flush(): void {
    this.beside();
    clearTimeout(this.timer);
    this.timer = undefined;
    const { lines } = this;
    const bytes = this.bufferedBytes;
    if (lines.length === 0) return;
    this.lines = [];
    this.bufferedBytes = 0;
    this.sendingBytes += bytes;
    const done = (error?: Error | null): void => {
      this.sendingBytes -= bytes;
      if (error) this.dropped += lines.length;
      else this.written += lines.length;
    };
    try {
      this.sink.write(`${lines.join('\n')}\n`, done);
    } catch (error) {
      done(error instanceof Error ? error : new Error('not written'));
    }
  }

  expose(): string {
    return (
      `${head('gatehouse_access_log_lines_total', 'counter', 'Access-log lines, by what became of them.')}` +
      `gatehouse_access_log_lines_total{result="written"} ${this.written}\n` +
      `gatehouse_access_log_lines_total{result="dropped"} ${this.dropped}\n`
    );
  }
}
