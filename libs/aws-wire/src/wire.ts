// A request and an answer as they are on the wire, free of any HTTP library.

export interface WireRequest {
  readonly method: string;
  /** Raw: still percent-encoded, without query. */
  readonly path: string;
  /** Raw, without `?`. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}
