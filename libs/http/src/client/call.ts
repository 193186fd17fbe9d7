/** One request, over at most two connections: it settles once, with an answer or with a fault. */
import type { ByteChannel } from '../byte-channel';
import { NameTable } from '../fields';
import { MessageBody, NO_BODY, type BodySource } from '../message-body';
import type { ReadRoom } from '../loans';
import type { MessageHead } from '../framing/message-parser';
import { copied } from '../shared-reads';
import type { ClientConnection } from './connection';
import { ClientFault } from './fault';
import type { ClientAnswer, ClientOptions, ClientRequest, Origin } from './options';

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

export class Call<O extends Origin> implements BodySource {
  /** `performance.now()` by which the answer must have come, all of it unless it is streamed. */
  deadlineMs: number;
  connection: ClientConnection<O> | undefined = undefined;
  /** Has a byte of a streamed upload been taken from its source? */
  isUploadBegun = false;
  isRetried = false;
  isOver = false;
  private body: MessageBody | undefined = undefined;

  constructor(
    readonly request: ClientRequest<O>,
    readonly head: string,
    private readonly options: ClientOptions<O>,
    private readonly resolve: (answer: ClientAnswer) => void,
    private readonly reject: (error: Error) => void,
  ) {
    this.deadlineMs = performance.now() + request.timeoutMs;
    request.signal?.addEventListener('abort', this.abort);
  }

  /** May it be sent again when a used connection died without a byte of an answer? */
  get isRepeatable(): boolean {
    const { method, body } = this.request;
    if (this.isRetried || this.isOver || !IDEMPOTENT.has(method)) return false;
    return body === undefined || body instanceof Uint8Array || !this.isUploadBegun;
  }

  get isAnswered(): boolean {
    return this.body !== undefined;
  }

  get isStreamed(): boolean {
    return this.body?.isStreamed === true;
  }

  /** `isComplete`: nothing follows. The pieces are in `room`. */
  answer(head: MessageHead, isComplete: boolean, pieces: readonly Uint8Array[], room: ReadRoom): void {
    const isBodiless = this.request.method === 'HEAD' || head.status === 204 || head.status === 304;
    const body = isBodiless ? NO_BODY : new MessageBody(lengthOf(head.fields), this, this.options.tooLarge);
    this.body = body;
    const [first] = pieces;
    if (isComplete && first !== undefined && pieces.length === 1) body.pushLent(first, room);
    else this.receive(pieces);
    if (isComplete) this.complete();
    this.resolve({ status: head.status, headers: head.fields, body });
  }

  /** The origin has left HTTP. */
  switched(head: MessageHead, channel: ByteChannel): void {
    this.over();
    this.resolve({ status: head.status, headers: head.fields, body: NO_BODY, channel });
  }

  errorOf(fault: ClientFault): Error {
    return asError(this.options, fault);
  }

  receive(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) this.body?.push(copied(piece));
  }

  complete(): void {
    this.over();
    this.body?.end();
  }

  fail(fault: ClientFault): void {
    if (this.isOver) return;
    this.over();
    const error = this.errorOf(fault);
    if (this.body !== undefined) this.body.fail(error);
    else this.reject(error);
  }

  wanted(): void {}

  streamed(): void {
    this.connection?.streamed();
  }

  hold(): void {
    this.connection?.hold();
  }

  flow(): void {
    this.connection?.flow();
  }

  abandon(): void {
    this.abort();
  }

  private readonly abort = (): void => {
    if (this.isOver) return;
    const fault = new ClientFault('aborted', 'the request was given up');
    const { connection } = this;
    if (connection === undefined) this.fail(fault);
    else connection.destroy(fault);
  };

  private over(): void {
    this.isOver = true;
    this.connection = undefined;
    this.request.signal?.removeEventListener('abort', this.abort);
  }
}

export function asError<O extends Origin>({ asError: map }: ClientOptions<O>, fault: ClientFault): Error {
  return map === undefined ? fault : map(fault);
}

function lengthOf(fields: readonly string[]): number | undefined {
  let length: number | undefined;
  for (let i = 0; i < fields.length; i += 2) {
    const kind = NAMES.kindOf(fields[i] ?? '');
    if (kind === 'length') length = Number(fields[i + 1]);
    else if (kind === 'coding') return undefined;
  }
  return length;
}

const NAMES = new NameTable<'length' | 'coding'>([
  ['content-length', 'length'],
  ['transfer-encoding', 'coding'],
]);
