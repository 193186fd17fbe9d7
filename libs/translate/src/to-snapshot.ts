/** Catalog -> snapshot: one frozen API graph and one stage become what nodes serve. User data never throws here. */
import type { HttpApiGraph, HttpStage, RestApiGraph, RestStage } from '@gatehouse/catalog';
import type { PrincipalSnapshot, Problem, Route, Snapshot } from '@gatehouse/snapshot';
import { SNAPSHOT_SCHEMA } from '@gatehouse/snapshot';
import { apiKeys, type StageKeys } from './api-keys';
import type { Authorizers } from './authorizers';
import { httpAuthorizers } from './http-authorizers';
import { httpRoutes } from './http-routes';
import { resourcePolicy } from './resource-policy';
import { responseCache, withRouteCache } from './response-cache';
import { restAuthorizers } from './rest-authorizers';
import { restRoutes } from './rest-routes';
import { httpStageThrottle, restStageThrottle, withMethodThrottle, withRouteThrottle } from './throttles';

export interface Owner {
  readonly accountId: string;
  readonly region: string;
}

export interface Translated {
  readonly snapshot: Snapshot;
  readonly problems: readonly Problem[];
}

/** What is published with a stage and needs no deployment. */
export interface Live {
  readonly apiKeys?: StageKeys;
  /** Users whose signatures routes with AWS_IAM take. */
  readonly principals?: readonly PrincipalSnapshot[];
}

export function restToSnapshot(
  owner: Owner,
  graph: RestApiGraph,
  stage: RestStage,
  live: Live = {},
): Translated {
  const { api } = graph;
  const { routes, problems } = restRoutes(graph);
  const guards = restAuthorizers(graph, routes, stage);
  const snapshot: Snapshot = {
    ...base(owner),
    apiId: api.id,
    apiName: api.name,
    kind: 'REST',
    stage: stage.stageName,
    deploymentId: stage.deploymentId,
    stageVariables: stage.variables ?? {},
    disableExecuteApiEndpoint: api.disableExecuteApiEndpoint,
    binaryMediaTypes: api.binaryMediaTypes ?? [],
    ...accessLog(stage.accessLogSettings),
    ...(stage.canarySettings && {
      canary: {
        percentTraffic: stage.canarySettings.percentTraffic,
        deploymentId: stage.canarySettings.deploymentId,
        stageVariableOverrides: stage.canarySettings.stageVariableOverrides ?? {},
      },
    }),
    ...authorizersOf(guards),
    ...options(stage),
    ...principals(routes, live),
    ...resourcePolicy(owner, api),
    ...apiKeys(live.apiKeys, routes),
    ...gatewayResponses(graph),
    ...(api.apiKeySource === 'AUTHORIZER' && { apiKeySource: 'AUTHORIZER' }),
    ...restStageThrottle(stage),
    ...responseCache(stage),
    routes: routes.map((route) => withRouteCache(withMethodThrottle(route, stage), graph, stage)),
  };
  return { snapshot, problems: [...problems, ...guards.problems] };
}

export function httpToSnapshot(
  owner: Owner,
  graph: HttpApiGraph,
  stage: HttpStage,
  live: Live = {},
): Translated {
  const { api } = graph;
  const { routes, problems } = httpRoutes(graph);
  const guards = httpAuthorizers(graph, routes, stage);
  const cors = api.corsConfiguration;
  const snapshot: Snapshot = {
    ...base(owner),
    apiId: api.apiId,
    apiName: api.name,
    kind: 'HTTP',
    stage: stage.stageName,
    deploymentId: stage.deploymentId ?? '',
    stageVariables: stage.stageVariables,
    disableExecuteApiEndpoint: api.disableExecuteApiEndpoint,
    binaryMediaTypes: [],
    ...accessLog(stage.accessLogSettings),
    ...(cors && {
      cors: {
        allowOrigins: cors.allowOrigins ?? [],
        allowMethods: cors.allowMethods ?? [],
        allowHeaders: cors.allowHeaders ?? [],
        exposeHeaders: cors.exposeHeaders ?? [],
        allowCredentials: cors.allowCredentials ?? false,
        ...(cors.maxAge !== undefined && { maxAgeSeconds: cors.maxAge }),
      },
    }),
    ...authorizersOf(guards),
    ...options(stage),
    ...principals(routes, live),
    ...httpStageThrottle(stage),
    routes: routes.map((route) => withRouteThrottle(route, stage)),
  };
  return { snapshot, problems: [...problems, ...guards.problems] };
}

function authorizersOf({ authorizers }: Authorizers): Pick<Snapshot, 'authorizers'> {
  return Object.keys(authorizers).length > 0 ? { authorizers } : {};
}

function gatewayResponses({ gatewayResponses }: RestApiGraph): Pick<Snapshot, 'gatewayResponses'> {
  const types = Object.keys(gatewayResponses).sort();
  if (types.length === 0) return {};
  const entries = types.map((type) => {
    const { statusCode, responseParameters = {}, responseTemplates = {} } = gatewayResponses[type] ?? {};
    return [type, { ...(statusCode !== undefined && { statusCode }), responseParameters, responseTemplates }];
  });
  return { gatewayResponses: Object.fromEntries(entries) as Snapshot['gatewayResponses'] };
}

function options({ options = {} }: RestStage | HttpStage): Pick<Snapshot, 'authorizerOptions' | 'limits'> {
  const { authorizers, limits } = options;
  return {
    ...(authorizers !== undefined && { authorizerOptions: authorizers }),
    ...(limits !== undefined && { limits }),
  };
}

/** By access key, so that equal users have equal bytes. */
function principals(
  routes: readonly Route[],
  { principals: users = [] }: Live,
): Pick<Snapshot, 'principals'> {
  if (!routes.some(({ authorization }) => authorization.type === 'AWS_IAM')) return {};
  return { principals: [...users].sort((a, b) => (a.accessKeyId < b.accessKeyId ? -1 : 1)) };
}

function base({ accountId, region }: Owner): Pick<Snapshot, 'schema' | 'requires' | 'accountId' | 'region'> {
  return { schema: SNAPSHOT_SCHEMA, requires: [], accountId, region };
}

function accessLog(settings: { readonly format?: string } | undefined): Pick<Snapshot, 'accessLog'> {
  if (!settings) return {};
  return { accessLog: settings.format === undefined ? {} : { format: settings.format } };
}
