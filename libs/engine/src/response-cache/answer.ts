/** An answer that can be given again: gathered, and without what is of one request alone. */
import type { ByteStream, HeaderList, RepeatedFields, Reply } from '../exchange';

export interface StoredAnswer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Uint8Array;
}

/** One that is kept, and given any number of times. */
export interface KeptReply extends StoredAnswer {
  /** `headers` again. */
  readonly repeated: RepeatedFields;
}

/** Developer guide, "Amazon API Gateway quotas": the largest answer that is cached. */
export const MAX_ANSWER_BYTES = 1_048_576;

/** A reply of its own for each: later steps write into the header list. */
export function replyOf({ status, headers, body }: StoredAnswer): Reply {
  return { status, headers: [...headers] as HeaderList, body: body.byteLength === 0 ? undefined : body };
}

/** Reads the body up to the limit. A larger one passes as it comes: then it is a reply, and no answer. */
export function gatherAnswer(reply: Reply): StoredAnswer | Reply | Promise<StoredAnswer | Reply> {
  const { body = '' } = reply;
  if (typeof body === 'string') return answerUpToLimit(reply, Buffer.from(body, 'utf8'));
  if (body instanceof Uint8Array) return answerUpToLimit(reply, body);
  const whole = body.whole?.();
  return whole === undefined ? gatherStream(reply, body) : answerUpToLimit(reply, whole);
}

async function gatherStream(reply: Reply, body: ByteStream): Promise<StoredAnswer | Reply> {
  const { status, headers } = reply;
  const iterator = body[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    chunks.push(next.value);
    size += next.value.byteLength;
    if (size > MAX_ANSWER_BYTES) return { ...reply, body: resumed(chunks, iterator) };
  }
  return { status, headers, body: Buffer.concat(chunks) };
}

function answerUpToLimit({ status, headers, channel }: Reply, body: Uint8Array): StoredAnswer | Reply {
  return body.byteLength > MAX_ANSWER_BYTES ? { status, headers, body, channel } : { status, headers, body };
}

async function* resumed(
  chunks: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncIterable<Uint8Array> {
  try {
    yield* chunks;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** For a store that keeps texts. */
export function textOf({ status, headers, body }: StoredAnswer): string {
  return JSON.stringify([status, headers, Buffer.from(body).toString('base64')]);
}

/** Of a text that `textOf` made. */
export function answerOf(text: string): StoredAnswer {
  const [status, headers, body] = JSON.parse(text) as [number, string[], string];
  return { status, headers, body: Buffer.from(body, 'base64') };
}
