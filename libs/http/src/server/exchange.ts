/** One request and its answer. The answer's `finish` is called exactly once, whatever becomes of the client. */
import type { ByteChannel } from '../byte-channel';
import type { Loan } from '../loans';
import type { MessageHead } from '../framing/message-parser';
import { BodyStream, MessageBody, NO_BODY, type BodySource } from '../message-body';
import {
  answerHead,
  isBodiless,
  refusalText,
  switchingHead,
  type AnswerBody,
  type AnswerHead,
  type ServerAnswer,
} from './answer';
import { pumpBody, type BodyPump } from './body-pump';
import type { ServerConnection } from './connection';
import { turn, type Writer } from '../turn';
import { writeMessage } from '../write-message';
import { ServerRequest, type SoundHead } from './request';
import { Tunnel, type TunnelOwner } from './tunnel';

/** Above this a body is written in slices: of a single write nobody knows how far it has come. */
const SLICED_BYTES = 256 * 1024;
const SLICE_BYTES = 64 * 1024;

export class Exchange implements BodySource, TunnelOwner, Writer {
  /** Is the last byte of the request here? */
  isReceived = false;
  /** Did a byte of the answer leave? */
  isAnswering = false;
  /** Is the last byte of the answer with the socket, or will be at the end of this turn? */
  isHandedOver = false;
  sentBytes = 0;
  private readonly request: ServerRequest;
  private readonly body: MessageBody;
  private answer: ServerAnswer | undefined = undefined;
  private pump: BodyPump | undefined = undefined;
  private tunnel: Tunnel | undefined = undefined;
  /** It leaves at the end of this turn. */
  private headText = '';
  private wholeBody: Uint8Array | undefined = undefined;
  /** Of `wholeBody`. */
  private loan: Loan | undefined = undefined;
  private awaitsContinue: boolean;
  private isOver = false;
  private isLast: boolean;
  private receivedBytes = 0;
  private wantedAtMs = 0;

  constructor(
    readonly connection: ServerConnection,
    private readonly head: MessageHead,
    sound: SoundHead,
  ) {
    this.body =
      sound.bodyBytes === 0 ? NO_BODY : new MessageBody(sound.bodyBytes, this, connection.context.tooLarge);
    this.awaitsContinue = sound.expectsContinue && sound.bodyBytes !== 0;
    this.isLast = sound.asksUpgrade || !head.isKeepAlive;
    const { peer } = connection;
    this.request = new ServerRequest(
      head.method,
      sound.path,
      sound.query,
      sound.host,
      sound.fields,
      head.version === 11 ? 'HTTP/1.1' : 'HTTP/1.0',
      peer.secure,
      peer.remoteAddress,
      peer.localPort,
      this.body,
      sound.asksWebSocket,
      sound.ofFields,
    );
  }

  run(): void {
    let answer: ServerAnswer | Promise<ServerAnswer>;
    try {
      answer = this.connection.context.handle(this.request);
    } catch {
      return this.refuse();
    }
    if (answer instanceof Promise)
      answer.then(
        (late) => this.reply(late),
        () => this.refuse(),
      );
    else this.reply(answer);
  }

