/** The engine's `AccessLog`: lines go out in batches. A reader that does not keep up costs lines, never requests. */
import type { AccessLog } from '@gatehouse/engine';
import { head } from './request-metrics';

const FLUSH_MS = 100;
const FLUSH_BYTES = 64 * 1024;
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;

/** UTF-8 of one UTF-16 code unit, at most. */
const MOST_BYTES = 3;
const LINE_END = 10;
const NO_BYTES = Buffer.alloc(0);

/** A `Writable` will do. */
export interface LineSink {
  write(lines: Uint8Array, done?: (error?: Error | null) => void): boolean;
}

export class AccessLogWriter implements AccessLog {
  /** A line is bytes as soon as it comes: as a text it would keep all that it was put together from until it leaves. */
  private bytes = NO_BYTES;
  private used = 0;
  private lines = 0;
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
    const most = line.length * MOST_BYTES + 1;
    if (this.used + most > this.bytes.length) this.makeRoom(most);
    if (this.used + this.sendingBytes + line.length > this.maxBufferedBytes) {
      this.dropped++;
      return;
    }
    this.used += this.bytes.write(line, this.used, 'utf8');
    this.bytes[this.used++] = LINE_END;
    this.lines++;
    if (this.used >= FLUSH_BYTES) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  /** Does not flush: what is counted with the line that comes would be written without it. */
  private makeRoom(bytes: number): void {
    const { used } = this;
    const roomier = Buffer.allocUnsafeSlow(Math.max(used + bytes, 2 * FLUSH_BYTES));
    this.bytes.copy(roomier, 0, 0, used);
    this.bytes = roomier;
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
    const { lines, used } = this;
    if (lines === 0) return;
    const bytes = this.bytes.subarray(0, used);
    // The rest of the room is for the next lines.
    this.bytes = this.bytes.subarray(used);
    this.used = this.lines = 0;
    this.sendingBytes += used;
    const done = (error?: Error | null): void => {
      this.sendingBytes -= used;
      if (error) this.dropped += lines;
      else this.written += lines;
    };
    try {
      this.sink.write(bytes, done);
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
