/** One run of an authorizer: a stage of one route behind it, and what it says on the way. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Authorizer, RestApi, RestApiGraph, RestStage } from '@gatehouse/catalog';
import {
  claimTexts,
  DecisionCache,
  Gateway,
  nowhere,
  OWN_ENTRIES,
  type Answer,
  type Claims,
  type InboundRequest,
  type Kit,
} from '@gatehouse/engine';
import { restToSnapshot } from '@gatehouse/translate';
import type { Scope } from '../storage/graph-store';

export interface AuthorizerTrialInput {
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  /** `/path?query`; default `/`. */
  readonly pathWithQueryString?: string;
  readonly stageVariables?: Readonly<Record<string, string>>;
}

export interface AuthorizerTrial {
  /** 200 = there is a policy, whatever it says, or the token is good; else what a client would get. */
  readonly clientStatus: number;
  readonly log: string;
  /** Milliseconds. */
  readonly latency: number;
  readonly principalId?: string;
  /** JSON text. */
  readonly policy?: string;
  readonly claims?: Readonly<Record<string, string>>;
}

export interface Tried {
  readonly scope: Scope;
  readonly api: RestApi;
  readonly authorizer: Authorizer;
  readonly ports: Pick<Kit, 'upstream' | 'functions' | 'tokens'>;
}

const STAGE = 'ESTestInvoke-stage';

export async function runTrial(tried: Tried, input: AuthorizerTrialInput): Promise<AuthorizerTrial> {
  const heard: Heard = {};
  const gateway = new Gateway(listening(tried.ports, heard), { region: tried.scope.region });
  const { snapshot } = restToSnapshot(tried.scope, trialGraph(tried), trialStage(input));
  gateway.apply(snapshot);
  const startedMs = performance.now();
  const answer = await gateway.handle(trialRequest(tried.api.id, input));
  const latency = Math.round(performance.now() - startedMs);
  const said = saidBy(heard, answer);
  return { clientStatus: said.clientStatus, log: logOf(tried, said, latency), latency, ...said.told };
}

/** What came back from the function, or of the token. */
interface Heard {
  text?: string;
  claims?: Claims;
}

function listening(ports: Tried['ports'], heard: Heard): Kit {
  const clock = { now: () => Date.now(), monotonicMs: () => performance.now() };
  return {
    ...nowhere,
    clock,
    decisions: new DecisionCache({ clock, store: OWN_ENTRIES, maxBytes: 0 }),
    random: {
      uuid: () => randomUUID(),
      hex: (bytes) => randomBytes(bytes).toString('hex'),
      extendedId: () => `${randomBytes(11).toString('base64url')}=`,
    },
    functions: {
      invoke: async (call) => {
        const result = await ports.functions.invoke(call);
        if (!result.isError) heard.text = Buffer.from(result.payload).toString('utf8');
        return result;
      },
    },
    upstream: {
      send: async (request) => {
        const reply = await ports.upstream.send(request);
        const gather = async (maxBytes: number): Promise<Uint8Array> => {
          const bytes = await reply.body.gather(maxBytes);
          heard.text = Buffer.from(bytes).toString('utf8');
          return bytes;
        };
        return { ...reply, body: { length: reply.body.length, stream: () => reply.body.stream(), gather } };
      },
    },
    tokens: {
      issuerOf: (token) => ports.tokens.issuerOf(token),
      algorithmOf: (token) => ports.tokens.algorithmOf(token),
      verify: async (token, issuer) => (heard.claims = await ports.tokens.verify(token, issuer)),
    },
  };
}

/** Everything leads through the authorizer. */
function trialGraph({ api, authorizer }: Tried): RestApiGraph {
  const { policy: _policy, ...rest } = api;
  const type = authorizer.type === 'COGNITO_USER_POOLS' ? authorizer.type : 'CUSTOM';
  const resourceMethods = {
    ANY: {
      httpMethod: 'ANY',
      authorizationType: type,
      authorizerId: authorizer.id,
      apiKeyRequired: false,
      methodIntegration: {
        type: 'MOCK',
        requestTemplates: { $default: '{"statusCode": 200}' },
        passthroughBehavior: 'WHEN_NO_MATCH',
        timeoutInMillis: 29_000,
        cacheNamespace: 'trial',
        cacheKeyParameters: [],
        integrationResponses: { '200': { statusCode: '200' } },
      },
    },
  };
  return {
    kind: 'REST',
    api: { ...rest, endpointConfiguration: { types: ['REGIONAL'], ipAddressType: 'ipv4' } },
    resources: {
      root: { id: 'root', path: '/', resourceMethods },
      all: { id: 'all', path: '/{proxy+}', resourceMethods },
    },
    authorizers: { [authorizer.id]: authorizer },
    gatewayResponses: {},
  };
}

function trialStage({ stageVariables }: AuthorizerTrialInput): RestStage {
  return {
    stageName: STAGE,
    deploymentId: 'trial',
    cacheClusterEnabled: false,
    cacheClusterStatus: 'NOT_AVAILABLE',
    methodSettings: {},
    variables: { ...stageVariables },
    tracingEnabled: false,
    createdDate: 0,
    lastUpdatedDate: 0,
  };
}

function trialRequest(apiId: string, input: AuthorizerTrialInput): InboundRequest {
  const { headers = {}, multiValueHeaders = {}, pathWithQueryString = '/' } = input;
  const [path = '/', query = ''] = pathWithQueryString.split('?', 2);
  const host = `${apiId}.execute-api.localhost`;
  const list = ['Host', host];
  for (const [name, value] of Object.entries(headers)) list.push(name, value);
  for (const [name, values] of Object.entries(multiValueHeaders))
    for (const value of values) list.push(name, value);
  return {
    method: 'GET',
    path: `/${STAGE}${path.startsWith('/') ? path : `/${path}`}`,
    query,
    host,
    headers: list,
    protocol: 'HTTP/1.1',
    secure: true,
    sourceIp: '127.0.0.1',
    localPort: 443,
    body: { length: 0, gather: () => Promise.resolve(new Uint8Array()), stream: nothing },
    signal: AbortSignal.timeout(30_000),
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // no body
}

interface Said {
  readonly clientStatus: number;
  readonly told: Pick<AuthorizerTrial, 'principalId' | 'policy' | 'claims'>;
}

/** A policy that denies this path is a policy. */
function saidBy({ text, claims }: Heard, { status }: Answer): Said {
  if (status !== 200 && status !== 403) return { clientStatus: status, told: {} };
  if (claims !== undefined) return { clientStatus: status, told: { claims: claimTexts(claims) } };
  const { principalId, policyDocument } = JSON.parse(text ?? '{}') as Record<string, unknown>;
  return {
    clientStatus: text === undefined ? status : 200,
    told: {
      ...(typeof principalId === 'string' && { principalId }),
      ...(policyDocument !== undefined && { policy: JSON.stringify(policyDocument) }),
    },
  };
}

/** Without token and without what the function said: the caller has the one, and the other beside the log. */
function logOf({ authorizer, api }: Tried, { clientStatus }: Said, latency: number): string {
  const at = new Date().toUTCString();
  const end =
    clientStatus === 200
      ? 'Successfully completed authorizer execution'
      : `Ended with status ${clientStatus}`;
  const lines = [
    `Starting authorizer: ${authorizer.id} of API ${api.id}`,
    'Incoming identity: ***',
    `Authorizer latency: ${latency} ms`,
    end,
  ];
  return lines.map((line) => `${at} : ${line}\n`).join('');
}
