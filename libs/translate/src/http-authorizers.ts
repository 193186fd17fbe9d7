/** Authorizers of HTTP APIs -> snapshot. */
import type { HttpApiGraph, HttpAuthorizer } from '@gatehouse/catalog';
import type { AuthorizerSnapshot, Route } from '@gatehouse/snapshot';
import { namedAuthorizers, revisionOf, targetOf, type Authorizers, type CacheToken } from './authorizers';

export function httpAuthorizers(
  graph: HttpApiGraph,
  routes: readonly Route[],
  stage: CacheToken,
): Authorizers {
  const named = routes.map(({ authorization }) => authorization);
  return namedAuthorizers(named, graph.authorizers, (one) => translate(one, stage));
}

function translate(source: HttpAuthorizer, stage: CacheToken): AuthorizerSnapshot | undefined {
  const { name, identitySource } = source;
  if (source.authorizerType === 'JWT') {
    const { issuer = '', audience = [] } = source.jwtConfiguration ?? {};
    return { type: 'JWT', name, issuer, audience, identitySource };
  }
  const target = targetOf(source.authorizerUri);
  if (target === undefined) return undefined;
  return {
    type: 'REQUEST',
    name,
    revision: revisionOf(source, stage),
    target,
    ...(source.authorizerCredentialsArn !== undefined && { credentials: source.authorizerCredentialsArn }),
    payloadFormat: source.authorizerPayloadFormatVersion === '1.0' ? '1.0' : '2.0',
    simpleResponses: source.enableSimpleResponses ?? false,
    identitySource,
    ttlSeconds: source.authorizerResultTtlInSeconds ?? 0,
  };
}
