/** One socket to an origin. It carries one call at a time, and is used again only after a whole answer to a whole request. */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { OnDefect } from '../defect';
import { RESPONSE } from '../framing/llhttp';
import { MessageParser, type MessageHead, type ParserLimits } from '../framing/message-parser';
import { ReadRoom } from '../loans';
import type { Timed, TimerWheel } from '../timer-wheel';
import { copied } from '../shared-reads';
import { turn, type Reader, type Rester, type Writer } from '../turn';
import { writeMessage } from '../write-message';
import type { Call } from './call';
import { ClientFault } from './fault';
import type { Origin, ReadInto } from './options';
import { OriginChannel, type ChannelOwner } from './origin-channel';
import { isSound } from './sound-answer';
import { sendUpload } from './upload';

const MAX_INTERIM = 32;
/** What stands behind an answer is seen in the turn after it, if it is sent with it. */
const TURNS_OF_REST = 2;

export interface ConnectionOwner<O extends Origin> {
  readonly origin: O;
  readonly wheel: TimerWheel;
  readonly limits: ParserLimits;
  readonly bodySilenceMs: number;
  readonly idleMs: number;
  readonly onDefect: OnDefect;
  /** The head of an answer came, whatever it says. */
  answered(): void;
  /** The origin could not be reached, or broke off before it answered. */
  failed(fault: ClientFault): void;
  /** It carries no call, and may not yet carry another. */
  rests(): void;
  rested(connection: ClientConnection<O>): void;
  closed(connection: ClientConnection<O>, wasResting: boolean): void;
  /** The connection died before it said a byte, as it had been idle for long. */
  retry(call: Call<O>): void;
}

export class ClientConnection<O extends Origin> implements Timed, Reader, Rester, Writer, ChannelOwner {
  deadlineMs = Infinity;
  lookAtMs = 0;
  slot = -1;
  answers = 0;
  readonly reading: ReadInto;
  private readonly room: ReadRoom;
  private socket: Socket | undefined = undefined;
  private readonly parser: MessageParser;
  private call: Call<O> | undefined;
  /** Since the origin has left HTTP. */
  private channel: OriginChannel | undefined = undefined;
  private isConnected = false;
  private isGone = false;
  private isSpoken = false;
  private isSent = false;
  /** Its request leaves at the end of this turn. */
  private isToWrite = false;
  private isHeld = false;
  /** It waits for its share of a turn. */
  private isQueued = false;
  /** Does the connection end with this answer? */
  private isLast = false;
  private interim = 0;
  private turnsOfRest = 0;
  private error: Error | undefined = undefined;

  constructor(
    private readonly owner: ConnectionOwner<O>,
    call: Call<O>,
  ) {
    this.parser = new MessageParser(RESPONSE, owner.limits);
    this.call = call;
    call.connection = this;
    owner.wheel.setAt(this, call.deadlineMs);
    // TLS may read more than once in a turn.
    this.room = new ReadRoom(owner.origin.protocol === 'http:');
    this.reading = {
      buffer: () => this.room.buffer(),
      callback: (bytes, buffer) => {
        this.readSafely(buffer.subarray(0, bytes));
        return !this.isHeld && this.mayReadOn(bytes);
      },
    };
  }

