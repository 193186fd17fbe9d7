/**
 * API graphs in the tables: loads one whole, and writes back what a change really changed. The API's row is the lock, so
 * two changes of one API run one after the other.
 */
import type { HttpApiGraph, RestApiGraph } from '@gatehouse/catalog';
import type { EntityManager } from 'typeorm';
import { ApiRow, ElementRow, type DeploymentRow } from './entities';

export interface Scope {
  readonly accountId: string;
  readonly region: string;
}

export interface Graphs {
  REST: RestApiGraph;
  HTTP: HttpApiGraph;
}

/** `undefined`: no such API of this kind in this account and region. `lock` holds it until the transaction ends. */
export async function loadGraph<K extends keyof Graphs>(
  db: EntityManager,
  scope: Scope,
  kind: K,
  apiId: string,
  lock = false,
): Promise<Graphs[K] | undefined> {
  const query = db.createQueryBuilder(ApiRow, 'api').where({ ...scopeOf(scope), id: apiId, kind });
  const row = await (lock ? query.setLock('pessimistic_write') : query).getOne();
  if (!row) return undefined;
  return graphOf(row, await db.findBy(ElementRow, { apiId })) as Graphs[K];
}

export function scopeOf({ accountId, region }: Scope): Scope {
  return { accountId, region };
}

function graphOf(row: ApiRow, elements: readonly ElementRow[]): RestApiGraph | HttpApiGraph {
  const of = (kind: ElementRow['kind']): Record<string, never> =>
    Object.fromEntries(
      elements.filter((element) => element.kind === kind).map(({ id, document }) => [id, document as never]),
    );
  const authorizers = of('authorizer');
  if (row.kind === 'REST') {
    return {
      kind: 'REST',
      api: row.document as RestApiGraph['api'],
      resources: of('resource'),
      authorizers,
      gatewayResponses: of('gatewayResponse'),
    };
  }
  return {
    kind: 'HTTP',
    api: row.document as HttpApiGraph['api'],
    routes: of('route'),
    integrations: of('integration'),
    authorizers,
  };
}

/** What a deployment froze. Older ones know less. */
export function frozenGraph<K extends keyof Graphs>({ graph }: DeploymentRow): Graphs[K] {
  return { authorizers: {}, gatewayResponses: {}, ...graph } as Graphs[K];
}

export async function insertGraph(
  db: EntityManager,
  scope: Scope,
  graph: RestApiGraph | HttpApiGraph,
): Promise<void> {
  const id = idOf(graph);
  await db.insert(ApiRow, { ...scopeOf(scope), id, kind: graph.kind, document: graph.api });
  await saveElements(db, id, new Map(), elementsOf(graph));
}

export function idOf(graph: RestApiGraph | HttpApiGraph): string {
  return graph.kind === 'REST' ? graph.api.id : graph.api.apiId;
}

/** A copy to compare with after the change. */
export function imageOf(graph: RestApiGraph | HttpApiGraph): { api: string; elements: Map<string, string> } {
  const elements = [...elementsOf(graph)].map(([key, document]) => [key, JSON.stringify(document)] as const);
  return { api: JSON.stringify(graph.api), elements: new Map(elements) };
}

/** Writes the differences to `before`. True when there were any. */
export async function saveGraph(
  db: EntityManager,
  graph: RestApiGraph | HttpApiGraph,
  before: ReturnType<typeof imageOf>,
): Promise<boolean> {
  const id = idOf(graph);
  const apiChanged = JSON.stringify(graph.api) !== before.api;
  if (apiChanged) await db.update(ApiRow, { id }, { document: graph.api });
  const elementsChanged = await saveElements(db, id, before.elements, elementsOf(graph));
  return apiChanged || elementsChanged;
}

/** Keyed by `kind/id`. */
function elementsOf(graph: RestApiGraph | HttpApiGraph): Map<string, object> {
  const keyed = (kind: ElementRow['kind'], members: Record<string, object>): [string, object][] =>
    Object.entries(members).map(([id, document]) => [`${kind}/${id}`, document]);
  const authorizers = keyed('authorizer', graph.authorizers);
  if (graph.kind === 'REST') {
    const gatewayResponses = keyed('gatewayResponse', graph.gatewayResponses);
    return new Map([...keyed('resource', graph.resources), ...authorizers, ...gatewayResponses]);
  }
  const routes = keyed('route', graph.routes);
  return new Map([...routes, ...keyed('integration', graph.integrations), ...authorizers]);
}

async function saveElements(
  db: EntityManager,
  apiId: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, object>,
): Promise<boolean> {
  const changed = [...after].filter(([key, document]) => before.get(key) !== JSON.stringify(document));
  const removed = [...before.keys()].filter((key) => !after.has(key));
  const rows = changed.map(([key, document]) => ({ apiId, ...keyOf(key), document }));
  if (rows.length > 0) await db.upsert(ElementRow, rows, ['apiId', 'kind', 'id']);
  for (const key of removed) await db.delete(ElementRow, { apiId, ...keyOf(key) });
  return rows.length + removed.length > 0;
}

function keyOf(key: string): Pick<ElementRow, 'kind' | 'id'> {
  const slash = key.indexOf('/');
  return { kind: key.slice(0, slash) as ElementRow['kind'], id: key.slice(slash + 1) };
}
