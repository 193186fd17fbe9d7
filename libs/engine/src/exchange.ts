/**
 * The state of one request, and what we answer. Independent of any HTTP library: the listener hands in an
 * `InboundRequest`, the pipeline's steps read and extend the `Exchange` made of it, and the listener writes the `Answer`.
 */
import type { ApiKeySnapshot } from '@gatehouse/snapshot';
import { CountedBody } from './counted-body';
import type { CountedChannel } from './counted-channel';
import type { Fault } from './errors';
import type { Level } from './limits/stage-buckets';
import type { FunctionResult, Kit, TraceContext, UpstreamReply, UpstreamUrl } from './ports';
import type { RouteProgram, StageFacts } from './program';
import { parseQuery, type QueryParameters } from './query';
import { RequestFields } from './request-fields';

/** Header fields as a flat list `[name, value, name, value, ...]`, in order and case as received. */
export type HeaderList = string[];

/** Bytes of a message body that may still be on the wire. It is taken once, by `gather` or `stream`, or by a `whole` that has it. */
export interface Body {
  /** Announced length in bytes; `undefined` = unknown (chunked); 0 = there is no body. */
  readonly length: number | undefined;
  /** Is all of it here? Then its stream gives it at once to whoever asks that for its `whole`. Default: no. */
  readonly isHere?: boolean;
  /** All bytes, where all of them are here and were not taken yet: nobody needs to wait for those. */
  whole?(): Uint8Array | undefined;
  /** All bytes. Rejects with `GatewayError('REQUEST_TOO_LARGE')` above `maxBytes`. */
  gather(maxBytes: number): Promise<Uint8Array>;
  stream(): AsyncIterable<Uint8Array>;
}

/** What an `AbortSignal` is as far as anyone here needs it. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Bytes both ways with somebody who has left HTTP for another protocol. */
export interface ByteChannel {
  /** What the far end sends, until its end; throws where that breaks off. May be iterated once; what is not read is held back. */
  readonly incoming: AsyncIterable<Uint8Array>;
  /** Aborts when the far end has broken off, whichever direction was in use. */
  readonly signal: CancelSignal;
  /** Resolves when there is room for more; rejects when the far end takes no more. `bytes` must not change any more. */
  write(bytes: Uint8Array): Promise<void>;
  /** Nothing follows from this side; what comes in goes on. */
  end(): void;
  /** Both directions, at once. */
  abort(): void;
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
  readonly headers: readonly string[];
  /** Goes with `headers`, which several requests may share: what was made of them once. Default: nobody shares them. */
  readonly ofHeaders?: { made: unknown };
  readonly protocol: string;
  readonly secure: boolean;
  /** Address of the peer socket (forwarding headers are not trusted). */
  readonly sourceIp: string;
  readonly localPort: number;
  readonly body: Body;
  /** Is it an upgrade to WebSocket, which may be answered with a `channel`? Default: no. */
  readonly asksWebSocket?: boolean;
  /** Aborts when the client has gone or the node drains hard. */
  readonly signal: CancelSignal;
}

/** `whole` as that of a `Body`. */
export interface ByteStream extends AsyncIterable<Uint8Array> {
  whole?(): Uint8Array | undefined;
}

export type ReplyBody = string | Uint8Array | ByteStream | undefined;

/** Fields of an answer that is given again and again, with the same status. */
export interface RepeatedFields {
  readonly list: readonly string[];
  /** What a listener makes of them, once. Nobody else reads it. */
  written: unknown;
}

export interface Reply {
  readonly status: number;
  /** Ahead of `headers`. Default: none. */
  readonly repeated?: RepeatedFields | undefined;
  readonly headers: HeaderList;
  /** A stream is written chunked unless `headers` holds its content-length. */
  readonly body: ReplyBody;
  /**
   * With status 101, to a request that `asksWebSocket`: behind the head, what this sends goes to the client, and what the client
   * sends is written to it. The listener ends or aborts it.
   */
  readonly channel?: ByteChannel | undefined;
}

/** What the listener writes. `finish` is called exactly once, after the last byte or when the client has gone. */
export interface Answer extends Reply {
  finish(responseBytes: number, complete: boolean): void;
}

/** The request to the integration, as far as a mapping decides it. */
export interface Outgoing {
  readonly url: UpstreamUrl;
  readonly method: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array | Body | undefined;
  /** Span of the call; without a sampled trace it is our server span's id. */
  readonly spanId: string;
}

export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** What an authorizer has said of the caller; integrations, mappings and logs see it. */
export interface Authorization {
  readonly by: 'function' | 'jwt' | 'cognito' | 'iam';
  readonly principalId: string | undefined;
  /** Of a function. REST: values as text. */
  readonly context: Readonly<Record<string, JsonValue>>;
  /** Of a token; values as text. */
  readonly claims: Readonly<Record<string, string>> | undefined;
  /** Of a JWT, where the route asks for scopes. */
  readonly scopes: readonly string[] | undefined;
  /** `undefined` = nothing was called. */
  readonly latencyMs: number | undefined;
  /** API key of the caller, where the API takes it from here. */
  readonly usageIdentifierKey: string | undefined;
  /** All of it as one text, written by whoever first needs that. */
  text: string | undefined;
}

