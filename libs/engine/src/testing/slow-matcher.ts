/**
 * The matching rules said once more, as slowly and plainly as they can be: try every route, keep those that match, take the
 * best. Specs hold the routers to it.
 */
import type { PathSegment } from '@gatehouse/standards';

export interface ListedRoute {
  readonly method: string;
  readonly segments: readonly PathSegment[];
}

const RANK = { literal: 0, param: 1, greedy: 2 } as const;

/** Values of the variables when the route's path fits. */
export function fit(route: ListedRoute, segments: readonly string[]): string[] | undefined {
  const values: string[] = [];
  for (const [index, segment] of route.segments.entries()) {
    const text = segments[index];
    if (text === undefined) return undefined;
    if (segment.kind === 'greedy') {
      const rest = segments.slice(index).join('/');
      return rest === '' ? undefined : [...values, rest];
    }
    if (segment.kind === 'literal' ? segment.text !== text : text === '') return undefined;
    if (segment.kind === 'param') values.push(text);
  }
  return route.segments.length === segments.length ? values : undefined;
}

/** Negative = `a` is the better match: segment by segment, then the verb. */
export function compareRoutes(a: ListedRoute, b: ListedRoute): number {
  for (const [index, segment] of a.segments.entries()) {
    const other = b.segments[index];
    if (other === undefined) return 0;
    if (RANK[segment.kind] !== RANK[other.kind]) return RANK[segment.kind] - RANK[other.kind];
  }
  return Number(a.method === 'ANY') - Number(b.method === 'ANY');
}

export function slowRest(
  routes: readonly ListedRoute[],
  method: string,
  path: string,
): ListedRoute | undefined {
  const trimmed = path.replace(/^\/+/, '/').replace(/(.)\/$/, '$1');
  return best(routes, method, trimmed, () => true);
}

export function slowHttp(
  routes: readonly ListedRoute[],
  method: string,
  path: string,
): ListedRoute | undefined {
  const isGreedy = (route: ListedRoute): boolean => route.segments.at(-1)?.kind === 'greedy';
  return best(routes, method, path, (route) => !isGreedy(route)) ?? best(routes, method, path, isGreedy);
}

function best(
  routes: readonly ListedRoute[],
  method: string,
  path: string,
  counts: (route: ListedRoute) => boolean,
): ListedRoute | undefined {
  const segments = path === '/' ? [] : path.slice(1).split('/');
  return routes
    .filter((route) => counts(route) && (route.method === 'ANY' || route.method === method))
    .filter((route) => fit(route, segments) !== undefined)
    .sort(compareRoutes)[0];
}
