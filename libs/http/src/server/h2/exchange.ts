/** One stream of an HTTP/2 connection: a request and its answer. The answer's `finish` is called exactly once. */
import { constants, type ServerHttp2Stream } from 'node:http2';
import { MessageBody, NO_BODY, type BodySource } from '../../message-body';
import type { Timed } from '../../timer-wheel';
import { turn, type Rester } from '../../turn';
import { isBodiless, type ServerAnswer } from '../answer';
import { ServerRequest } from '../request';
import { refusalFields, streamFields } from './answer';
import type { StreamHead } from './head';
import type { H2Session } from './session';

export class H2Exchange implements BodySource, Rester, Timed {
  deadlineMs = Infinity;
  lookAtMs = 0;
  slot = -1;
  private readonly request: ServerRequest;
  private readonly body: MessageBody;
  private answer: ServerAnswer | undefined = undefined;
  private source: AsyncIterator<Uint8Array> | undefined = undefined;
  private sentBytes = 0;
  private receivedBytes = 0;
  private wantedAtMs = 0;
  private isReceived = false;
  private isOver = false;

  constructor(
    private readonly session: H2Session,
    private readonly stream: ServerHttp2Stream,
    { method, sound }: StreamHead,
  ) {
    const { peer, context } = session;
    this.isReceived = sound.bodyBytes === 0;
    this.body = this.isReceived ? NO_BODY : new MessageBody(sound.bodyBytes, this, context.tooLarge);
    this.request = new ServerRequest(
      method,
      sound.path,
      sound.query,
      sound.host,
      sound.fields,
      'HTTP/2.0',
      peer.secure,
      peer.remoteAddress,
      peer.localPort,
      this.body,
      // RFC 9113 8.6: HTTP/2 has no Upgrade, and we have no extended CONNECT (RFC 8441).
      false,
      sound.ofFields,
    );
    stream.on('end', () => this.received());
    stream.on('close', () => this.closed());
    // Whoever resets a stream as soon as it is open costs us no call: CVE-2023-44487.
    turn.letPass(this);
  }

  rest(): void {
    if (this.isOver) return;
    try {
      const answer = this.session.context.handle(this.request);
      if (answer instanceof Promise)
        answer.then(
          (late) => this.reply(late),
          () => this.refuse(500),
        );
      else this.reply(answer);
    } catch {
      this.refuse(500);
    }
  }

  /** The wheel's call: an upload that is too slow, or a client that takes no bytes. */
  expire(): void {
    if (!this.isReceived && this.wantedAtMs !== 0 && this.leftMs() > 0) {
      this.session.context.wheel.set(this, this.leftMs());
      return;
    }
    if (this.answer === undefined) this.refuse(408);
    else this.stream.close(constants.NGHTTP2_CANCEL);
  }

  wanted(): void {
    const { stream, session } = this;
    if (this.isOver || this.isReceived) return;
    this.wantedAtMs = performance.now();
    session.context.wheel.set(this, session.context.deadlines.bodyGraceMs);
    stream.on('data', (chunk: Buffer) => {
      this.receivedBytes += chunk.byteLength;
      this.body.push(chunk);
    });
  }

  streamed(): void {}

  hold(): void {
    this.stream.pause();
  }

  flow(): void {
    this.stream.resume();
  }

  abandon(): void {
    this.stream.resume();
  }

  private received(): void {
    // A stream that was reset ends, too, with half an upload.
    if (this.stream.closed || this.isReceived) return;
    this.isReceived = true;
    this.session.context.wheel.clear(this);
    this.body.end();
  }

  private leftMs(): number {
    const { bodyGraceMs, slowestBytesPerMs } = this.session.context.deadlines;
    const allowedMs = bodyGraceMs + this.receivedBytes / slowestBytesPerMs;
    return allowedMs - (performance.now() - this.wantedAtMs);
  }

  private refuse(status: number): void {
    if (this.isOver || this.stream.destroyed || this.stream.headersSent) return;
    const { fields, body } = refusalFields(status);
    this.stream.respond(fields);
    this.stream.end(body);
    if (!this.isReceived) this.stream.close(constants.NGHTTP2_NO_ERROR);
  }

  private reply(answer: ServerAnswer): void {
    const { body } = answer;
    answer.channel?.abort();
    if (typeof body === 'object' && !(body instanceof Uint8Array)) this.source = body[Symbol.asyncIterator]();
    if (this.isOver || this.stream.destroyed) {
      this.giveBack();
      answer.finish(0, false);
      return;
    }
    this.answer = answer;
    try {
      this.write(answer);
    } catch {
      this.giveBack();
      if (this.stream.headersSent) this.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      else this.refuse(500);
    }
  }

  private write(answer: ServerAnswer): void {
    const { stream } = this;
    const { body, status } = answer;
    const hasBody = this.request.method !== 'HEAD' && !isBodiless(status) && body !== undefined;
    stream.respond(streamFields(answer, body), { endStream: !hasBody });
    if (!hasBody) this.giveBack();
    else if (this.source !== undefined) void this.pump(this.source);
    else {
      const bytes = typeof body === 'string' ? Buffer.from(body) : (body as Uint8Array);
      this.sentBytes = bytes.byteLength;
      this.session.context.wheel.set(this, this.session.context.deadlines.stallMs);
      stream.end(bytes);
    }
    // RFC 9113 8.1: the rest of the request is not wanted.
    if (!this.isReceived) stream.once('finish', () => stream.close(constants.NGHTTP2_NO_ERROR));
  }

  private async pump(source: AsyncIterator<Uint8Array>): Promise<void> {
    const { stream } = this;
    try {
      for (;;) {
        const step: IteratorResult<Uint8Array, undefined> = await source.next();
        if (this.isOver) return;
        if (step.done === true) break;
        this.sentBytes += step.value.byteLength;
        if (!stream.write(step.value)) await this.drained();
      }
      stream.end();
    } catch {
      // The client must see that this is not all.
      if (!this.isOver) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    }
  }

  private async drained(): Promise<void> {
    const { stream, session } = this;
    session.context.wheel.set(this, session.context.deadlines.stallMs);
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        stream.off('drain', settle).off('close', settle);
        resolve();
      };
      stream.on('drain', settle).on('close', settle);
    });
    session.context.wheel.clear(this);
  }

  private giveBack(): void {
    this.source?.return?.().then(undefined, () => undefined);
  }

  private closed(): void {
    if (this.isOver) return;
    this.isOver = true;
    const { stream, answer, session } = this;
    session.context.wheel.remove(this);
    const isComplete =
      answer !== undefined && stream.writableEnded && !stream.aborted && isFine(stream.rstCode);
    if (!isComplete) {
      this.request.abort();
      this.giveBack();
    }
    if (!this.isReceived) this.body.fail(new Error('the upload broke off'));
    answer?.finish(this.sentBytes, isComplete);
    session.ended(this);
  }
}

function isFine(code: number | undefined): boolean {
  return code === undefined || code === constants.NGHTTP2_NO_ERROR;
}
