/** Cache settings of a REST stage -> what nodes keep (developer guide, "Cache settings for REST APIs in API Gateway"). */
import type { MethodSetting, RestApiGraph, RestStage } from '@gatehouse/catalog';
import type { Route, RouteCacheSnapshot, Snapshot } from '@gatehouse/snapshot';

/** A stage without a cache cluster keeps nothing, whatever its methods say. */
export function responseCache(stage: RestStage): Pick<Snapshot, 'responseCache'> {
  if (!stage.cacheClusterEnabled) return {};
  return { responseCache: { revision: stage.responseCacheToken ?? '', ...stage.options?.cache } };
}

/** Settings of all methods cache GET alone; another verb needs settings of its own. */
export function withRouteCache(
  route: Route,
  { resources }: RestApiGraph,
  { cacheClusterEnabled, methodSettings }: RestStage,
): Route {
  const own = settingOf(methodSettings, `${route.path.replace(/^\//, '')}/${route.method}`);
  const isRead = route.method === 'GET' || route.method === 'ANY';
  const setting = own ?? (isRead ? settingOf(methodSettings, '*/*') : undefined);
  const integration = resources[route.id]?.resourceMethods[route.method]?.methodIntegration;
  if (!cacheClusterEnabled || !setting?.cachingEnabled || !integration || setting.cacheTtlInSeconds < 1)
    return route;
  const cache: RouteCacheSnapshot = {
    ttlSeconds: setting.cacheTtlInSeconds,
    namespace: integration.cacheNamespace,
    keyParameters: integration.cacheKeyParameters,
    invalidation: invalidation(setting),
  };
  return { ...route, cache };
}

function settingOf(settings: RestStage['methodSettings'], key: string): MethodSetting | undefined {
  return Object.hasOwn(settings, key) ? settings[key] : undefined;
}

function invalidation(setting: MethodSetting): RouteCacheSnapshot['invalidation'] {
  if (!setting.requireAuthorizationForCacheControl) return 'anyone';
  switch (setting.unauthorizedCacheControlHeaderStrategy) {
    case 'FAIL_WITH_403':
      return 'fail';
    case 'SUCCEED_WITH_RESPONSE_HEADER':
      return 'warn';
    default:
      return 'ignore';
  }
}
