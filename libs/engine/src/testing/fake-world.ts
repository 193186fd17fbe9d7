/** A world for specs: a recording upstream, a clock that ticks one millisecond per look, random numbers that count. */
import type { IntegrationSnapshot, Route, Snapshot } from '@gatehouse/snapshot';
import type { Answer, Body, HeaderList, InboundRequest, ReplyBody } from '../exchange';
import { DecisionCache, OWN_ENTRIES } from '../authorization/decision-cache';
import { ResponseCache } from '../response-cache/response-cache';
import { Gateway } from '../gateway';
import { OwnLimits } from '../limits/limits';
import type { StageDraft } from '../stage-draft';
import {
  FunctionError,
  TokenError,
  type Claims,
  UpstreamError,
  type FunctionCall,
  type FunctionResult,
  type Kit,
  type RequestOutcome,
  type SpanRecord,
  type UpstreamFault,
  type UpstreamReply,
  type UpstreamRequest,
} from '../ports';

/** 2020-03-04T19:15:17Z. */
export const NOW_MS = 1_583_349_317_000;

export interface Backend {
  readonly status?: number;
  readonly headers?: HeaderList;
  readonly body?: string;
  readonly fault?: UpstreamFault;
}

export interface Sent extends Omit<UpstreamRequest, 'body'> {
  readonly body: string;
}

export interface FakeWorld {
  readonly kit: Kit;
  readonly sent: Sent[];
  readonly outcomes: RequestOutcome[];
  readonly lines: string[];
  readonly spans: SpanRecord[];
  readonly defects: unknown[];
  readonly calls: FunctionCall[];
  /** Lets so many milliseconds go by. */
  readonly pass: (ms: number) => void;
  /** Tokens that verify, and what they say. */
  readonly tokens: Map<string, { readonly issuer: string; readonly claims: Claims | TokenError }>;
  /** What the function returns; throw `FunctionError` for what cannot be called. */
  functionOf: (event: unknown, call: FunctionCall) => unknown;
  backend: Backend | ((request: UpstreamRequest) => Promise<UpstreamReply>);
  sampleRoots: boolean;
}

export function fakeWorld(): FakeWorld {
  let ticks = 0;
  let drawn = 0;
  const world: Omit<FakeWorld, 'kit' | 'pass'> = {
    sent: [],
    outcomes: [],
    lines: [],
    spans: [],
    defects: [],
    backend: {},
    calls: [],
    tokens: new Map(),
    functionOf: (event) => event,
    sampleRoots: false,
  };
  const clock = {
    now: () => NOW_MS + ticks,
    monotonicMs: () => ++ticks,
    pass: (ms: number) => void (ticks += ms),
  };
  const kit: Kit = {
    upstream: { send: (request) => send(world, request) },
    functions: { invoke: (call) => invoke(world, call) },
    responses: new ResponseCache({ clock, maxBytes: 1_000_000 }),
    decisions: new DecisionCache({ clock, store: OWN_ENTRIES, maxBytes: 1_000_000 }),
    limits: new OwnLimits(clock),
    tokens: {
      issuerOf: (token) => world.tokens.get(token)?.issuer,
      algorithmOf: (token) => token.split(' ')[0],
      verify: (token, issuer) => verify(world, token, issuer),
    },
    secrets: { open: (sealed, purpose) => openSecret(sealed, purpose) },
    clock,
    random: {
      uuid: () => `00000000-0000-4000-8000-${String(++drawn).padStart(12, '0')}`,
      hex: (bytes) => (++drawn).toString(16).padStart(bytes * 2, '0'),
      extendedId: () => {
        const bytes = Buffer.from((++drawn).toString(16).padStart(22, '0'), 'hex');
        return `${bytes.toString('base64url')}=`;
      },
    },
    tracing: { sampleRoot: () => world.sampleRoots, record: (span) => void world.spans.push(span) },
    observer: { observe: (outcome) => void world.outcomes.push(outcome) },
    accessLog: { write: (line) => void world.lines.push(line) },
    defects: { report: (error) => void world.defects.push(error) },
  };
  return Object.assign(world, { kit, pass: clock.pass });
}

function verify(world: Pick<FakeWorld, 'tokens'>, token: string, issuer: string): Claims | Promise<Claims> {
  const known = world.tokens.get(token);
  if (known?.issuer !== issuer) return Promise.reject(new TokenError('invalid', 'the token is not valid'));
  return known.claims instanceof TokenError ? Promise.reject(known.claims) : known.claims;
}

/** `sealedFor {purpose}: {secret}`. */
function openSecret(sealed: string, purpose: string): string | undefined {
  const [, sealedFor, secret] = /^(.*): (.*)$/.exec(sealed) ?? [];
  return sealedFor === purpose ? secret : undefined;
}

/** A thrown `Error` is one of the function's own. */
async function invoke(
  world: Pick<FakeWorld, 'calls' | 'functionOf'>,
  call: FunctionCall,
): Promise<FunctionResult> {
  world.calls.push(call);
  const payload = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value ?? null));
  try {
    const event: unknown = JSON.parse(Buffer.from(call.payload as string).toString('utf8'));
    return { payload: payload(await world.functionOf(event, call)), isError: false };
  } catch (error) {
    if (error instanceof FunctionError || !(error instanceof Error)) throw error;
    return { payload: payload({ errorMessage: error.message, errorType: error.name }), isError: true };
  }
}

