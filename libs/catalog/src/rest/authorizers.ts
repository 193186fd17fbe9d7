/** Rules of the authorizers of REST APIs (API reference, "Authorizer"). */
import {
  isIssuer,
  MAX_AUTHORIZERS,
  requireAuthorizerName,
  requireAuthorizerUri,
  requirePattern,
  requireRole,
  requireTtl,
  TOO_MANY_AUTHORIZERS,
} from '../authorizer-rules';
import { badRequest, conflict, limitExceeded, notFound } from '../fault';
import type { PatchOperation } from '../patch/operation';
import { applyListedPatch, type PatchEntry } from '../patch/table';
import { methodsOf, settleAuthorizer } from './references';
import type { Authorizer, RestApiGraph } from './types';

export interface CreateAuthorizerInput {
  readonly name: string;
  readonly type: string;
  readonly providerARNs?: string[];
  readonly authType?: string;
  readonly authorizerUri?: string;
  readonly authorizerCredentials?: string;
  readonly identitySource?: string;
  readonly identityValidationExpression?: string;
  readonly authorizerResultTtlInSeconds?: number;
}

export const DEFAULT_TTL_SECONDS = 300;

export function authorizerOf(graph: RestApiGraph, id: string): Authorizer {
  const authorizer = Object.hasOwn(graph.authorizers, id) ? graph.authorizers[id] : undefined;
  if (!authorizer) throw notFound('Invalid Authorizer identifier specified');
  return authorizer;
}

export function createAuthorizer(graph: RestApiGraph, input: CreateAuthorizerInput, id: string): Authorizer {
  const { name, type, authType, providerARNs, authorizerResultTtlInSeconds: ttl } = input;
  if (Object.keys(graph.authorizers).length >= MAX_AUTHORIZERS) throw limitExceeded(TOO_MANY_AUTHORIZERS);
  const authorizer: Authorizer = {
    id,
    name,
    type,
    authType: authType || (type === 'COGNITO_USER_POOLS' ? 'cognito_user_pools' : 'custom'),
  };
  for (const member of TEXTS) {
    const value = input[member];
    if (value) authorizer[member] = value;
  }
  if (providerARNs?.length) authorizer.providerARNs = [...providerARNs];
  if (ttl !== undefined) authorizer.authorizerResultTtlInSeconds = ttl;
  requireSound(graph, authorizer);
  graph.authorizers[id] = authorizer;
  return authorizer;
}

/** Not while a method names it. */
export function deleteAuthorizer(graph: RestApiGraph, id: string): void {
  const authorizer = authorizerOf(graph, id);
  const [user] = methodsOf(graph, authorizer);
  if (user) {
    throw conflict(`Cannot delete authorizer '${authorizer.name}', is referenced in method: ${user.name}`);
  }
  delete graph.authorizers[id];
}

function requireSound(graph: RestApiGraph, authorizer: Authorizer): void {
  const others = Object.values(graph.authorizers).filter(({ id }) => id !== authorizer.id);
  requireAuthorizerName(authorizer.name, others);
  requireTtl(authorizer.authorizerResultTtlInSeconds);
  requireRole(authorizer.authorizerCredentials);
  requirePattern(authorizer.identityValidationExpression);
  if (authorizer.type === 'COGNITO_USER_POOLS') requireProviders(authorizer.providerARNs ?? []);
  else requireAuthorizerUri(authorizer.authorizerUri);
  if (authorizer.type === 'REQUEST') requireSources(authorizer);
  else requireOneHeader(authorizer.identitySource);
}

const HEADER = /^method\.request\.header\.[^\s,]+$/;
const SOURCE = /^(?:method\.request\.(?:header|querystring)|stageVariables|context)\.[^\s,]+$/;

function requireOneHeader(source: string | undefined): void {
  if (HEADER.test(source ?? '')) return;
  throw badRequest(
    `Invalid identity source specified: ${source ?? 'null'}. It must be one header: method.request.header.{name}`,
  );
}

