/** The far end of a tunnel, in a spec's hands. */
import type { ByteChannel } from '../byte-channel';
import { Cancellation } from '../cancellation';
import { MessageBody } from '../message-body';

export class FakeChannel implements ByteChannel {
  /** What was written to it, latin1; bounded, so that bulk is only counted. */
  text = '';
  bytes = 0;
  isEnded = false;
  isAborted = false;
  isBlocked = false;
  refusesWrites = false;
  /** Set = where `incoming` comes from; `undefined` ends it. */
  pull: (() => Uint8Array | undefined) | undefined = undefined;
  readonly signal = new Cancellation();
  private readonly body = new MessageBody(undefined, undefined);
  private wake: (() => void) | undefined = undefined;

  get incoming(): AsyncIterable<Uint8Array> {
    return this.pull === undefined ? this.body.stream() : pulled(this.pull);
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.refusesWrites) throw new Error('no more');
    if (this.isBlocked) await new Promise<void>((resolve) => (this.wake = resolve));
    this.bytes += bytes.byteLength;
    if (this.text.length < 10_000) this.text += Buffer.from(bytes).toString('latin1');
  }

  end(): void {
    this.isEnded = true;
  }

  abort(): void {
    this.isAborted = true;
    this.fail();
  }

  push(text: string): void {
    this.body.push(Buffer.from(text, 'latin1'));
  }

  /** It says no more. */
  finish(): void {
    this.body.end();
  }

  fail(): void {
    this.body.fail(new Error('broken off'));
  }

  breakOff(): void {
    this.signal.abort();
  }

  unblock(): void {
    this.isBlocked = false;
    this.wake?.();
  }
}

async function* pulled(pull: () => Uint8Array | undefined): AsyncGenerator<Uint8Array> {
  for (let bytes = pull(); bytes !== undefined; bytes = pull()) {
    await new Promise((resolve) => setImmediate(resolve));
    yield bytes;
  }
}
