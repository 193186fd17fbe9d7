/**
 * Routes as a tree of path segments. A lookup visits a node at most once and only those that share the request's
 * segments, so its cost follows the path's length, not the number of routes.
 */
import type { PathSegment } from '@gatehouse/standards';

export interface Leaf<R> {
  readonly byMethod: Map<string, R>;
  any: R | undefined;
}

export interface Node<R> {
  literals: Map<string, Node<R>> | undefined;
  param: Node<R> | undefined;
  greedy: Leaf<R> | undefined;
  here: Leaf<R> | undefined;
}

export function emptyNode<R>(): Node<R> {
  return { literals: undefined, param: undefined, greedy: undefined, here: undefined };
}

/** Adds a route; says `false` when that place is taken already. Used while compiling only. */
export function addRoute<R>(
  root: Node<R>,
  segments: readonly PathSegment[],
  method: string,
  route: R,
): boolean {
  let node = root;
  for (const segment of segments) {
    if (segment.kind === 'greedy') return setMethod((node.greedy ??= emptyLeaf()), method, route);
    node = child(node, segment);
  }
  return setMethod((node.here ??= emptyLeaf()), method, route);
}

function child<R>(node: Node<R>, segment: PathSegment): Node<R> {
  if (segment.kind !== 'literal') return (node.param ??= emptyNode());
  const literals = (node.literals ??= new Map<string, Node<R>>());
  const known = literals.get(segment.text);
  if (known !== undefined) return known;
  const added = emptyNode<R>();
  literals.set(segment.text, added);
  return added;
}

function emptyLeaf<R>(): Leaf<R> {
  return { byMethod: new Map(), any: undefined };
}

function setMethod<R>(leaf: Leaf<R>, method: string, route: R): boolean {
  if (method === 'ANY') {
    if (leaf.any !== undefined) return false;
    leaf.any = route;
    return true;
  }
  if (leaf.byMethod.has(method)) return false;
  leaf.byMethod.set(method, route);
  return true;
}

/** Own verb, else ANY. */
export function serve<R>(leaf: Leaf<R> | undefined, method: string): R | undefined {
  return leaf === undefined ? undefined : (leaf.byMethod.get(method) ?? leaf.any);
}
