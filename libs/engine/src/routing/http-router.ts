/**
 * Route selection of HTTP APIs (developer guide, "Routing API requests"): a full match of path and verb goes before any
 * greedy match, that before `$default`. A trailing slash makes another path: `/pets/` is not `/pets`.
 */
import type { PathSegment } from '@gatehouse/standards';
import { restFrom, segmentsOf, type Match, type Router } from './router';
import { addRoute, emptyNode, serve, type Node } from './trie';

export class HttpRouter<R> implements Router<R> {
  readonly #root: Node<R> = emptyNode();
  #fallback: R | undefined = undefined;

  add(segments: readonly PathSegment[], method: string, route: R): boolean {
    return addRoute(this.#root, segments, method, route);
  }

  /** The `$default` route. */
  addDefault(route: R): boolean {
    if (this.#fallback !== undefined) return false;
    this.#fallback = route;
    return true;
  }

  find(method: string, path: string): Match<R> | undefined {
    const segments = segmentsOf(path);
    const values: string[] = [];
    const route =
      searchFull(this.#root, segments, 0, method, values) ??
      searchGreedy(this.#root, segments, 0, method, values) ??
      this.#fallback;
    return route === undefined ? undefined : { route, values };
  }
}

function searchFull<R>(
  node: Node<R>,
  segments: readonly string[],
  at: number,
  method: string,
  values: string[],
): R | undefined {
  if (at === segments.length) return serve(node.here, method);
  return searchChildren(searchFull, node, segments, at, method, values);
}

function searchGreedy<R>(
  node: Node<R>,
  segments: readonly string[],
  at: number,
  method: string,
  values: string[],
): R | undefined {
  if (at === segments.length) return undefined;
  const deeper = searchChildren(searchGreedy, node, segments, at, method, values);
  if (deeper !== undefined) return deeper;
  const greedy = serve(node.greedy, method);
  if (greedy === undefined) return undefined;
  const rest = restFrom(segments, at);
  if (rest === '') return undefined;
  values.push(rest);
  return greedy;
}

type Search = <R>(
  node: Node<R>,
  segments: readonly string[],
  at: number,
  method: string,
  values: string[],
) => R | undefined;

function searchChildren<R>(
  search: Search,
  node: Node<R>,
  segments: readonly string[],
  at: number,
  method: string,
  values: string[],
): R | undefined {
  const segment = segments[at] ?? '';
  const literal = node.literals?.get(segment);
  if (literal !== undefined) {
    const found = search(literal, segments, at + 1, method, values);
    if (found !== undefined) return found;
  }
  if (node.param === undefined || segment === '') return undefined;
  values.push(segment);
  const found = search(node.param, segments, at + 1, method, values);
  if (found === undefined) values.pop();
  return found;
}
