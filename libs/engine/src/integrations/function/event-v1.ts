/**
 * A request as an event of payload 1.0 (developer guide, "Input format of a Lambda function for proxy integration"; HTTP
 * APIs: "Payload format version"). Empty collections and bodies are null, single-value maps hold the last value.
 */
import { clfTime } from '@gatehouse/standards';
import type { Exchange, JsonValue } from '../../exchange';
import type { EventBody } from './event-body';
import {
  fieldsAsSent,
  isEmpty,
  lastOfEach,
  lowerCaseFields,
  pathParameters,
  queryValues,
  type Values,
} from './event-fields';
import { identityOf } from './identity';

export function eventV1(x: Exchange, body: EventBody): Record<string, unknown> {
  const isHttp = x.facts.kind === 'HTTP';
  return {
    ...(isHttp && { version: '1.0' }),
    ...requestV1(x, orNull),
    requestContext: { ...contextV1(x), ...authorizerV1(x) },
    body: body.text ?? null,
    isBase64Encoded: body.isBase64,
  };
}

type Shown = (values: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>> | null;

/** What the client asked for; `shown` tells how an empty map looks. */
export function requestV1(x: Exchange, shown: Shown): Record<string, unknown> {
  const isHttp = x.facts.kind === 'HTTP';
  const fields: Values = isHttp ? lowerCaseFields(x) : fieldsAsSent(x);
  const query = queryValues(x);
  return {
    resource: x.route.resourcePath,
    path: isHttp ? x.apiPath : x.path.replace(/^\/{2,}/, '/'),
    httpMethod: x.method,
    headers: shown(lastOfEach(fields)),
    multiValueHeaders: shown(fields),
    queryStringParameters: shown(lastOfEach(query)),
    multiValueQueryStringParameters: shown(query),
    pathParameters: shown(pathParameters(x)),
    stageVariables: shown(Object.fromEntries(x.facts.stageVariables)),
  };
}

function orNull(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | null {
  return isEmpty(values) ? null : values;
}

export function contextV1(x: Exchange): Record<string, unknown> {
  const { facts, route, request } = x;
  const startedMs = x.wallMs(x.startedMs);
  return {
    resourceId: facts.kind === 'HTTP' ? null : (route.resourceId ?? null),
    resourcePath: route.resourcePath,
    ...(route.operationName !== undefined && { operationName: route.operationName }),
    httpMethod: x.method,
    extendedRequestId: x.extendedRequestId,
    requestTime: clfTime(startedMs),
    path: x.apiPath,
    accountId: facts.accountId,
    protocol: request.protocol,
    stage: facts.stage,
    domainPrefix: request.host.split('.', 1)[0],
    requestTimeEpoch: Math.floor(startedMs),
    requestId: x.requestId,
    identity: identityOf(x),
    domainName: request.host,
    deploymentId: facts.deploymentId,
    apiId: facts.apiId,
    ...(facts.canary && { isCanaryRequest: facts.canary.isChosen }),
  };
}

/** Nothing where no authorizer ran. */
function authorizerV1({ authorizer, facts }: Exchange): { authorizer?: Record<string, JsonValue> } {
  if (authorizer === undefined) return {};
  const { by, principalId, context, claims, scopes, latencyMs } = authorizer;
  switch (by) {
    case 'iam':
      return {};
    case 'cognito':
      return { authorizer: { claims: claims ?? {} } };
    case 'jwt':
      return { authorizer: { claims: claims ?? {}, scopes: scopes ?? null } };
    case 'function':
      return {
        authorizer: {
          ...context,
          ...(principalId !== undefined && { principalId }),
          ...(facts.kind === 'REST' && { integrationLatency: Math.round(latencyMs ?? 0) }),
        },
      };
  }
}
