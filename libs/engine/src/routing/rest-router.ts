/**
 * Route matching of REST APIs: on (resource, verb) together. Per segment literal > `{param}` > `{proxy+}`; a resource that
 * does not serve the verb is passed over, and a dead end falls back to a variable of an ancestor (recorded on AWS).
 */
import type { PathSegment } from '@gatehouse/standards';
import { restFrom, segmentsOf, type Match, type Router } from './router';
import { addRoute, emptyNode, serve, type Node } from './trie';

export class RestRouter<R> implements Router<R> {
  readonly #root: Node<R> = emptyNode();

  add(segments: readonly PathSegment[], method: string, route: R): boolean {
    return addRoute(this.#root, segments, method, route);
  }

  find(method: string, path: string): Match<R> | undefined {
    const segments = segmentsOf(withoutOuterSlashes(path));
    const values: string[] = [];
    const route = search(this.#root, segments, 0, method, values);
    return route === undefined ? undefined : { route, values };
  }
}

/** Extra slashes after the stage vanish and one trailing slash is ignored, also by a greedy value. */
function withoutOuterSlashes(path: string): string {
  let from = 0;
  while (path.charCodeAt(from + 1) === 0x2f) from++;
  const to = path.length > from + 1 && path.endsWith('/') ? path.length - 1 : path.length;
  return from === 0 && to === path.length ? path : path.slice(from, to);
}

function search<R>(
  node: Node<R>,
  segments: readonly string[],
  at: number,
  method: string,
  values: string[],
): R | undefined {
  if (at === segments.length) return serve(node.here, method);
  const segment = segments[at] ?? '';
  const literal = node.literals?.get(segment);
  if (literal !== undefined) {
    const found = search(literal, segments, at + 1, method, values);
    if (found !== undefined) return found;
  }
  if (node.param !== undefined && segment !== '') {
    values.push(segment);
    const found = search(node.param, segments, at + 1, method, values);
    if (found !== undefined) return found;
    values.pop();
  }
  const greedy = serve(node.greedy, method);
  if (greedy === undefined) return undefined;
  const rest = restFrom(segments, at);
  if (rest === '') return undefined;
  values.push(rest);
  return greedy;
}
