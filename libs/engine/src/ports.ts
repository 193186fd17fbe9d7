/** What the engine needs of the world. Adapters live in `platform`; every adapter passes the port's contract suite. */
import type { DecisionCache } from './authorization/decision-cache';
import type { ResponseCache } from './response-cache/response-cache';
import type { Body, ByteChannel, CancelSignal, HeaderList } from './exchange';
import type { Limit } from './limits/bucket';
import type { Limits } from './limits/limits';
import type { Metering } from './metering/meters';
import type { CanaryFacts } from './program';

export interface UpstreamRequest {
  /** Pools are never shared between accounts. */
  readonly accountId: string;
  readonly url: UpstreamUrl;
  readonly method: string;
  readonly headers: HeaderList;
  /** `undefined` = no body. */
  readonly body: Uint8Array | Body | undefined;
  /** Asks the origin to leave HTTP for WebSocket; of a GET without a body only. */
  readonly upgrade?: 'websocket' | undefined;
  /** Until the answer is there, all of it where its body is gathered, its head where it is streamed. */
  readonly timeoutMs: number;
  readonly tlsInsecureSkipVerification: boolean;
  readonly signal: CancelSignal;
}

export interface UpstreamUrl {
  readonly protocol: 'http:' | 'https:';
  /** Without brackets, without port. */
  readonly hostname: string;
  readonly port: number;
  /** Path with query, as it goes on the wire. */
  readonly target: string;
}

export interface UpstreamReply {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Body;
  /** Of a 101 only, which comes only to a request with `upgrade`. Whoever gets it must end or abort it. */
  readonly channel?: ByteChannel | undefined;
}

export type UpstreamFault =
  | 'timeout' // no answer within timeoutMs; also of a body that is gathered
  | 'refused' // connection refused or reset before anything was sent
  | 'unresolved' // the name has no address
  | 'blocked' // the SSRF guard refused the address
  | 'broken' // TLS failure, protocol garbage, truncated answer
  | 'aborted'; // the client went away

export class UpstreamError extends Error {
  constructor(
    readonly fault: UpstreamFault,
    message: string,
  ) {
    super(message);
    this.name = 'UpstreamError';
  }
}

/** Sends one request to an HTTP origin. Rejects with `UpstreamError` only. Redirects are not followed. */
export interface Upstream {
  send(request: UpstreamRequest): Promise<UpstreamReply>;
}

export interface FunctionCall {
  readonly accountId: string;
  /** ARN of the function, maybe with a qualifier. */
  readonly functionArn: string;
  /** JSON. */
  readonly payload: string | Uint8Array;
  /** `true` = the function is started and nobody waits for its result (`Event`). */
  readonly isAsync: boolean;
  /** On whose behalf; a function's policy names it. `arn:aws:execute-api:...`. */
  readonly sourceArn: string;
  /** Role of the call; absent = the function's own policy must allow it. */
  readonly credentials?: string;
  /** Until the whole result is there. */
  readonly timeoutMs: number;
  readonly traceHeader?: string;
  readonly signal: CancelSignal;
}

export interface FunctionResult {
  /** As the function returned it; empty when async. */
  readonly payload: Uint8Array;
  /** The function threw, ran out of its time or died; the payload tells `errorMessage` and `errorType`. */
  readonly isError: boolean;
}

export type FunctionFault =
  | 'timeout' // no result within timeoutMs
  | 'forbidden' // the function's policy does not allow it
  | 'missing' // there is no such function, or no engine that has it
  | 'throttled' // the engine runs as many as it may
  | 'too-large' // payload or result above the engine's limit
  | 'broken' // the engine cannot be reached or answers garbage
  | 'aborted'; // the client went away

export class FunctionError extends Error {
  constructor(
    readonly fault: FunctionFault,
    message: string,
  ) {
    super(message);
    this.name = 'FunctionError';
  }
}

/** Runs functions by their ARN. Rejects with `FunctionError` only. */
export interface Functions {
  invoke(call: FunctionCall): Promise<FunctionResult>;
}

/** What a token says, signature, issuer and times checked. */
export type Claims = Readonly<Record<string, unknown>>;

export type TokenFault = 'invalid' | 'expired' | 'unavailable'; // unavailable: the issuer's keys cannot be had

export class TokenError extends Error {
  /** `message` is fit for the client. */
  constructor(
    readonly fault: TokenFault,
    message: string,
  ) {
    super(message);
    this.name = 'TokenError';
  }
}

