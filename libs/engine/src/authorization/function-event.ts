/** What an authorizer function is sent (developer guide, "Input to an API Gateway Lambda authorizer"; HTTP APIs alike). */
import type { FunctionAuthorizer } from '@gatehouse/snapshot';
import type { Exchange } from '../exchange';
import { contextV1, requestV1 } from '../integrations/function/event-v1';
import { contextV2, requestV2 } from '../integrations/function/event-v2';
import { methodArn } from './method-arn';

/** `identity`: values of the identity sources, in their order. */
export type AuthorizerEvent = (x: Exchange, identity: readonly (readonly string[])[]) => unknown;

export function eventOf(authorizer: FunctionAuthorizer, kind: 'REST' | 'HTTP'): AuthorizerEvent {
  if (authorizer.type === 'TOKEN') return tokenEvent;
  if (kind === 'REST') return restRequestEvent;
  return authorizer.payloadFormat === '1.0' ? httpRequestEvent1 : httpRequestEvent2;
}

const tokenEvent: AuthorizerEvent = (x, [token]) => ({
  type: 'TOKEN',
  methodArn: methodArn(x),
  authorizationToken: token?.at(-1) ?? '',
});

/** Maps without members are `{}` here, not null; there is no body. */
const restRequestEvent: AuthorizerEvent = (x) => ({
  type: 'REQUEST',
  methodArn: methodArn(x),
  ...requestV1(x, (values) => values),
  requestContext: contextV1(x),
});

const httpRequestEvent1: AuthorizerEvent = (x, identity) => {
  const source = identity.map((values) => values.join(',')).join(',');
  return {
    version: '1.0',
    type: 'REQUEST',
    methodArn: methodArn(x),
    identitySource: source,
    authorizationToken: source,
    ...requestV1(x, (values) => values),
    requestContext: contextV1(x),
  };
};

const httpRequestEvent2: AuthorizerEvent = (x, identity) => {
  const { request, ...rest } = requestV2(x);
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn: methodArn(x),
    identitySource: identity.map((values) => values.join(',')),
    ...request,
    requestContext: { ...contextV2(x), authentication: null },
    ...rest,
  };
};
