/** Writes a streamed body as fast as the client takes it. The head leaves with the first bytes, or alone if they are late. */
import { latin1Of } from '../latin1';
import type { AnswerHead } from './answer';
import type { Exchange } from './exchange';

/** Chunks up to this are joined to their size line. */
const SMALL_CHUNK_BYTES = 2048;

export interface BodyPump {
  /** Does it wait for the client? */
  readonly isStalled: boolean;
  stop(): void;
}

export function pumpBody(body: AsyncIterable<Uint8Array>, head: AnswerHead, exchange: Exchange): BodyPump {
  const pump = new Pump(body[Symbol.asyncIterator](), head, exchange);
  void pump.run();
  return pump;
}

class Pump implements BodyPump {
  isStalled = false;
  private isStopped = false;
  private unsentHead: string;
  private wake: (() => void) | undefined = undefined;

  constructor(
    private readonly source: AsyncIterator<Uint8Array>,
    private readonly head: AnswerHead,
    private readonly exchange: Exchange,
  ) {
    this.unsentHead = head.text;
  }

  async run(): Promise<void> {
    const { socket } = this.exchange.connection;
    const early = setImmediate(() => this.sendHead());
    const onDrain = (): void => this.drained();
    socket.on('drain', onDrain);
    try {
      for (;;) {
        const step: IteratorResult<Uint8Array, undefined> = await this.source.next();
        if (this.isStopped) return;
        if (step.done === true) break;
        if (step.value.byteLength > 0 && !this.write(step.value)) await this.drain();
        if (this.isStopped) return;
      }
      this.end();
    } catch {
      if (!this.isStopped) this.exchange.connection.cutOff();
    } finally {
      clearImmediate(early);
      socket.off('drain', onDrain);
    }
  }

  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.drained();
    this.source.return?.().then(undefined, () => undefined);
  }

  private sendHead(): void {
    if (this.unsentHead === '' || this.isStopped) return;
    this.exchange.connection.socket.write(this.unsentHead, 'latin1');
    this.unsentHead = '';
  }

  private write(chunk: Uint8Array): boolean {
    const { socket } = this.exchange.connection;
    const { isChunked, contentLength } = this.head;
    this.exchange.sentBytes += chunk.byteLength;
    if (contentLength !== undefined && this.exchange.sentBytes > contentLength)
      throw new RangeError('too long');
    const before = isChunked ? `${this.unsentHead}${chunk.byteLength.toString(16)}\r\n` : this.unsentHead;
    const after = isChunked ? '\r\n' : '';
    this.unsentHead = '';
    if (before === '') return socket.write(chunk);
    if (chunk.byteLength <= SMALL_CHUNK_BYTES) {
      const text = latin1Of(chunk, 0, chunk.byteLength);
      return socket.write(before + text + after, 'latin1');
    }
    socket.cork();
    socket.write(before, 'latin1');
    let isRoomLeft = socket.write(chunk);
    if (after !== '') isRoomLeft = socket.write(after, 'latin1');
    socket.uncork();
    return isRoomLeft;
  }

  private end(): void {
    const { isChunked, contentLength } = this.head;
    if (contentLength !== undefined && contentLength !== this.exchange.sentBytes)
      throw new RangeError('too short');
    const rest = this.unsentHead + (isChunked ? '0\r\n\r\n' : '');
    this.unsentHead = '';
    if (rest !== '') this.exchange.connection.socket.write(rest, 'latin1');
    this.exchange.flushed();
  }

  private drain(): Promise<void> {
    const { connection } = this.exchange;
    if (!connection.socket.writableNeedDrain) return Promise.resolve();
    this.isStalled = true;
    connection.context.wheel.set(connection, connection.context.deadlines.stallMs);
    return new Promise((resolve) => (this.wake = resolve));
  }

  private drained(): void {
    const { wake } = this;
    if (wake === undefined) return;
    this.wake = undefined;
    this.isStalled = false;
    this.exchange.unstalled();
    wake();
  }
}
