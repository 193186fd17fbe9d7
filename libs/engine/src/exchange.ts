/**
 * The state of one request, and what we answer. Independent of any HTTP library: the listener makes an `Exchange`,
 * the pipeline's steps read and extend it, and the listener writes the `Reply`.
 */

/** Header fields as a flat list `[name, value, name, value, ...]`, in order and case as received. */
export type HeaderList = string[];

/** Bytes of a message body that may still be on the wire. Either `gather` or `stream` may be called, once. */
export interface Body {
  /** Announced length in bytes; `undefined` = unknown (chunked); 0 = there is no body. */
  readonly length: number | undefined;
  /** All bytes. Rejects with `GatewayError('REQUEST_TOO_LARGE')` above `maxBytes`. */
  gather(maxBytes: number): Promise<Uint8Array>;
  stream(): AsyncIterable<Uint8Array>;
}

export interface InboundRequest {
  /** Verb as sent; `X-HTTP-Method-Override` is applied by the engine, not here. */
  readonly method: string;
  /** Raw path with percent escapes, always starting with `/`, without query. Includes the stage. */
  readonly path: string;
  /** Raw query without `?`; empty when absent. */
  readonly query: string;
  /** Host header without port, lower case. */
  readonly host: string;
  readonly headers: HeaderList;
  readonly protocol: string;
  readonly secure: boolean;
  /** Address of the peer socket (forwarding headers are not trusted). */
  readonly sourceIp: string;
  readonly localPort: number;
  readonly body: Body;
  /** Aborts when the client has gone or the node drains hard. */
  readonly signal: AbortSignal;
}

export type ReplyBody = string | Uint8Array | AsyncIterable<Uint8Array> | undefined;

export interface Reply {
  readonly status: number;
  readonly headers: HeaderList;
  /** A stream is written chunked unless `headers` holds its content-length. */
  readonly body: ReplyBody;
}

/** What the listener writes. `finish` is called exactly once, after the last byte or when the client has gone. */
export interface Answer extends Reply {
  finish(responseBytes: number, complete: boolean): void;
}
