/**
 * An answer in memory of its own: bytes and texts as they were received are parts of larger ones, and would keep all of those. It is
 * few objects until somebody asks for it, as many are replaced before anybody does.
 */
import type { KeptReply, StoredAnswer } from './answer';

/** Bytes up to this are kept as a text of V8's, which costs less than memory outside of its heap. */
const TEXT_BYTES = 4096;

export class KeptAnswer {
  readonly #status: number;
  /** Names and values; neither has a line end in it. */
  #lines: string | undefined;
  #body: string | Uint8Array;
  #unpacked: KeptReply | undefined = undefined;
  /** About as many as it takes. */
  readonly bytes: number;

  /** `name`: in a store that is shared. */
  constructor(
    readonly name: string,
    { status, headers, body }: StoredAnswer,
  ) {
    this.#status = status;
    this.#lines = headers.length === 0 ? undefined : headers.join('\n');
    this.#body = body.byteLength > TEXT_BYTES ? new Uint8Array(body) : latin1Of(body);
    this.bytes = body.byteLength + 2 * (this.#lines?.length ?? 0);
  }

  get answer(): KeptReply {
    return (this.#unpacked ??= this.#unpack());
  }

  #unpack(): KeptReply {
    const body = typeof this.#body === 'string' ? bytesOf(this.#body) : this.#body;
    const headers = this.#lines?.split('\n') ?? [];
    this.#lines = undefined;
    this.#body = body;
    return { status: this.#status, headers, body, repeated: { list: headers, written: undefined } };
  }
}

function latin1Of(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString('latin1');
}

/** Not of Node's pool, where each would keep its neighbours. */
function bytesOf(text: string): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(text.length);
  bytes.write(text, 'latin1');
  return bytes;
}
