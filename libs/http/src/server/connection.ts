/**
 * One client socket: bytes in, one exchange at a time, and how it is closed without cutting off the last answer. The state
 * diagram is in the README.
 */
import type { OnDefect } from '../defect';
import type { Socket } from 'node:net';
import { REQUEST } from '../framing/llhttp';
import { MessageParser, type MessageHead, type ParserLimits } from '../framing/message-parser';
import { copied, type SharedReads } from '../shared-reads';
import type { Timed, TimerWheel } from '../timer-wheel';
import { turn, type Reader } from '../turn';
import { refusalText } from './answer';
import { Exchange } from './exchange';
import type { Deadlines, Handle } from './options';
import { RepeatedHead } from './repeated-head';
import { peerOf, soundHead, type Peer, type SoundHead } from './request';
import type { Tunnel } from './tunnel';

/** Pipelined bytes that are kept while a request is served. */
const MAX_PENDING_BYTES = 65_536;
/** So much of what is unwanted is read: a client that is still sending may not look at its answer. */
const MAX_DISCARDED_BYTES = 16 * 1024 * 1024;

/** What the connections of a server share. */
export interface ServerContext {
  readonly handle: Handle;
  readonly deadlines: Deadlines;
  readonly wheel: TimerWheel;
  readonly limits: ParserLimits;
  readonly tooLarge: (() => Error) | undefined;
  readonly onDefect: OnDefect;
  /** `draining`: answers ask for the connection's end. `closing`: an idle connection is closed at once. */
  phase: 'open' | 'draining' | 'closing';
}

/** What the server asks of its connections when it stops. */
export interface OpenConnection {
  /** New answers ask for the connection's end. */
  drain(): void;
  /** Closes it where it idles. One that has never been used gets `graceMs` for the request that is probably on its way. */
  retire(graceMs: number): void;
  /** At once, and so that half an answer does not look whole. */
  cutOff(): void;
}

type State = 'idle' | 'head' | 'busy' | 'tunnel' | 'lingering' | 'closed';

export class ServerConnection implements Timed, Reader, OpenConnection {
  deadlineMs = Infinity;
  lookAtMs = 0;
  slot = -1;
  readonly peer: Peer;
  private state: State = 'idle';
  private readonly parser: MessageParser;
  private readonly repeated: RepeatedHead;
  private exchange: Exchange | undefined = undefined;
  private tunnel: Tunnel | undefined = undefined;
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  private isReading = false;
  /** Too much waits behind the request that is served. */
  private isFull = false;
  /** Too much of the body that is read waits for its reader. */
  private isHeld = false;
  /** It waits for its share of a turn. */
  private isQueued = false;
  /** Has a request ever come? */
  private isUsed = false;
  private discardedBytes = 0;

  constructor(
    readonly socket: Socket,
    readonly context: ServerContext,
    secure: boolean,
    /** Where its reads are views of a buffer that the next read overwrites. */
    private readonly shared: SharedReads | undefined,
  ) {
    this.peer = peerOf(socket, secure);
    this.parser = new MessageParser(REQUEST, context.limits);
    this.repeated = new RepeatedHead(context.limits.maxHeadBytes);
    // The first request gets the time of a head, not that of a pause between two.
    context.wheel.set(this, context.deadlines.headMs);
    if (shared === undefined) socket.on('data', (chunk: Buffer) => this.taken(chunk));
    else shared.onBytes = (bytes) => this.taken(bytes);
    socket.on('end', () => this.ended());
    socket.on('error', () => undefined);
    socket.on('close', () => this.closed());
  }

  /** The phase tells each answer. */
  drain(): void {}

  retire(graceMs: number): void {
    if (this.state !== 'idle') return;
    if (this.isUsed) this.linger();
    else this.context.wheel.set(this, graceMs);
  }