  receive(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      this.receivedBytes += piece.byteLength;
      this.body.push(piece);
    }
  }

  received(): void {
    this.isReceived = true;
    this.awaitsContinue = false;
    this.body.end();
    if (this.wantedAtMs !== 0) this.connection.context.wheel.clear(this.connection);
  }

  /** Called at the end of the socket, or when the client talked nonsense. */
  clientGone(): void {
    if (this.isOver) return;
    this.over(false);
  }

  /** Of the body that we wait for, or of the client that takes no bytes. */
  expire(): void {
    if (this.pump?.isStalled === true || this.isReceived) return this.connection.cutOff();
    const { deadlines, wheel } = this.connection.context;
    const allowedMs = deadlines.bodyGraceMs + this.receivedBytes / deadlines.slowestBytesPerMs;
    const leftMs = allowedMs - (performance.now() - this.wantedAtMs);
    if (leftMs <= 0) this.connection.fail(408);
    else wheel.set(this.connection, leftMs);
  }

  /** The client takes bytes again; it may still owe us some. */
  unstalled(): void {
    const { deadlines, wheel } = this.connection.context;
    if (this.wantedAtMs === 0 || this.isReceived) wheel.clear(this.connection);
    else wheel.set(this.connection, deadlines.bodyGraceMs);
  }

  wanted(): void {
    if (this.isOver || this.isReceived) return;
    const { socket, context } = this.connection;
    if (this.awaitsContinue) {
      this.awaitsContinue = false;
      socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');
    }
    this.wantedAtMs = performance.now();
    context.wheel.set(this.connection, context.deadlines.bodyGraceMs);
  }

  streamed(): void {}

  hold(): void {
    this.connection.hold();
  }

  flow(): void {
    this.connection.flow();
  }

  /** The client is still to be answered; what comes is thrown away with the connection. */
  abandon(): void {
    this.connection.flow();
  }

  private refuse(): void {
    if (this.isOver) return;
    this.isAnswering = true;
    this.connection.socket.write(refusalText(500), 'latin1');
    this.isLast = true;
    this.over(true);
  }

  private reply(answer: ServerAnswer): void {
    this.answer = answer;
    if (this.isOver) {
      cancel(answer);
      answer.finish(0, false);
      return;
    }
    try {
      this.write(answer);
    } catch {
      // The handler gave a head that HTTP has no words for.
      cancel(answer);
      if (this.isAnswering) this.connection.cutOff();
      else this.refuse();
    }
  }

  private write(answer: ServerAnswer): void {
    if (answer.channel !== undefined) return this.switchProtocols(answer, answer.channel);
    const hasBody = this.head.method !== 'HEAD' && !isBodiless(answer.status);
    const whole = wholeOf(answer);
    this.loan = answer.body instanceof BodyStream ? answer.body.loan : undefined;
    if (whole === undefined && answer.body !== undefined) this.writeStream(answer, answer.body, hasBody);
    else {
      // With bytes of the request still to come, the connection can carry no other.
      const length = hasBody || !(answer.body instanceof BodyStream) ? (whole?.byteLength ?? 0) : undefined;
      const head = this.headOf(answer, length, !this.isReceived);
      if (hasBody) check(head, whole);
      this.begin(head);
      this.writeWhole(head, hasBody ? whole : undefined);
    }
  }

  private switchProtocols(answer: ServerAnswer, channel: ByteChannel): void {
    if (!this.request.asksWebSocket) throw new RangeError('no upgrade was asked for');
    const head = switchingHead(answer);
    const { connection } = this;
    this.isAnswering = true;
    connection.socket.write(head, 'latin1');
    this.tunnel = new Tunnel(connection, channel, this);
    connection.switched(this.tunnel);
    this.tunnel.run();
  }

  tunnelled(): void {
    this.over(true);
  }

  private writeStream(answer: ServerAnswer, body: AnswerBody, hasBody: boolean): void {
    if (typeof body !== 'object' || body instanceof Uint8Array) return;
    const head = this.headOf(answer, undefined, this.awaitsContinue || (!hasBody && !this.isReceived));
    this.begin(head);
    if (hasBody) this.pump = pumpBody(body, head, this);
    else {
      cancel(answer);
      this.writeWhole(head, undefined);
    }
  }

  private headOf(answer: ServerAnswer, length: number | undefined, isLast: boolean): AnswerHead {
    this.isLast ||= isLast || this.connection.context.phase !== 'open';
    return answerHead(answer, {
      length,
      version: this.head.version,
      isHead: this.head.method === 'HEAD',
      isLast: this.isLast,
    });
  }

  private begin(head: AnswerHead): void {
    this.isLast = head.isLast;
    this.isAnswering = true;
  }

  private writeWhole(head: AnswerHead, body: Uint8Array | undefined): void {
    if (body !== undefined && body.byteLength > SLICED_BYTES) {
      this.pump = pumpBody(sliced(body), head, this);
      return;
    }
    this.isHandedOver = true;
    this.headText = head.text;
    this.wholeBody = body;
    turn.atEnd(this);
  }

  writeOut(): void {
    if (this.isOver) return;
    const { connection, wholeBody } = this;
    this.sentBytes = wholeBody?.byteLength ?? 0;
    try {
      this.flushed(writeMessage(connection.socket, this.headText, wholeBody, this.loan));
    } catch (error) {
      // The next request of this connection, which may have been waiting, is read in here too.
      connection.cutOff();
      connection.context.onDefect(error);
    }
  }

  /** All of the answer is with the socket; is it with the kernel too? */
  flushed(isOut = this.connection.socket.writableLength === 0): void {
    const { socket, context } = this.connection;
    this.isHandedOver = true;
    // Of a socket that is gone, its `close` will tell.
    if (this.isOver || socket.destroyed) return;
    if (isOut) {
      this.over(true);
      return;
    }
    context.wheel.set(this.connection, context.deadlines.stallMs);
    socket.write(NOTHING, () => {
      if (!this.isOver && !socket.destroyed) this.over(true);
    });
  }

  private over(isComplete: boolean): void {
    this.isOver = true;
    const { answer, pump } = this;
    if (!isComplete) {
      this.request.abort();
      pump?.stop();
      this.tunnel?.stop();
      if (answer !== undefined && pump === undefined) cancel(answer);
    }
    if (!this.isReceived) this.body.fail(new Error('the upload broke off'));
    answer?.finish(this.sentBytes, isComplete);
    this.connection.answered(this.isLast || !this.isReceived);
  }
}

const NOTHING = new Uint8Array(0);

/** The bytes of a body that is all there; a stream of ours may be, too. They are to be written at the end of this turn. */
function wholeOf({ body }: ServerAnswer): Uint8Array | undefined {
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof BodyStream) return body.borrow();
  return body instanceof Uint8Array ? body : undefined;
}

/** A head that announces another length than the body has would take the connection out of step. */
function check({ contentLength }: AnswerHead, body: Uint8Array | undefined): void {
  if (contentLength !== (body?.byteLength ?? 0)) throw new RangeError('the body has another length');
}

async function* sliced(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += SLICE_BYTES) yield bytes.subarray(at, at + SLICE_BYTES);
}

/** Gives back the source of a body that nobody will read on. */
function cancel({ body, channel }: ServerAnswer): void {
  channel?.abort();
  if (typeof body !== 'object' || body instanceof Uint8Array) return;
  body[Symbol.asyncIterator]()
    .return?.()
    .then(undefined, () => undefined);
}
