/** Authorizers of REST APIs -> snapshot. */
import {
  DEFAULT_TTL_SECONDS,
  identitySourcesOf,
  type Authorizer,
  type RestApiGraph,
} from '@gatehouse/catalog';
import type { AuthorizerSnapshot, CognitoAuthorizer, Route } from '@gatehouse/snapshot';
import { namedAuthorizers, revisionOf, targetOf, type Authorizers, type CacheToken } from './authorizers';

export function restAuthorizers(
  graph: RestApiGraph,
  routes: readonly Route[],
  stage: CacheToken,
): Authorizers {
  const named = routes.map(({ authorization }) => authorization);
  return namedAuthorizers(named, graph.authorizers, (one) => translate(one, stage));
}

function translate(source: Authorizer, stage: CacheToken): AuthorizerSnapshot | undefined {
  const { name, identityValidationExpression: expression } = source;
  const check = expression === undefined ? {} : { identityValidationExpression: expression };
  const identitySource = identitySourcesOf(source);
  if (source.type === 'COGNITO_USER_POOLS') return { ...cognito(source), identitySource, ...check };
  const target = targetOf(source.authorizerUri);
  if (target === undefined) return undefined;
  return {
    type: source.type === 'TOKEN' ? 'TOKEN' : 'REQUEST',
    name,
    revision: revisionOf(source, stage),
    target,
    ...(source.authorizerCredentials !== undefined && { credentials: source.authorizerCredentials }),
    payloadFormat: '1.0',
    simpleResponses: false,
    identitySource,
    ...(source.type === 'TOKEN' && check),
    ttlSeconds: source.authorizerResultTtlInSeconds ?? DEFAULT_TTL_SECONDS,
  };
}

function cognito({ name, providerARNs = [] }: Authorizer): Omit<CognitoAuthorizer, 'identitySource'> {
  return { type: 'COGNITO_USER_POOLS', name, issuers: providerARNs.map(issuerOf) };
}

const USER_POOL = /^arn:(aws[a-z-]*):cognito-idp:([a-z0-9-]+):\d{12}:userpool\/([\w-]+)$/;

/** Amazon Cognito developer guide, "Verifying JSON web tokens". What is no user pool is an issuer already. */
function issuerOf(provider: string): string {
  const [, partition, region = '', pool = ''] = USER_POOL.exec(provider) ?? [];
  if (partition === undefined) return provider;
  const suffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://cognito-idp.${region}.${suffix}/${pool}`;
}
