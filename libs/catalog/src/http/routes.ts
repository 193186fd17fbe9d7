/** Rules of HTTP API routes. */
import { badRequest, conflict, notFound } from '../fault';
import type { HttpApiGraph, HttpRoute } from './types';

export interface RouteInput {
  readonly routeKey?: string;
  readonly target?: string;
  readonly apiKeyRequired?: boolean;
  readonly authorizationType?: string;
  readonly authorizerId?: string;
  readonly authorizationScopes?: string[];
  readonly operationName?: string;
}

export function routeOf(graph: HttpApiGraph, id: string): HttpRoute {
  const route = Object.hasOwn(graph.routes, id) ? graph.routes[id] : undefined;
  if (!route) throw notFound(`Unable to find Route by id ${id} within Api ${graph.api.apiId}`);
  return route;
}

export function createRoute(graph: HttpApiGraph, input: RouteInput, routeId: string): HttpRoute {
  const route: HttpRoute = { routeId, routeKey: '', apiKeyRequired: false, authorizationType: 'NONE' };
  apply(graph, route, { ...input, routeKey: input.routeKey ?? '' });
  graph.routes[routeId] = route;
  return route;
}

export function updateRoute(graph: HttpApiGraph, id: string, input: RouteInput): HttpRoute {
  const route = routeOf(graph, id);
  const changed = { ...route };
  apply(graph, changed, input);
  graph.routes[id] = changed;
  return changed;
}

export function deleteRoute(graph: HttpApiGraph, id: string): void {
  routeOf(graph, id);
  delete graph.routes[id];
}

function apply(graph: HttpApiGraph, route: HttpRoute, input: RouteInput): void {
  if (input.routeKey !== undefined) route.routeKey = requireRouteKey(graph, input.routeKey, route.routeId);
  if (input.target !== undefined) route.target = requireTarget(graph, input.target);
  if (input.apiKeyRequired) throw badRequest('apiKeyRequired is not supported for HTTP APIs');
  if (input.authorizationType !== undefined) route.authorizationType = input.authorizationType;
  if (input.authorizerId) route.authorizerId = input.authorizerId;
  settleAuthorizer(graph, route);
  if (input.authorizationScopes) setScopes(route, input.authorizationScopes);
  if (input.operationName !== undefined) route.operationName = input.operationName;
}

/** At most 10 (service quotas). */
function setScopes(route: HttpRoute, scopes: readonly string[]): void {
  if (scopes.length > 10) throw badRequest('A route can have at most 10 authorization scopes');
  if (scopes.length > 0) route.authorizationScopes = [...scopes];
  else delete route.authorizationScopes;
}

/** By authorization type: the type of authorizer that answers it. */
const ANSWERED_BY: Readonly<Record<string, string>> = { JWT: 'JWT', CUSTOM: 'REQUEST' };

/** The id must name an authorizer of the right type; types that need none forget it. */
function settleAuthorizer({ authorizers }: HttpApiGraph, route: HttpRoute): void {
  const { authorizationType: type, authorizerId = '' } = route;
  if (!Object.hasOwn(ANSWERED_BY, type)) {
    delete route.authorizerId;
    return;
  }
  const authorizer = Object.hasOwn(authorizers, authorizerId) ? authorizers[authorizerId] : undefined;
  if (authorizer?.authorizerType === ANSWERED_BY[type]) return;
  throw badRequest(
    `Invalid authorizer ID specified. Setting the authorization type to ${type} requires a valid ${type === 'JWT' ? 'JWT ' : ''}authorizer.`,
  );
}

function requireTarget(graph: HttpApiGraph, target: string): string {
  const id = /^integrations\/([^/]+)$/.exec(target)?.[1];
  if (!id) throw badRequest('Target must be of the form integrations/<integrationId>');
  if (!Object.hasOwn(graph.integrations, id))
    throw notFound(`Unable to find Integration by id ${id} within Api ${graph.api.apiId}`);
  return target;
}

const ROUTE_KEY = /^(GET|PUT|POST|DELETE|PATCH|OPTIONS|HEAD|ANY) (\/\S*)$/;

function requireRouteKey(graph: HttpApiGraph, key: string, self: string): string {
  const path = ROUTE_KEY.exec(key)?.[2];
  if (key !== '$default' && (path === undefined || !isRoutePath(path))) {
    throw badRequest(
      'The provided route key is not formatted properly for HTTP protocol. Format should be "<METHOD> <PATH>" or "$default"',
    );
  }
  if (Object.values(graph.routes).some((route) => route.routeKey === key && route.routeId !== self)) {
    throw conflict(`Route with key ${key} already exists for this API`);
  }
  return key;
}

/** A variable is a whole segment, names do not repeat, and a greedy one comes last. */
function isRoutePath(path: string): boolean {
  if (path === '/') return true;
  const segments = path.slice(1).split('/');
  const names = segments.flatMap((segment) => /^\{([^{}]+)\}$/.exec(segment)?.[1] ?? []);
  return (
    segments.every((segment, i) => {
      if (!/[{}]/.test(segment)) return segment !== '';
      return (
        /^\{[A-Za-z0-9._:-]+\}$/.test(segment) ||
        (/^\{[A-Za-z0-9._:-]+\+\}$/.test(segment) && i === segments.length - 1)
      );
    }) && new Set(names.map((name) => name.replace(/\+$/, ''))).size === names.length
  );
}
