/**
 * Throttle settings of stages and usage plans -> token buckets. Stages: -1 means that a setting is none (API reference,
 * "MethodSetting"; Terraform writes it for whatever is left out). Where only one of the two is set, the other is what AWS gives
 * an account.
 */
import type { HttpStage, RestStage, RouteSettings, ThrottleSettings } from '@gatehouse/catalog';
import type { Route, ThrottleSnapshot } from '@gatehouse/snapshot';

const ACCOUNT = { rate: 10_000, burst: 5000 };

interface Throttled {
  readonly throttle?: ThrottleSnapshot;
}

/** Settings of all methods. */
export function restStageThrottle({ methodSettings }: RestStage): Throttled {
  return ofMethod(methodSettings, '*/*');
}

/** A method with settings of its own keeps to those, not to the stage's. */
export function withMethodThrottle(route: Route, { methodSettings }: RestStage): Route {
  return { ...route, ...ofMethod(methodSettings, `${route.path.replace(/^\//, '')}/${route.method}`) };
}

export function httpStageThrottle({ defaultRouteSettings }: HttpStage): Throttled {
  return ofStage(defaultRouteSettings);
}

/** What a route leaves open is the stage's. */
export function withRouteThrottle(route: Route, { defaultRouteSettings, routeSettings }: HttpStage): Route {
  const own = Object.hasOwn(routeSettings, route.key) ? routeSettings[route.key] : undefined;
  if (own?.throttlingRateLimit === undefined && own?.throttlingBurstLimit === undefined) return route;
  return { ...route, ...ofStage({ ...defaultRouteSettings, ...own }) };
}

export function planThrottle({ rateLimit, burstLimit }: ThrottleSettings = {}): Throttled {
  return throttled(rateLimit, burstLimit);
}

function ofMethod(settings: RestStage['methodSettings'], key: string): Throttled {
  return ofStage(Object.hasOwn(settings, key) ? settings[key] : undefined);
}

function ofStage({ throttlingRateLimit, throttlingBurstLimit }: RouteSettings = {}): Throttled {
  return throttled(given(throttlingRateLimit), given(throttlingBurstLimit));
}

const given = (value: number | undefined): number | undefined => (value === -1 ? undefined : value);

function throttled(rate: number | undefined, burst: number | undefined): Throttled {
  if (rate === undefined && burst === undefined) return {};
  return { throttle: { rate: rate ?? ACCOUNT.rate, burst: burst ?? ACCOUNT.burst } };
}
