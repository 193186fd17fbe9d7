/** Catalog -> snapshot: one frozen API graph and one stage become what nodes serve. User data never throws here. */
import type { HttpApiGraph, HttpStage, RestApiGraph, RestStage } from '@gatehouse/catalog';
import type { PrincipalSnapshot, Problem, Route, Snapshot } from '@gatehouse/snapshot';
import { SNAPSHOT_SCHEMA } from '@gatehouse/snapshot';
import { apiKeys, type StageKeys } from './api-keys';
import { authorizersOf } from './authorizers';
import { httpAuthorizers } from './http-authorizers';
import { httpRoutes } from './http-routes';
import { responseCache } from './response-cache';
import { restCanary } from './rest-canary';
import { restDeployment } from './rest-deployment';
import { httpStageThrottle, restStageThrottle, withRouteThrottle } from './throttles';

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

/** `canaryGraph`: of the canary's deployment, where the stage has a canary of another one than its own. */
export function restToSnapshot(
  owner: Owner,
  graph: RestApiGraph,
  stage: RestStage,
  live: Live = {},
  canaryGraph?: RestApiGraph,
): Translated {
  const { api } = graph;
  const own = restDeployment(owner, graph, stage, stage);
  const isOfStage = stage.canarySettings?.deploymentId === stage.deploymentId;
  const canary = restCanary(owner, isOfStage ? graph : canaryGraph, stage);
  const allRoutes = [...own.routes, ...canary.routes];
  const snapshot: Snapshot = {
    ...base(owner),
    apiId: api.id,
    apiName: api.name,
    kind: 'REST',
    stage: stage.stageName,
    deploymentId: stage.deploymentId,
    stageVariables: stage.variables ?? {},
    ...own.deployed,
    ...accessLog(stage.accessLogSettings),
    ...(canary.snapshot && { canary: canary.snapshot }),
    ...options(stage),
    ...principals(allRoutes, live),
    ...apiKeys(live.apiKeys, allRoutes),
    ...restStageThrottle(stage),
    ...responseCache(stage),
    routes: own.routes,
  };
  return { snapshot, problems: [...own.problems, ...canary.problems] };
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
