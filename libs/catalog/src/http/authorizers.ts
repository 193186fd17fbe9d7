/** Rules of the authorizers of HTTP APIs (API reference v2, "Authorizer"; developer guide, "JWT authorizers"). */
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
import { badRequest, conflict, notFound } from '../fault';
import type { HttpApiGraph, HttpAuthorizer } from './types';

export interface HttpAuthorizerInput {
  readonly name?: string;
  readonly authorizerType?: string;
  readonly authorizerUri?: string;
  readonly authorizerCredentialsArn?: string;
  readonly authorizerPayloadFormatVersion?: string;
  readonly authorizerResultTtlInSeconds?: number;
  readonly enableSimpleResponses?: boolean;
  readonly identitySource?: string[];
  readonly identityValidationExpression?: string;
  readonly jwtConfiguration?: { issuer?: string; audience?: string[] };
}

export function httpAuthorizerOf(graph: HttpApiGraph, id: string): HttpAuthorizer {
  const authorizer = Object.hasOwn(graph.authorizers, id) ? graph.authorizers[id] : undefined;
  if (!authorizer) throw notFound(`Unable to find Authorizer by id ${id} within Api ${graph.api.apiId}`);
  return authorizer;
}

export function createHttpAuthorizer(
  graph: HttpApiGraph,
  input: HttpAuthorizerInput,
  authorizerId: string,
): HttpAuthorizer {
  if (Object.keys(graph.authorizers).length >= MAX_AUTHORIZERS) throw badRequest(TOO_MANY_AUTHORIZERS);
  const authorizer: HttpAuthorizer = { authorizerId, name: '', authorizerType: '', identitySource: [] };
  apply(graph, authorizer, input);
  graph.authorizers[authorizerId] = authorizer;
  return authorizer;
}

/**
 * Absent members stay as they are, but for another type, which begins with what both have: name and identity source.
 * DIFFERS: type of an HTTP API's authorizer; routes say theirs too, so that it stays while one names the authorizer.
 */
export function updateHttpAuthorizer(
  graph: HttpApiGraph,
  id: string,
  input: HttpAuthorizerInput,
): HttpAuthorizer {
  const known = httpAuthorizerOf(graph, id);
  const { authorizerType = known.authorizerType } = input;
  const isOther = authorizerType !== known.authorizerType;
  if (isOther) requireUnnamed(graph, known, 'change the type of');
  const { name, identitySource } = known;
  const changed = isOther ? { authorizerId: id, name, authorizerType, identitySource } : { ...known };
  apply(graph, changed, input);
  graph.authorizers[id] = changed;
  return changed;
}

/** Not while a route names it. */
export function deleteHttpAuthorizer(graph: HttpApiGraph, id: string): void {
  requireUnnamed(graph, httpAuthorizerOf(graph, id), 'delete');
  delete graph.authorizers[id];
}

function requireUnnamed({ routes }: HttpApiGraph, authorizer: HttpAuthorizer, change: string): void {
  const route = Object.values(routes).find((one) => one.authorizerId === authorizer.authorizerId);
  if (!route) return;
  throw conflict(
    `Cannot ${change} authorizer '${authorizer.name}', is referenced in route: ${route.routeKey}`,
  );
}

const TEXTS = [
  'name',
  'authorizerType',
  'authorizerUri',
  'authorizerCredentialsArn',
  'authorizerPayloadFormatVersion',
  'identityValidationExpression',
] as const;

function apply(graph: HttpApiGraph, authorizer: HttpAuthorizer, input: HttpAuthorizerInput): void {
  for (const member of TEXTS) {
    const value = input[member];
    if (value !== undefined) authorizer[member] = value;
  }
  const {
    authorizerResultTtlInSeconds: ttl,
    enableSimpleResponses,
    identitySource,
    jwtConfiguration,
  } = input;
  if (ttl !== undefined) authorizer.authorizerResultTtlInSeconds = ttl;
  if (enableSimpleResponses !== undefined) authorizer.enableSimpleResponses = enableSimpleResponses;
  if (identitySource) authorizer.identitySource = [...identitySource];
  if (jwtConfiguration) authorizer.jwtConfiguration = { ...authorizer.jwtConfiguration, ...jwtConfiguration };
  const others = Object.values(graph.authorizers).filter(
    (one) => one.authorizerId !== authorizer.authorizerId,
  );
  requireAuthorizerName(authorizer.name, others);
  if (authorizer.authorizerType === 'JWT') requireJwt(authorizer);
  else requireRequest(authorizer);
}

const TOKEN_SOURCE = /^\$request\.(?:header|querystring)\.\S+$/;

function requireJwt(authorizer: HttpAuthorizer): void {
  const { identitySource, jwtConfiguration: { issuer = '', audience = [] } = {} } = authorizer;
  if (!isIssuer(issuer)) throw badRequest(`Invalid issuer: ${issuer}. Issuer must be an https address`);
  if (audience.length < 1 || audience.length > 50) {
    throw badRequest('A JWT authorizer requires 1 to 50 values of audience');
  }
  if (identitySource.length !== 1 || !identitySource.every((source) => TOKEN_SOURCE.test(source))) {
    throw badRequest(
      'A JWT authorizer requires one identity source: $request.header.{name} or $request.querystring.{name}',
    );
  }
  for (const member of [
    'authorizerUri',
    'authorizerPayloadFormatVersion',
    'enableSimpleResponses',
  ] as const) {
    if (authorizer[member] !== undefined)
      throw badRequest(`${named(member)} is not supported for JWT authorizer`);
  }
}

const SOURCE = /^\$(?:request\.(?:header|querystring)|context|stageVariables)\.\S+$/;

function requireRequest(authorizer: HttpAuthorizer): void {
  const { authorizerPayloadFormatVersion: format, identitySource } = authorizer;
  if (format === undefined) {
    throw badRequest('AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer');
  }
  if (format !== '1.0' && format !== '2.0') {
    throw badRequest('AuthorizerPayloadFormatVersion must be 1.0 or 2.0');
  }
  if (authorizer.enableSimpleResponses && format !== '2.0') {
    throw badRequest('EnableSimpleResponses is supported for AuthorizerPayloadFormatVersion 2.0 only');
  }
  if (authorizer.jwtConfiguration)
    throw badRequest('JwtConfiguration is not supported for REQUEST authorizer');
  requireAuthorizerUri(authorizer.authorizerUri);
  requireRole(authorizer.authorizerCredentialsArn);
  requireTtl(authorizer.authorizerResultTtlInSeconds);
  requirePattern(authorizer.identityValidationExpression);
  const wrong = identitySource.find((source) => !SOURCE.test(source));
  if (wrong !== undefined) throw badRequest(`Invalid identity source specified: ${wrong}`);
  if (identitySource.length === 0 && (authorizer.authorizerResultTtlInSeconds ?? 0) > 0) {
    throw badRequest('Identity source is required for a REQUEST authorizer whose results are cached');
  }
}

const named = (member: string): string => member.charAt(0).toUpperCase() + member.slice(1);