  /** The socket that was opened for it, connected or not yet. */
  attach(socket: Socket): void {
    if (this.isGone) {
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    this.socket = socket;
    socket.on('error', (error) => (this.error = error));
    socket.on('end', () => this.ended());
    socket.on('close', () => this.lost());
    const isSecuring = isSecured(socket) && isHandshaking(socket);
    if (socket.connecting || isSecuring)
      socket.once(isSecuring ? 'secureConnect' : 'connect', () => this.connected());
    else this.connected();
  }

  /** No socket could be opened. */
  refused(cause: unknown): void {
    this.fail(new ClientFault('unconnected', 'no connection', cause));
  }

  start(call: Call<O>): void {
    this.call = call;
    call.connection = this;
    this.isSpoken = this.isSent = this.isToWrite = false;
    this.interim = 0;
    this.parser.skipsBody = call.request.method === 'HEAD';
    this.owner.wheel.setAt(this, call.deadlineMs);
    this.send(call);
  }

  hold(): void {
    this.isHeld = true;
    this.socket?.pause();
    this.owner.wheel.clear(this);
  }

  flow(): void {
    if (!this.isHeld) return;
    this.isHeld = false;
    this.awaitBody();
    if (!this.isQueued) this.socket?.resume();
  }

  /** Somebody takes the answer piece by piece, so it may last; silence is all that is limited. */
  streamed(): void {
    if (!this.isHeld) this.awaitBody();
  }

  readOn(): void {
    this.isQueued = false;
    if (!this.isGone && !this.isHeld) this.socket?.resume();
  }

  rest(): void {
    if (this.isGone) return;
    if (--this.turnsOfRest > 0) turn.letPass(this);
    else this.owner.rested(this);
  }

  expire(): void {
    const { call } = this;
    if (call === undefined) this.destroy(undefined);
    else if (call.isStreamed) this.destroy(new ClientFault('broken', 'the origin fell silent'));
    else this.timeOut(new ClientFault('timeout', 'no answer in time'));
  }

  /** A resource may be slow, but a connection that cannot be made in this time is the origin's fault. */
  private timeOut(fault: ClientFault): void {
    if (this.isConnected) this.destroy(fault);
    else this.fail(fault);
  }

  private fail(fault: ClientFault): void {
    if (this.call?.isAnswered === false) this.owner.failed(fault);
    this.destroy(fault);
  }

  /** At once, also while it is still connecting. */
  destroy(fault: ClientFault | undefined): void {
    if (this.isGone) return;
    this.isGone = true;
    this.isToWrite = false;
    const { call } = this;
    this.call = undefined;
    this.owner.wheel.remove(this);
    this.socket?.destroy();
    this.room.close();
    this.parser.free();
    this.owner.closed(this, this.turnsOfRest > 0);
    this.channel?.closed();
    call?.fail(fault ?? new ClientFault('broken', 'the connection was closed'));
  }

  /** An end would say that all was said; over TLS a connection without a goodbye is as good. */
  reset(): void {
    const { socket } = this;
    if (socket !== undefined && !isSecured(socket)) socket.resetAndDestroy();
    this.destroy(undefined);
  }

  private connected(): void {
    if (this.isGone) return;
    this.isConnected = true;
    if (this.call !== undefined) this.start(this.call);
  }

  /** An upload leaves as its bytes come. */
  private send({ request: { body }, head }: Call<O>): void {
    const { socket } = this;
    if (socket === undefined) return;
    if (body !== undefined && !(body instanceof Uint8Array)) return this.upload(socket, body.length, head);
    this.isToWrite = true;
    turn.atEnd(this);
  }

  writeOut(): void {
    const { socket, call } = this;
    if (socket === undefined || call === undefined) return;
    const { body } = call.request;
    this.isToWrite = false;
    this.isSent = true;
    writeMessage(socket, call.head, body instanceof Uint8Array ? body : undefined);
  }

  private upload(socket: Socket, length: number | undefined, head: string): void {
    const { call } = this;
    if (call === undefined || call.request.body === undefined || call.request.body instanceof Uint8Array)
      return;
    const isCurrent = (): boolean => this.call === call && !this.isGone;
    void sendUpload(call.request.body.stream(), {
      socket,
      length,
      head,
      isCurrent,
      begun: () => (call.isUploadBegun = true),
      // A long upload is no silence of the origin.
      moved: () => {
        if (!isCurrent() || call.isAnswered) return;
        call.deadlineMs = performance.now() + call.request.timeoutMs;
        this.owner.wheel.set(this, call.request.timeoutMs);
      },
    }).then(
      () => {
        if (isCurrent()) this.isSent = true;
      },
      (error: unknown) => {
        if (isCurrent()) this.destroy(new ClientFault('broken', 'the upload broke off', error));
      },
    );
  }

  private readSafely(chunk: Uint8Array): void {
    try {
      this.read(chunk);
    } catch (error) {
      this.destroy(new ClientFault('broken', 'the answer could not be read', error));
      this.owner.onDefect(error);
    }
  }

  private mayReadOn(bytes: number): boolean {
    if (this.call !== undefined || this.channel !== undefined) this.isQueued = !turn.mayReadOn(bytes, this);
    return !this.isQueued;
  }

  private read(chunk: Uint8Array): void {
    if (this.isGone) return;
    const { call } = this;
    if (call === undefined) return this.readUnasked(chunk);
    // No answer to what has not left yet.
    if (this.isToWrite) return this.lost();
    this.isSpoken = true;
    let offset = 0;
    while (offset < chunk.length && this.call === call) {
      offset = this.parser.read(chunk, offset);
      this.parsed(call, offset === chunk.length);
    }
    if (this.channel !== undefined && offset < chunk.length) this.readUnasked(chunk.subarray(offset));
    if (this.call === call && call.isStreamed && !this.isHeld) this.awaitBody();
  }

  private readUnasked(chunk: Uint8Array): void {
    if (this.channel !== undefined) this.channel.receive(copied(chunk));
    // Nobody asked: whoever came next would get this for an answer.
    else this.destroy(undefined);
  }

  private awaitBody(): void {
    const { call, owner } = this;
    if (call === undefined) return;
    if (call.isStreamed) owner.wheel.set(this, owner.bodySilenceMs);
    else owner.wheel.setAt(this, call.deadlineMs);
  }

  /** `isClean`: nothing lies behind what was parsed. */
  private parsed(call: Call<O>, isClean: boolean): void {
    const { refusal, head, body, isComplete } = this.parser;
    if (refusal !== 0) return this.garbled();
    const pieces = body ?? NO_PIECES;
    if (head !== undefined) return this.heard(call, head, isComplete, isClean, pieces);
    call.receive(pieces);
    if (isComplete) this.completed(call, isClean);
  }

  private heard(
    call: Call<O>,
    head: MessageHead,
    isComplete: boolean,
    isClean: boolean,
    pieces: readonly Uint8Array[],
  ): void {
    const isSwitchAsked = call.request.upgrade !== undefined;
    if (!isSound(head, isSwitchAsked)) return this.garbled();
    if (head.status === 101) return this.switchProtocols(call, head);
    if (head.status < 200) {
      if (++this.interim > MAX_INTERIM) this.garbled();
      return;
    }
    this.owner.answered();
    this.isLast = isSwitchAsked || !head.isKeepAlive;
    if (isComplete) this.call = undefined;
    call.answer(head, isComplete, pieces, this.room);
    if (isComplete) this.release(isClean);
  }

  /** The deadline was for this head. */
  private switchProtocols(call: Call<O>, head: MessageHead): void {
    const { socket, owner } = this;
    if (socket === undefined) return;
    owner.answered();
    owner.wheel.clear(this);
    this.call = undefined;
    const gone = (): Error => call.errorOf(new ClientFault('broken', 'the tunnel broke off', this.error));
    this.channel = new OriginChannel(socket, this, gone);
    call.switched(head, this.channel);
  }

  private completed(call: Call<O>, isClean: boolean): void {
    this.call = undefined;
    this.release(isClean);
    call.complete();
  }

  /** Only after a whole answer to a whole request, and with nothing behind it. */
  private release(isClean: boolean): void {
    this.answers++;
    if (!isClean || this.isLast || !this.isSent || this.isHeld) return this.destroy(undefined);
    this.owner.wheel.set(this, this.owner.idleMs);
    this.turnsOfRest = TURNS_OF_REST;
    this.owner.rests();
    turn.letPass(this);
  }

  private garbled(): void {
    this.fail(new ClientFault('broken', 'what the origin sent is no answer'));
  }

  /** The origin will say no more. */
  private ended(): void {
    const { call, channel } = this;
    if (this.isGone) return;
    if (channel !== undefined) return channel.ended();
    if (call?.isAnswered === true && this.parser.finish()) {
      this.isLast = true;
      this.completed(call, true);
    } else this.lost();
  }

  /** What has not left may be sent again whatever it is. */
  private mayRepeat(call: Call<O>): boolean {
    return this.isToWrite ? !call.isRetried && !call.isOver : call.isRepeatable;
  }

  private lost(): void {
    if (this.isGone) return;
    const { call, error } = this;
    if (this.channel !== undefined) return this.destroy(undefined);
    if (!this.isConnected) return this.refused(error ?? new Error('closed while connecting'));
    if (call !== undefined && this.answers > 0 && !this.isSpoken && this.mayRepeat(call)) {
      this.call = undefined;
      this.destroy(undefined);
      this.owner.retry(call);
    } else this.fail(new ClientFault('broken', 'the connection broke off', error));
  }
}

const NO_PIECES: readonly Uint8Array[] = [];

function isSecured(socket: Socket): boolean {
  return (socket as Partial<TLSSocket>).encrypted === true;
}

function isHandshaking(socket: Socket): boolean {
  return (socket as { secureConnecting?: boolean }).secureConnecting !== false;
}