  /** The wheel's call. */
  expire(): void {
    switch (this.state) {
      case 'idle':
        this.linger();
        return;
      case 'head':
        this.fail(408);
        return;
      case 'busy':
        this.exchange?.expire();
        return;
      case 'tunnel':
        this.cutOff();
        return;
      case 'lingering':
        this.socket.destroy();
        return;
      case 'closed':
        return;
    }
  }

  /** The exchange is over, and its answer handed to the socket. */
  answered(isLast: boolean): void {
    this.exchange = undefined;
    if (this.state !== 'busy') return;
    if (this.isHeld) this.flow();
    this.state = 'idle';
    const { context } = this;
    if (isLast || this.socket.readableEnded) return this.linger();
    if (context.phase === 'closing' && this.pending.length === 0) return this.linger();
    context.wheel.setAt(this, turn.nowMs() + context.deadlines.idleMs);
    if (!this.isReading && this.pending.length > 0) this.readPending();
  }

  /** The 101 is written: what comes from now on is the tunnel's, and so is what waits. */
  switched(tunnel: Tunnel): void {
    this.state = 'tunnel';
    this.tunnel = tunnel;
    this.parser.free();
    if (!this.isReading) this.pour(tunnel);
  }

  private pour(tunnel: Tunnel): void {
    const { pending } = this;
    this.pending = [];
    this.pendingBytes = 0;
    for (const chunk of pending) tunnel.receive(chunk);
    this.isFull = false;
    this.unpause();
  }

  /** Refuses what the client is saying and closes. A request is answered once, so an answer under way is only cut off. */
  fail(status: number): void {
    if (this.isDone) return;
    if (this.exchange?.isAnswering === true) return this.cutOff();
    this.silence();
    if (!this.socket.writable) {
      this.socket.destroy();
      return;
    }
    this.socket.write(refusalText(status), 'latin1');
    this.goodbye();
  }

  /** Half an answer ends in a reset; TLS tells an end from a cut by itself. */
  cutOff(): void {
    const isAnswering = this.exchange?.isAnswering === true;
    this.silence();
    if (isAnswering && !this.peer.secure) this.socket.resetAndDestroy();
    else this.socket.destroy();
  }

  linger(): void {
    if (this.isDone) return;
    this.silence();
    this.goodbye();
  }

  hold(): void {
    this.isHeld = true;
    this.socket.pause();
  }

  flow(): void {
    this.isHeld = false;
    this.unpause();
  }

  readOn(): void {
    this.isQueued = false;
    this.unpause();
  }

  private unpause(): void {
    if (!this.isFull && !this.isHeld && !this.isQueued) this.socket.resume();
  }

  private taken(chunk: Uint8Array): void {
    this.takeSafely(chunk);
    if (turn.mayReadOn(chunk.byteLength, this)) return;
    this.isQueued = true;
    this.socket.pause();
  }

  private takeSafely(chunk: Uint8Array): void {
    try {
      this.take(chunk);
    } catch (error) {
      this.cutOff();
      this.context.onDefect(error);
    }
  }

  private take(chunk: Uint8Array): void {
    if (this.isDone) return this.discard(chunk);
    if (this.tunnel !== undefined) return this.tunnel.receive(this.kept(chunk));
    if (this.pending.length > 0 || this.exchange?.isReceived === true) {
      this.pending.push(this.kept(chunk));
      this.pendingBytes += chunk.byteLength;
      if (this.pendingBytes >= MAX_PENDING_BYTES) {
        this.isFull = true;
        this.socket.pause();
      }
      return;
    }
    this.isReading = true;
    this.read(chunk);
    this.isReading = false;
    if (this.tunnel !== undefined) this.pour(this.tunnel);
    else if (this.exchange === undefined && this.pending.length > 0) this.readPending();
  }

  private readPending(): void {
    this.isReading = true;
    while (this.exchange?.isReceived !== true && !this.isDone) {
      const chunk = this.pending.shift();
      if (chunk === undefined) break;
      this.pendingBytes -= chunk.byteLength;
      this.read(chunk);
    }
    this.isReading = false;
    if (this.tunnel !== undefined) return this.pour(this.tunnel);
    if (this.isFull && this.pendingBytes < MAX_PENDING_BYTES) {
      this.isFull = false;
      this.unpause();
    }
  }