async function send(
  world: Omit<FakeWorld, 'kit' | 'pass'>,
  request: UpstreamRequest,
): Promise<UpstreamReply> {
  const { body, ...rest } = request;
  try {
    world.sent.push({ ...rest, body: await textOf(body) });
  } catch {
    throw new UpstreamError('broken', 'upload failed');
  }
  if (typeof world.backend === 'function') return world.backend(request);
  const { status = 200, headers = [], body: text = '', fault } = world.backend;
  if (fault !== undefined) throw new UpstreamError(fault, `backend is ${fault}`);
  return { status, headers, body: bodyOf(text) };
}

async function textOf(body: Uint8Array | Body | undefined): Promise<string> {
  if (body === undefined) return '';
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8');
  return gathered(body.stream());
}

async function gathered(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** `announced: false` = chunked. */
export function bodyOf(text: string, announced = true): Body {
  const bytes = Buffer.from(text, 'utf8');
  return {
    length: announced ? bytes.byteLength : undefined,
    gather: async () => bytes,
    stream: async function* () {
      if (bytes.byteLength > 0) yield bytes;
    },
  };
}

export interface AskedFor {
  readonly method?: string;
  readonly host?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: HeaderList;
  readonly body?: string | Body;
  readonly signal?: AbortSignal;
  readonly secure?: boolean;
  readonly asksWebSocket?: boolean;
}

/** Heads that came before. A listener makes one object of those of a connection, so here whoever sends the same shares one too. */
const HEADS = new Map<string, Pick<InboundRequest, 'headers' | 'ofHeaders'>>();

function headOf(headers: readonly string[]): Pick<InboundRequest, 'headers' | 'ofHeaders'> {
  const key = JSON.stringify(headers);
  const known = HEADS.get(key) ?? { headers, ofHeaders: { made: undefined } };
  HEADS.set(key, known);
  return known;
}

export function request(asked: AskedFor): InboundRequest {
  const host = asked.host ?? 'api1.execute-api.localhost';
  return {
    ...headOf(['Host', host, ...(asked.headers ?? [])]),
    method: asked.method ?? 'GET',
    path: asked.path ?? '/',
    query: asked.query ?? '',
    host,
    protocol: 'HTTP/1.1',
    secure: asked.secure ?? false,
    sourceIp: '198.51.100.7',
    localPort: 8080,
    body: typeof asked.body === 'object' ? asked.body : bodyOf(asked.body ?? ''),
    asksWebSocket: asked.asksWebSocket ?? false,
    signal: asked.signal ?? new AbortController().signal,
  };
}

export interface Answered {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string;
}

/** Handles one request to its end, as a listener does. */
export async function ask(gateway: Gateway, asked: AskedFor): Promise<Answered> {
  const answer: Answer = await gateway.handle(request(asked));
  const body = await bodyText(answer.body);
  answer.finish(Buffer.byteLength(body), true);
  return { status: answer.status, headers: [...(answer.repeated?.list ?? []), ...answer.headers], body };
}

async function bodyText(body: ReplyBody): Promise<string> {
  if (body === undefined) return '';
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : gathered(body);
}

export function gatewayOf(world: FakeWorld, ...snapshots: Snapshot[]): Gateway {
  const gateway = new Gateway(world.kit, { region: 'eu-west-1' });
  for (const snapshot of snapshots) gateway.apply(snapshot);
  return gateway;
}

export function draftOf(gateway: Gateway, snapshot: Snapshot): StageDraft {
  const draft = gateway.draft(snapshot);
  draft.addAll(snapshot.routes);
  return draft;
}

export function snapshotOf(members: Partial<Snapshot> & { routes: readonly Route[] }): Snapshot {
  return {
    schema: 1,
    requires: [],
    accountId: '111122223333',
    region: 'eu-west-1',
    apiId: 'api1',
    apiName: 'pets',
    kind: 'REST',
    stage: 'prod',
    deploymentId: 'dep001',
    stageVariables: {},
    disableExecuteApiEndpoint: false,
    binaryMediaTypes: [],
    ...members,
  };
}

/** `GET /pets/{id}`, or `$default`. */
export function routeOf(
  key: string,
  integration: Partial<IntegrationSnapshot> = {},
  rest: Partial<Route> = {},
): Route {
  const [method = '', path = ''] = key === '$default' ? ['ANY', '$default'] : key.split(' ');
  return {
    id: `res-${key}`,
    method,
    path,
    key,
    authorization: { type: 'NONE' },
    apiKeyRequired: false,
    integration: integrationOf(integration),
    ...rest,
  };
}

function integrationOf(members: Partial<IntegrationSnapshot>): IntegrationSnapshot {
  const mapping = { requestTemplates: {}, passthroughBehavior: 'WHEN_NO_MATCH', responses: [] } as const;
  if (members.type === 'UNAVAILABLE') return { type: 'UNAVAILABLE', declaredType: 'AWS_PROXY', ...members };
  if (members.type === 'MOCK') return { ...mapping, ...members, type: 'MOCK' };
  if (members.type === 'AWS_PROXY' || members.type === 'AWS') {
    const functionArn = 'arn:aws:lambda:eu-west-1:111122223333:function:pets';
    const base = { functionArn, payloadFormat: '1.0', timeoutMs: 29_000, requestParameters: {} } as const;
    return { ...base, ...mapping, ...members, type: members.type };
  }
  return {
    uri: 'http://backend.test/base',
    timeoutMs: 29_000,
    tlsInsecureSkipVerification: false,
    requestParameters: {},
    responseParameters: {},
    ...mapping,
    type: 'HTTP_PROXY',
    ...members,
  } as IntegrationSnapshot;
}

/** All values of a name, without regard to case. */
export function valuesOf(headers: HeaderList, name: string): string[] {
  const lower = name.toLowerCase();
  return headers.filter((_value, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === lower);
}
