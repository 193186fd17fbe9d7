/** What a client is told once, and what a request to an origin is made of. */
import type { Socket } from 'node:net';
import type { ByteChannel } from '../byte-channel';
import type { OnDefect } from '../defect';
import type { MessageBody } from '../message-body';
import type { CancelSignal } from '../cancellation';
import type { BreakerOptions } from './breaker';
import type { ClientFault } from './fault';

export interface Origin {
  readonly protocol: 'http:' | 'https:';
  /** Without brackets, without port. */
  readonly hostname: string;
  readonly port: number;
  /** Whoever differs in this must not share a connection: an account, a TLS identity. */
  readonly key: string;
}

/** To be given to `net.connect` or `tls.connect`, which ask for a buffer ahead of each read. */
export interface ReadInto {
  readonly buffer: () => Uint8Array;
  callback(bytes: number, buffer: Uint8Array): boolean;
}

/**
 * Opens a socket, connected or still connecting; what it throws or rejects with is the `cause` of an `unconnected` fault.
 * This is the place for address checks. Half of a tunnel outlives the other only where the socket has `allowHalfOpen`.
 */
export type Connect<O extends Origin> = (origin: O, onread: ReadInto) => Socket | Promise<Socket>;

export interface ClientOptions<O extends Origin> {
  readonly connect: Connect<O>;
  /** To one origin; further requests fail with `busy`. Default 1,024. */
  readonly maxConnections?: number;
  /** When an origin that cannot be reached is left alone. */
  readonly breaker?: BreakerOptions;
  /** Default 4,000: below the 5 s after which many origins close an idle connection. */
  readonly idleMs?: number;
  /** Longest silence inside a body that is streamed. Default 60,000. */
  readonly bodySilenceMs?: number;
  /** Resolution of all deadlines. Default 25. */
  readonly tickMs?: number;
  readonly maxHeadBytes?: number;
  readonly maxFields?: number;
  /** What callers and readers of bodies see for a fault. Default: the fault itself. */
  readonly asError?: (fault: ClientFault) => Error;
  /** The error of `body.gather` for a body that is larger. */
  readonly tooLarge?: () => Error;
  /** Default: a process warning. */
  readonly onDefect?: OnDefect;
}

export interface Upload {
  /** `undefined` = unknown: it is sent chunked. */
  readonly length: number | undefined;
  stream(): AsyncIterable<Uint8Array>;
}

export interface ClientRequest<O extends Origin> {
  readonly origin: O;
  readonly method: string;
  /** Path with query, as it goes on the wire. */
  readonly target: string;
  /** `[name, value, ...]`. Fields of the connection and of the framing are ours, and left out. */
  readonly headers: readonly string[];
  readonly body: Uint8Array | Upload | undefined;
  /** Asks the origin to leave HTTP for WebSocket (RFC 6455 4.1); of a GET without a body only. Default: not asked. */
  readonly upgrade?: 'websocket' | undefined;
  /**
   * Until the answer is there, since the request was sent; of an answer that is streamed, until its head is there, for
   * `bodySilenceMs` bounds the rest.
   */
  readonly timeoutMs: number;
  readonly signal: CancelSignal | undefined;
}

export interface ClientAnswer {
  readonly status: number;
  readonly headers: string[];
  readonly body: MessageBody;
  /** Of a 101 only, which comes only to a request with `upgrade`. Whoever gets it must end it; nothing bounds its silence. */
  readonly channel?: ByteChannel | undefined;
}