/** JSON Web Tokens of OpenID Connect issuers. */
export interface Tokens {
  /** What a token claims its issuer to be, nothing checked; `undefined` = it is no token. */
  issuerOf(token: string): string | undefined;
  /** What a token says it is signed with, nothing checked; `undefined` = it is no token. */
  algorithmOf(token: string): string | undefined;
  /** At once where this token was checked before. Rejects with `TokenError` only. */
  verify(token: string, issuer: string): Claims | Promise<Claims>;
}

/** Secrets that snapshots hold sealed for nodes. */
export interface Secrets {
  /** `undefined` = it was sealed for others, or changed, or moved. `purpose` is bound in. */
  open(sealed: string, purpose: string): string | undefined;
}

export interface SharedEntry {
  readonly text: string;
  /** Epoch milliseconds. */
  readonly untilMs: number;
}

/** The right, and the duty, to make the call that others wait for. One of the two methods is called, once. */
export interface EntryClaim {
  /** Nobody waits for it. */
  keep(entry: SharedEntry): void;
  /** There is nothing to keep; whoever waits calls for himself. */
  release(): void;
}

/**
 * What nodes share of what they were told, by authorizers or by origins. Fails open to a claim: never rejects, and never holds
 * anybody for longer.
 */
export interface SharedEntries {
  /** Waits at most `waitMs` for the result of a call that another node makes just now. */
  obtain(key: string, waitMs: number): Promise<SharedEntry | EntryClaim>;
  /** Whatever is there; other nodes hear of it. */
  replace(key: string, entry: SharedEntry): void;
  /** Tells of what other nodes have replaced, until what it returns is called. Absent = there are none. */
  onReplaced?(listener: (key: string) => void): () => void;
}

/** Wall clock for what users see, monotonic for durations. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds from an arbitrary origin, never going back. */
  monotonicMs(): number;
}

export interface Random {
  uuid(): string;
  /** `bytes` random bytes as lower-case hex. */
  hex(bytes: number): string;
  /** 11 random bytes as base64url, with the `=` of its padding, as the extended request ids of AWS look. */
  extendedId(): string;
}

/** W3C trace context of one request. */
export interface TraceContext {
  /** 32 lower-case hex digits; kept from the client where it sent a valid `traceparent` or `X-Amzn-Trace-Id` root. */
  readonly traceId: string;
  /** Our server span's id, 16 lower-case hex digits; it becomes the parent of what we call. */
  readonly spanId: string;
  /** The caller's span, when there is one. */
  readonly parentSpanId: string | undefined;
  readonly sampled: boolean;
}

/** A finished span. Built only for sampled requests. Times are epoch milliseconds with fractions. */
export interface SpanRecord {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: 'server' | 'client';
  readonly startMs: number;
  readonly endMs: number;
  readonly error: boolean;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** Decides sampling first, before anything is built; takes finished spans. Fails open: never throws, never waits. */
export interface Tracing {
  /** Is a trace that begins here sampled? Called only where the caller has not decided. An id that nobody reads is never made. */
  sampleRoot(trace: Pick<TraceContext, 'traceId'>): boolean;
  record(span: SpanRecord): void;
}

/** What is known of one request after its last byte. Label values come from configuration only, never from the request. */
export interface RequestOutcome {
  readonly accountId: string;
  readonly apiId: string;
  readonly stage: string;
  /** Route key as configured; `-` when no route matched. */
  readonly route: string;
  readonly status: number;
  readonly latencyMs: number;
  /** `undefined` = no integration ran. */
  readonly integrationLatencyMs: number | undefined;
  /** `undefined` = answers are not cached. */
  readonly cacheResult: 'hit' | 'miss' | undefined;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** `undefined` = the stage has no canary. */
  readonly canary: CanaryFacts | undefined;
}

/** Counters and histograms. Cheap and synchronous. */
export interface Observer {
  observe(outcome: RequestOutcome): void;
}

/** One finished line, without line end. Batched by the adapter; fails open. */
export interface AccessLog {
  write(line: string): void;
}

/** A broken promise of our own code, caught at the pipeline's edge; the client saw a 500 without detail. */
export interface Defects {
  report(error: unknown, requestId: string): void;
}

export interface Kit {
  readonly upstream: Upstream;
  readonly functions: Functions;
  readonly decisions: DecisionCache;
  readonly responses: ResponseCache;
  readonly limits: Limits;
  /** Of all calls of an account in its region. Absent = none. */
  readonly accountLimit?: Limit;
  readonly tokens: Tokens;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly random: Random;
  readonly tracing: Tracing;
  readonly observer: Observer;
  readonly accessLog: AccessLog;
  /** Absent = nothing is metered. */
  readonly metering?: Metering;
  /** Absent = such errors are seen as 500s only. */
  readonly defects?: Defects;
}