/** In the order of the list; path parameters are none. */
export function identitySourcesOf({ identitySource = '' }: Authorizer): string[] {
  return identitySource
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function requireSources(authorizer: Authorizer): void {
  const sources = identitySourcesOf(authorizer);
  const wrong = sources.find((one) => !SOURCE.test(one));
  if (wrong !== undefined) throw badRequest(`Invalid identity source specified: ${wrong}`);
  const ttl = authorizer.authorizerResultTtlInSeconds ?? DEFAULT_TTL_SECONDS;
  if (sources.length === 0 && ttl > 0) {
    throw badRequest('Identity source is required for a REQUEST authorizer whose results are cached');
  }
}

const USER_POOL = /^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:\d{12}:userpool\/[\w-]+$/;

/** DIFFERS: Cognito authorizers by issuer; AWS takes user pools only, here the issuer of any OpenID Connect provider too. */
function requireProviders(providers: readonly string[]): void {
  if (providers.length === 0) {
    throw badRequest('At least one provider ARN is required for a COGNITO_USER_POOLS authorizer');
  }
  const wrong = providers.find((one) => !USER_POOL.test(one) && !isIssuer(one));
  if (wrong !== undefined) throw badRequest(`Invalid Cognito User Pool ARN specified: ${wrong}`);
}

const TEXTS = [
  'authorizerUri',
  'authorizerCredentials',
  'identitySource',
  'identityValidationExpression',
] as const;

function text(member: (typeof TEXTS)[number], ...ops: string[]): PatchEntry<Authorizer> {
  return {
    path: `/${member}`,
    ops: ['replace', ...ops],
    apply: (authorizer, { op, value }) => {
      if (value && op !== 'remove') authorizer[member] = value;
      else delete authorizer[member];
    },
  };
}

function replaceType(authorizer: Authorizer, { value = '' }: PatchOperation): void {
  if (!['TOKEN', 'REQUEST', 'COGNITO_USER_POOLS'].includes(value)) {
    throw badRequest('Invalid authorizer type specified. Valid options are TOKEN,REQUEST,COGNITO_USER_POOLS');
  }
  authorizer.type = value;
}

function replaceTtl(authorizer: Authorizer, { value }: PatchOperation): void {
  authorizer.authorizerResultTtlInSeconds = value ? Number(value) : NaN;
}

function patchProvider(authorizer: Authorizer, { op, value }: PatchOperation): void {
  const others = (authorizer.providerARNs ?? []).filter((known) => known !== value);
  if (op === 'add' && value) others.push(value);
  if (others.length > 0) authorizer.providerARNs = others;
  else delete authorizer.providerARNs;
}

const AUTHORIZER: readonly PatchEntry<Authorizer>[] = [
  {
    path: '/name',
    ops: ['replace'],
    apply: (authorizer, { value }) => void (authorizer.name = value ?? ''),
  },
  { path: '/type', ops: ['replace'], apply: replaceType },
  {
    path: '/authType',
    ops: ['replace'],
    apply: (authorizer, { value }) => void (authorizer.authType = value ?? ''),
  },
  text('authorizerUri'),
  text('authorizerCredentials'),
  text('identityValidationExpression'),
  { path: '/authorizerResultTtlInSeconds', ops: ['replace'], apply: replaceTtl },
  text('identitySource', 'add', 'remove'),
  { path: '/providerARNs', ops: ['add', 'remove'], apply: patchProvider },
];

/** A change of type must leave the methods that name the authorizer with one that answers them. */
export function updateAuthorizer(
  graph: RestApiGraph,
  id: string,
  operations: readonly PatchOperation[],
): Authorizer {
  const authorizer = authorizerOf(graph, id);
  applyListedPatch(AUTHORIZER, authorizer, operations);
  requireSound(graph, authorizer);
  for (const { method } of methodsOf(graph, authorizer)) settleAuthorizer(graph, method);
  return authorizer;
}
