// Dispatch: from verb, path and query of a request to the operation that AWS's models give them.
import { allOperations, type Operation } from './operations';
import { parseQuery, type QueryPairs } from './query-string';
import type { ServiceName } from './service-model';

/** What dispatch looks at: the path raw and without query, the query without `?`. */
export interface RequestTarget {
  readonly method: string;
  readonly path: string;
  readonly query: string;
}

export interface Matched {
  readonly operation: Operation;
  /** Decoded path labels by the label's name in the model's uri, e.g. `restapi_id`. */
  readonly pathParams: Readonly<Record<string, string>>;
}

interface Candidate {
  readonly operation: Operation;
  readonly labels: readonly string[];
  /** The fixed query of the uri, e.g. `mode=import`; the request must carry it. */
  readonly fixedQuery: QueryPairs;
  readonly takesRest: boolean;
}

interface TreeNode {
  readonly literals: Map<string, TreeNode>;
  label?: TreeNode;
  /** By verb; those with a fixed query first. */
  readonly candidates: Map<string, Candidate[]>;
}

interface Found {
  readonly candidate: Candidate;
  readonly values: readonly string[];
}

/** The services of API Gateway itself. */
const gatewayServices: readonly ServiceName[] = ['apigateway', 'apigatewayv2', 'apigatewaymanagementapi'];
const trees = new Map<string, TreeNode>();

/**
 * The operation of a request, or undefined where no model has one; a malformed percent-encoding or an empty path label
 * matches nothing. Literal segments beat labels, one trailing slash is tolerated, and a label that holds an ARN takes the
 * rest of the path, since some SDKs leave its slashes unencoded. Never throws.
 * `services` are those that the listener answers for; API Gateway's own where absent.
 */
export function findOperation(
  target: RequestTarget,
  services: readonly ServiceName[] = gatewayServices,
): Matched | undefined {
  const segments = target.path.replace(/(?<=[^/])\/$/, '').split('/');
  if (segments.shift() !== '' || segments.length === 0) return undefined;
  const found = walk(treeOf(services), segments, 0, [], {
    method: target.method,
    query: parseQuery(target.query),
  });
  if (!found) return undefined;
  const pathParams = Object.create(null) as Record<string, string>;
  found.candidate.labels.forEach((label, index) => (pathParams[label] = found.values[index] ?? ''));
  return { operation: found.candidate.operation, pathParams };
}

type Verb = { readonly method: string; readonly query: QueryPairs };

function walk(
  node: TreeNode,
  segments: readonly string[],
  at: number,
  values: readonly string[],
  verb: Verb,
): Found | undefined {
  const segment = segments[at];
  if (segment === undefined) return choose(node, values, verb, false);
  const literal = node.literals.get(segment);
  const exact = literal && walk(literal, segments, at + 1, values, verb);
  if (exact) return exact;
  const value = decodeLabel(segment);
  if (!node.label || value === undefined) return undefined;
  return (
    walk(node.label, segments, at + 1, [...values, value], verb) ??
    takeRest(node.label, segments, at, values, verb)
  );
}

function takeRest(
  label: TreeNode,
  segments: readonly string[],
  at: number,
  values: readonly string[],
  verb: Verb,
): Found | undefined {
  const rest = decodeLabel(segments.slice(at).join('/'));
  return rest === undefined ? undefined : choose(label, [...values, rest], verb, true);
}

function choose(node: TreeNode, values: readonly string[], verb: Verb, isRest: boolean): Found | undefined {
  const candidate = node.candidates
    .get(verb.method)
    ?.find(({ fixedQuery, takesRest }) => (takesRest || !isRest) && hasAll(verb.query, fixedQuery));
  return candidate && { candidate, values };
}

function hasAll(query: QueryPairs, wanted: QueryPairs): boolean {
  return wanted.every(([name, value]) => query.some((pair) => pair[0] === name && pair[1] === value));
}

function decodeLabel(text: string): string | undefined {
  try {
    return text === '' ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function treeOf(services: readonly ServiceName[]): TreeNode {
  const key = services.join();
  const known = trees.get(key);
  if (known) return known;
  const root = emptyNode();
  for (const operation of services.flatMap(allOperations)) insert(root, operation);
  trees.set(key, root);
  return root;
}

function emptyNode(): TreeNode {
  return { literals: new Map(), candidates: new Map() };
}

function insert(root: TreeNode, operation: Operation): void {
  const [path = '', query = ''] = operation.uri.split('?');
  const segments = path.slice(1).split('/');
  const labels = segments.filter(isLabel).map((segment) => segment.slice(1, -1));
  const candidate = {
    operation,
    labels,
    fixedQuery: parseQuery(query),
    takesRest: /arn\}$/.test(path),
  };
  const node = segments.reduce(
    (parent, segment) => (isLabel(segment) ? labelOf(parent) : literalOf(parent, segment)),
    root,
  );
  const known = node.candidates.get(operation.method) ?? [];
  node.candidates.set(operation.method, query === '' ? [...known, candidate] : [candidate, ...known]);
}

function isLabel(segment: string): boolean {
  return segment.startsWith('{');
}

function labelOf(parent: TreeNode): TreeNode {
  parent.label ??= emptyNode();
  return parent.label;
}

function literalOf(parent: TreeNode, segment: string): TreeNode {
  const node = parent.literals.get(segment) ?? emptyNode();
  parent.literals.set(segment, node);
  return node;
}