/** `$context.identity.*`, beside what the connection tells. */
export interface Identity {
  readonly accessKey: string | undefined;
  readonly accountId: string | undefined;
  readonly caller: string | undefined;
  readonly user: string | undefined;
  readonly userArn: string | undefined;
  readonly apiKey: string | undefined;
  readonly apiKeyId: string | undefined;
}

export const NOBODY: Identity = {
  accessKey: undefined,
  accountId: undefined,
  caller: undefined,
  user: undefined,
  userArn: undefined,
  apiKey: undefined,
  apiKeyId: undefined,
};

/** Where the request was addressed, after host and base path are understood. */
export interface Destination {
  readonly facts: StageFacts;
  readonly route: RouteProgram;
  /** Path variables' raw texts, in the order of `route.variables`. */
  readonly params: readonly string[];
  /** Verb after `X-HTTP-Method-Override`. */
  readonly method: string;
  /** What the router matched: starts after the stage. */
  readonly path: string;
  /** `$context.path`: with the stage, without the path form's prefix. */
  readonly apiPath: string;
}

/** All fields exist from the start, so that every request has one shape. */
export class Exchange {
  readonly facts: StageFacts;
  readonly route: RouteProgram;
  readonly params: readonly string[];
  readonly method: string;
  readonly path: string;
  readonly apiPath: string;
  /** Another one once a step has gathered it. */
  body: Body;
  readonly startedMs: number;

  authorizer: Authorization | undefined = undefined;
  identity: Identity = NOBODY;
  /** Of a usage plan. */
  usageKey: ApiKeySnapshot | undefined = undefined;
  /** Level that refused the call, or has the fewest left. */
  limitedBy: Level | undefined = undefined;
  /** Of a route whose answers are kept. */
  cacheResult: 'hit' | 'miss' | undefined = undefined;
  /** `WWW-Authenticate` of a refusal. */
  challenge: string | undefined = undefined;
  outgoing: Outgoing | undefined = undefined;
  /** Answer of a function integration. */
  functionResult: FunctionResult | undefined = undefined;
  upstream: UpstreamReply | undefined = undefined;
  /** Of a tunnel to the integration. */
  channel: CountedChannel | undefined = undefined;
  /** Status that a MOCK request template asks for. */
  mockStatus = 0;
  integrationStatus: number | undefined = undefined;
  integrationLatencyMs: number | undefined = undefined;
  integrationError: string | undefined = undefined;
  fault: Fault | undefined = undefined;
  status = 0;
  responseBytes = 0;
  latencyMs = 0;

  #query: QueryParameters | undefined = undefined;
  #requestId: string | undefined = undefined;
  #extendedRequestId: string | undefined = undefined;

  constructor(
    readonly request: InboundRequest,
    readonly fields: RequestFields,
    readonly trace: TraceContext,
    readonly kit: Kit,
    destination: Destination,
  ) {
    this.facts = destination.facts;
    this.route = destination.route;
    this.params = destination.params;
    this.method = destination.method;
    this.path = destination.path;
    this.apiPath = destination.apiPath;
    this.body = request.body.length === undefined ? new CountedBody(request.body) : request.body;
    this.startedMs = kit.clock.monotonicMs();
  }

  /** Another request in the place of this one: same place, same ids. Nobody is known to call. */
  standIn(request: InboundRequest): Exchange {
    const other = new Exchange(request, RequestFields.of(request), this.trace, this.kit, this);
    other.#requestId = this.requestId;
    other.#extendedRequestId = this.extendedRequestId;
    other.body = this.body;
    return other;
  }

  get hasBody(): boolean {
    return this.body.length !== 0;
  }

  get requestBytes(): number {
    if (this.channel !== undefined) return this.channel.bytes;
    return this.body instanceof CountedBody ? this.body.bytes : (this.body.length ?? 0);
  }

  get isUploadTooLarge(): boolean {
    return this.body instanceof CountedBody && this.body.isTooLarge;
  }

  get query(): QueryParameters {
    return (this.#query ??= parseQuery(this.request.query));
  }

  /** A uuid for REST APIs; HTTP APIs know one id only. */
  get requestId(): string {
    return (this.#requestId ??= this.facts.kind === 'REST' ? this.kit.random.uuid() : this.extendedRequestId);
  }

  get extendedRequestId(): string {
    return (this.#extendedRequestId ??= this.kit.random.extendedId());
  }

  /** Wall clock at `monotonicMs`, with fractions. */
  wallMs(monotonicMs: number): number {
    return this.kit.clock.now() - (this.kit.clock.monotonicMs() - monotonicMs);
  }
}
