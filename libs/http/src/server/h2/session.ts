/** One HTTP/2 connection: its streams are exchanges. Frames, flow control and header compression are nghttp2's. */
import {
  constants,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { Timed } from '../../timer-wheel';
import type { OpenConnection, ServerContext } from '../connection';
import { peerOf, type Peer } from '../request';
import { refusalFields } from './answer';
import { H2Exchange } from './exchange';
import { streamHead } from './head';
import { sessionOptions } from './options';

/** RFC 9113 6.8: the first GOAWAY of a shutdown names this, so that streams under way are still served. */
const ANY_STREAM = 2 ** 31 - 1;

export class H2Session implements Timed, OpenConnection {
  deadlineMs = Infinity;
  lookAtMs = 0;
  slot = -1;
  readonly peer: Peer;
  private readonly session: ServerHttp2Session;
  private readonly exchanges = new Set<H2Exchange>();

  constructor(
    socket: Socket,
    readonly context: ServerContext,
  ) {
    this.peer = peerOf(socket, true);
    this.session = performServerHandshake(socket, sessionOptions(context.limits));
    context.wheel.set(this, context.deadlines.headMs);
    this.session.on('error', () => undefined);
    socket.on('end', () => this.session.destroy());
    this.session.on('close', () => context.wheel.remove(this));
    this.session.on('stream', (stream, _headers, _flags, fields) => this.beginSafely(stream, fields));
    if (context.phase !== 'open') this.drain();
  }

  /** The wheel's call: nothing runs, and nothing came for long. */
  expire(): void {
    this.session.close();
  }

  drain(): void {
    if (!this.session.closed) this.session.goaway(constants.NGHTTP2_NO_ERROR, ANY_STREAM);
  }

  /** What runs is answered; then it closes. */
  retire(): void {
    this.session.close();
  }

  cutOff(): void {
    this.session.destroy();
  }

  ended(exchange: H2Exchange): void {
    this.exchanges.delete(exchange);
    if (this.exchanges.size === 0 && !this.session.closed)
      this.context.wheel.set(this, this.context.deadlines.idleMs);
  }

  private beginSafely(stream: ServerHttp2Stream, fields: readonly string[]): void {
    try {
      this.begin(stream, fields);
    } catch (error) {
      stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      this.context.onDefect(error);
    }
  }

  private begin(stream: ServerHttp2Stream, fields: readonly string[]): void {
    stream.on('error', () => undefined);
    const head = streamHead(fields, !stream.endAfterHeaders);
    if (typeof head === 'number') {
      const refusal = refusalFields(head);
      stream.respond(refusal.fields);
      stream.end(refusal.body);
      stream.close(constants.NGHTTP2_NO_ERROR);
      return;
    }
    this.context.wheel.clear(this);
    this.exchanges.add(new H2Exchange(this, stream, head));
  }
}