  private read(chunk: Uint8Array): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.isDone) return;
      if (this.exchange?.isReceived === true) {
        const rest = this.kept(chunk.subarray(offset));
        this.pending.unshift(rest);
        this.pendingBytes += rest.byteLength;
        return;
      }
      offset = this.readOne(chunk, offset);
    }
  }

  /** To the end of a message or of the chunk. */
  private readOne(chunk: Uint8Array, offset: number): number {
    const { parser, repeated } = this;
    const isFirst = !parser.isInside;
    const repeat = isFirst ? repeated.find(chunk, offset) : undefined;
    if (repeat !== undefined) {
      this.serve(repeat.head, repeat.sound, undefined, true);
      return repeat.end;
    }
    const end = parser.read(chunk, offset);
    const { head } = parser;
    const sound = head && soundHead(head);
    if (isFirst && head !== undefined && typeof sound === 'object')
      repeated.read(chunk, offset, end, head, sound);
    this.parsed(sound);
    return end;
  }

  /** `sound`: what was judged of a head; a number is the status that refuses it. */
  private parsed(sound: SoundHead | number | undefined): void {
    const { refusal, head, body, isComplete, isInside } = this.parser;
    if (refusal !== 0) return this.fail(refusal);
    if (typeof sound === 'number') return this.fail(sound);
    const pieces = this.shared === undefined ? body : body?.map(copied);
    if (head !== undefined && sound !== undefined) return this.serve(head, sound, pieces, isComplete);
    if (this.exchange === undefined) {
      if (this.state === 'idle' && isInside) {
        this.state = 'head';
        this.context.wheel.set(this, this.context.deadlines.headMs);
      }
      return;
    }
    if (pieces !== undefined) this.exchange.receive(pieces);
    if (isComplete) this.exchange.received();
  }

  private kept(chunk: Uint8Array): Uint8Array {
    return this.shared === undefined ? chunk : copied(chunk);
  }

  private serve(
    head: MessageHead,
    sound: SoundHead,
    body: Uint8Array[] | undefined,
    isComplete: boolean,
  ): void {
    this.state = 'busy';
    this.isUsed = true;
    this.context.wheel.clear(this);
    const exchange = new Exchange(this, head, sound);
    this.exchange = exchange;
    if (body !== undefined) exchange.receive(body);
    if (isComplete) exchange.received();
    exchange.run();
  }

  private discard(chunk: Uint8Array): void {
    this.discardedBytes += chunk.byteLength;
    if (this.discardedBytes > MAX_DISCARDED_BYTES) this.socket.destroy();
    else this.context.wheel.set(this, this.context.deadlines.lingerMs);
  }

  private ended(): void {
    if (this.exchange?.isHandedOver === true) return;
    if (this.isDone) return this.socket.destroySoon();
    if (this.tunnel !== undefined) return this.tunnel.clientEnded();
    if (this.state !== 'busy') return this.linger();
    // A client that says goodbye does not wait for its answer.
    this.cutOff();
  }

  private closed(): void {
    this.silence();
    this.state = 'closed';
    this.context.wheel.remove(this);
    this.parser.free();
  }

  private get isDone(): boolean {
    return this.state === 'lingering' || this.state === 'closed';
  }

  /** What arrives from now on is not served. */
  private silence(): void {
    const { exchange } = this;
    this.exchange = undefined;
    this.pending = [];
    this.isFull = this.isHeld = false;
    if (this.state !== 'closed') this.state = 'lingering';
    exchange?.clientGone();
  }

  /** Says that we are done, and listens until the client is too: to close with bytes unread would be to reset. */
  private goodbye(): void {
    const { socket, context } = this;
    socket.end();
    if (socket.readableEnded) return socket.destroySoon();
    socket.resume();
    context.wheel.set(this, context.deadlines.lingerMs);
  }
}
