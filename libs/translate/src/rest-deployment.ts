/** What a deployment of a REST API decides of a stage. A stage has one, and its canary has one. */
import type { RestApiGraph, RestStage } from '@gatehouse/catalog';
import type { DeployedSnapshot, Problem, Route, Snapshot } from '@gatehouse/snapshot';
import { authorizersOf, type CacheToken } from './authorizers';
import { resourcePolicy } from './resource-policy';
import { withRouteCache } from './response-cache';
import { restAuthorizers } from './rest-authorizers';
import { restRoutes } from './rest-routes';
import { withMethodThrottle } from './throttles';
import type { Owner } from './to-snapshot';

export interface Deployed {
  readonly deployed: DeployedSnapshot;
  readonly routes: readonly Route[];
  readonly problems: readonly Problem[];
}

export function restDeployment(
  owner: Owner,
  graph: RestApiGraph,
  stage: RestStage,
  cache: CacheToken,
): Deployed {
  const { api } = graph;
  const { routes, problems } = restRoutes(graph);
  const guards = restAuthorizers(graph, routes, cache);
  const deployed: DeployedSnapshot = {
    disableExecuteApiEndpoint: api.disableExecuteApiEndpoint,
    binaryMediaTypes: api.binaryMediaTypes ?? [],
    ...authorizersOf(guards),
    ...resourcePolicy(owner, api),
    ...gatewayResponses(graph),
    ...(api.apiKeySource === 'AUTHORIZER' && { apiKeySource: 'AUTHORIZER' }),
  };
  return {
    deployed,
    routes: routes.map((route) => withRouteCache(withMethodThrottle(route, stage), graph, stage)),
    problems: [...problems, ...guards.problems],
  };
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
