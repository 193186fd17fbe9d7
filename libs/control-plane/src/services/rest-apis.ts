/** REST APIs with their resources, methods and integrations: the draft. Deployments and stages are in `rest-stages.ts`. */
import {
  authorizerOf,
  cloneRestApi,
  conflict,
  createAuthorizer,
  createRestApi,
  deleteAuthorizer,
  deleteGatewayResponse,
  gatewayResponseOf,
  gatewayResponsesOf,
  notFound,
  putGatewayResponse,
  updateAuthorizer,
  updateGatewayResponse,
  updateRestApi,
  type Authorizer,
  type CreateAuthorizerInput,
  type CreateRestApiInput,
  type PatchOperation,
  type PutGatewayResponseInput,
  type RestApi,
  type RestApiGraph,
  type ShownGatewayResponse,
} from '@gatehouse/catalog';
import { ApiRow, StageRow } from '../storage/entities';
import { insertGraph, scopeOf, type Scope } from '../storage/graph-store';
import { keepName } from './deleted-names';
import { pageOf, type Page, type PageRequest } from './pages';
import { endCaches } from './stage-caches';
import { markForPublication, missingApi, type Missing, type Workspace } from './workspace';

/** Below `/resources` AWS names the resource, not the API, when the API is unknown. */
const missingResource: Missing = () => notFound('Invalid Resource identifier specified');

/** What CreateAuthorizer answers for an unknown API (recorded). */
const vanishedApi: Missing = () =>
  conflict('Unable to complete operation due to concurrent modification. Please try again later.');

export class RestApis {
  constructor(private readonly workspace: Workspace) {}

  /** `cloneFrom`: id of an API of the same account to copy. */
  async create(scope: Scope, input: CreateRestApiInput & { readonly cloneFrom?: string }): Promise<RestApi> {
    const ids = { apiId: this.workspace.freshId(10), rootResourceId: this.workspace.freshId(10) };
    const graph = createRestApi(input, ids, this.workspace.now());
    if (input.cloneFrom) {
      const source = await this.workspace.graph(scope, 'REST', input.cloneFrom);
      cloneRestApi(source, graph, () => this.freshId());
    }
    await this.workspace.transaction((db) => insertGraph(db, scope, graph));
    return graph.api;
  }

  async get(scope: Scope, apiId: string): Promise<RestApi> {
    const row = await this.workspace.database.manager.findOneBy(ApiRow, {
      ...scopeOf(scope),
      kind: 'REST',
      id: apiId,
    });
    if (!row) throw missingApi(scope, apiId);
    return row.document as RestApi;
  }

  async list(scope: Scope, page: PageRequest): Promise<Page<RestApi>> {
    const rows = await this.workspace.database.manager.find(ApiRow, {
      where: { ...scopeOf(scope), kind: 'REST' },
      order: { sequence: 'ASC' },
    });
    return pageOf(
      rows.map((row) => row.document as RestApi),
      (api) => api.id,
      page,
    );
  }

  update(scope: Scope, apiId: string, operations: readonly PatchOperation[]): Promise<RestApi> {
    return this.workspace.change(scope, 'REST', apiId, ({ graph }) => {
      updateRestApi(graph.api, operations);
      return graph.api;
    });
  }

  async delete(scope: Scope, apiId: string): Promise<void> {
    await deleteApi(this.workspace, scope, 'REST', apiId);
  }

  draft(scope: Scope, apiId: string, missing: Missing = missingResource): Promise<RestApiGraph> {
    return this.workspace.graph(scope, 'REST', apiId, missing);
  }

  /** One change of the draft, e.g. `putMethod(graph, ...)`. */
  edit<T>(
    scope: Scope,
    apiId: string,
    work: (graph: RestApiGraph) => T,
    missing: Missing = missingResource,
  ): Promise<T> {
    return this.workspace.change(scope, 'REST', apiId, ({ graph }) => work(graph), { missing });
  }

  createAuthorizer(scope: Scope, apiId: string, input: CreateAuthorizerInput): Promise<Authorizer> {
    return this.edit(scope, apiId, (graph) => createAuthorizer(graph, input, this.freshId()), vanishedApi);
  }

  /** By name. */
  async authorizers(scope: Scope, apiId: string): Promise<Authorizer[]> {
    const { authorizers } = await this.draft(scope, apiId, missingApi);
    return Object.values(authorizers).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async getAuthorizer(scope: Scope, apiId: string, id: string): Promise<Authorizer> {
    return authorizerOf(await this.draft(scope, apiId, missingApi), id);
  }

  updateAuthorizer(
    scope: Scope,
    apiId: string,
    id: string,
    operations: readonly PatchOperation[],
  ): Promise<Authorizer> {
    return this.edit(scope, apiId, (graph) => updateAuthorizer(graph, id, operations), missingApi);
  }

  deleteAuthorizer(scope: Scope, apiId: string, id: string): Promise<void> {
    return this.edit(scope, apiId, (graph) => deleteAuthorizer(graph, id), missingApi);
  }

  async gatewayResponses(scope: Scope, apiId: string): Promise<ShownGatewayResponse[]> {
    return gatewayResponsesOf(await this.draft(scope, apiId, missingApi));
  }

  async getGatewayResponse(scope: Scope, apiId: string, type: string): Promise<ShownGatewayResponse> {
    return gatewayResponseOf(await this.draft(scope, apiId, missingApi), type);
  }

  putGatewayResponse(
    scope: Scope,
    apiId: string,
    type: string,
    input: PutGatewayResponseInput,
  ): Promise<ShownGatewayResponse> {
    return this.edit(scope, apiId, (graph) => putGatewayResponse(graph, type, input), missingApi);
  }

  updateGatewayResponse(
    scope: Scope,
    apiId: string,
    type: string,
    operations: readonly PatchOperation[],
  ): Promise<ShownGatewayResponse> {
    return this.edit(scope, apiId, (graph) => updateGatewayResponse(graph, type, operations), missingApi);
  }

  deleteGatewayResponse(scope: Scope, apiId: string, type: string): Promise<void> {
    return this.edit(scope, apiId, (graph) => deleteGatewayResponse(graph, type), missingApi);
  }

  freshId(): string {
    return this.workspace.freshId(6);
  }
}

/** Deletes the API with all that hangs on it; its stages stop being served. */
export function deleteApi(
  workspace: Workspace,
  scope: Scope,
  kind: 'REST' | 'HTTP',
  apiId: string,
): Promise<void> {
  return workspace.transaction(async (db) => {
    const stages = await db.findBy(StageRow, { apiId });
    const row = await db.findOneBy(ApiRow, { ...scopeOf(scope), id: apiId, kind });
    const { affected } = await db.delete(ApiRow, { ...scopeOf(scope), id: apiId, kind });
    if (row === null || affected !== 1) throw missingApi(scope, apiId);
    await endCaches(db, { apiId }, workspace.now());
    await keepName(db, row, kind);
    await markForPublication(
      db,
      apiId,
      stages.map(({ name }) => name),
    );
  });
}
