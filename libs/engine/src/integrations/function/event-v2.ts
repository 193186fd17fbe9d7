/**
 * A request to an HTTP API as an event of payload 2.0 (developer guide, "Create AWS Lambda proxy integrations for HTTP APIs").
 * Names are in lower case, repeated values joined by commas, cookies apart, and what is not there is left out.
 */
import { clfTime } from '@gatehouse/standards';
import type { Exchange, JsonValue } from '../../exchange';
import type { EventBody } from './event-body';
import { isEmpty, joined, lowerCaseFields, pathParameters, queryValues } from './event-fields';

export function eventV2(x: Exchange, body: EventBody): Record<string, unknown> {
  const { request, ...rest } = requestV2(x);
  return {
    version: '2.0',
    ...request,
    requestContext: { ...contextV2(x), ...authorizerV2(x) },
    ...rest,
    ...(body.text !== undefined && { body: body.text }),
    isBase64Encoded: body.isBase64,
  };
}

/** What the client asked for, in the members' order. */
export function requestV2(x: Exchange): {
  readonly request: Readonly<Record<string, unknown>>;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly stageVariables?: Readonly<Record<string, string>>;
} {
  const { cookie, ...fields } = lowerCaseFields(x);
  const query = queryValues(x);
  const parameters = pathParameters(x);
  return {
    request: {
      routeKey: x.route.key,
      rawPath: x.apiPath,
      rawQueryString: x.request.query,
      ...(cookie !== undefined && { cookies: cookiesOf(cookie) }),
      headers: joined(fields),
      ...(!isEmpty(query) && { queryStringParameters: joined(query) }),
    },
    ...(!isEmpty(parameters) && { pathParameters: parameters }),
    ...(x.facts.stageVariables.size > 0 && { stageVariables: Object.fromEntries(x.facts.stageVariables) }),
  };
}

function cookiesOf(fields: readonly string[]): string[] {
  return fields
    .flatMap((field) => field.split(';'))
    .flatMap((pair) => (pair.trim() === '' ? [] : [pair.trim()]));
}

export function contextV2(x: Exchange): Record<string, unknown> {
  const { facts, request, route } = x;
  const startedMs = x.wallMs(x.startedMs);
  return {
    accountId: facts.accountId,
    apiId: facts.apiId,
    domainName: request.host,
    domainPrefix: request.host.split('.', 1)[0],
    http: {
      method: x.method,
      path: x.apiPath,
      protocol: request.protocol,
      sourceIp: request.sourceIp,
      userAgent: x.fields.userAgent ?? '',
    },
    requestId: x.requestId,
    routeKey: route.key,
    stage: facts.stage,
    time: clfTime(startedMs),
    timeEpoch: Math.floor(startedMs),
  };
}

function authorizerV2({ authorizer, identity }: Exchange): { authorizer?: Record<string, JsonValue> } {
  if (authorizer === undefined) return {};
  switch (authorizer.by) {
    case 'jwt':
    case 'cognito':
      return { authorizer: { jwt: { claims: authorizer.claims ?? {}, scopes: authorizer.scopes ?? null } } };
    case 'function':
      return { authorizer: { lambda: authorizer.context } };
    case 'iam':
      return { authorizer: { iam: iamOf(identity) } };
  }
}

function iamOf({ accessKey, accountId, caller, userArn, user }: Exchange['identity']): JsonValue {
  return {
    accessKey: accessKey ?? null,
    accountId: accountId ?? null,
    callerId: caller ?? null,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: userArn ?? null,
    userId: user ?? null,
  };
}
