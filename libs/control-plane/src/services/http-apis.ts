/** HTTP APIs: the draft. A change of it deploys itself to every stage with `autoDeploy`. */
import {
  createHttpApi,
  createHttpAuthorizer,
  createIntegration,
  createRoute,
  deleteHttpAuthorizer,
  deleteHttpIntegration,
  deleteRoute,
  updateHttpApi,
  updateHttpAuthorizer,
  updateHttpIntegration,
  updateRoute,
  type ApiInput,
  type CreateApiInput,
  type HttpApi,
  type HttpApiGraph,
  type HttpApiIntegration,
  type HttpAuthorizer,
  type HttpAuthorizerInput,
  type HttpRoute,
  type IntegrationInput,
  type RouteInput,
} from '@gatehouse/catalog';
import { ApiRow, StageRow } from '../storage/entities';
import { insertGraph, scopeOf, type Scope } from '../storage/graph-store';
import type { HttpStages } from './http-stages';
import { pageOf, type Page, type PageRequest } from './pages';
import { deleteApi } from './rest-apis';
import { markForPublication, missingApi, type Workspace } from './workspace';

export class HttpApis {
  constructor(
    private readonly workspace: Workspace,
    private readonly stages: HttpStages,
    /** How clients reach an API; holds `{apiId}`. */
    private readonly endpointUrl: () => string,
  ) {}

  create(scope: Scope, input: CreateApiInput): Promise<HttpApi> {
    const apiId = this.workspace.freshId(10);
    const apiEndpoint = this.endpointUrl().replace('{apiId}', apiId);
    const now = this.workspace.now();
    const fresh = { apiId, apiEndpoint, now, childId: () => this.workspace.freshId(7) };
    const { graph, stage } = createHttpApi(input, fresh);
    return this.workspace.transaction(async (db) => {
      await insertGraph(db, scope, graph);
      if (stage) {
        await db.insert(StageRow, { apiId, name: stage.stageName, document: stage });
        await this.stages.autoDeploy({ db, graph, now });
      }
      return graph.api;
    });
  }

  async get(scope: Scope, apiId: string): Promise<HttpApi> {
    const row = await this.workspace.database.manager.findOneBy(ApiRow, {
      ...scopeOf(scope),
      kind: 'HTTP',
      id: apiId,
    });
    if (!row) throw missingApi(scope, apiId);
    return row.document as HttpApi;
  }

  async list(scope: Scope, page: PageRequest): Promise<Page<HttpApi>> {
    const rows = await this.workspace.database.manager.find(ApiRow, {
      where: { ...scopeOf(scope), kind: 'HTTP' },
      order: { sequence: 'ASC' },
    });
    return pageOf(
      rows.map((row) => row.document as HttpApi),
      (api) => api.apiId,
      page,
    );
  }

  /** `disableExecuteApiEndpoint` takes effect at once, so every stage is published again. */
  async update(scope: Scope, apiId: string, input: ApiInput): Promise<HttpApi> {
    return this.edit(scope, apiId, (graph) => {
      updateHttpApi(graph, input);
      return graph.api;
    });
  }

  async deleteCors(scope: Scope, apiId: string): Promise<void> {
    await this.edit(scope, apiId, (graph) => void delete graph.api.corsConfiguration);
  }

  delete(scope: Scope, apiId: string): Promise<void> {
    return deleteApi(this.workspace, scope, 'HTTP', apiId);
  }

  draft(scope: Scope, apiId: string): Promise<HttpApiGraph> {
    return this.workspace.graph(scope, 'HTTP', apiId);
  }

  createRoute(scope: Scope, apiId: string, input: RouteInput): Promise<HttpRoute> {
    return this.edit(scope, apiId, (graph) => createRoute(graph, input, this.workspace.freshId(7)));
  }

  updateRoute(scope: Scope, apiId: string, id: string, input: RouteInput): Promise<HttpRoute> {
    return this.edit(scope, apiId, (graph) => updateRoute(graph, id, input));
  }

  deleteRoute(scope: Scope, apiId: string, id: string): Promise<void> {
    return this.edit(scope, apiId, (graph) => deleteRoute(graph, id));
  }

  createIntegration(scope: Scope, apiId: string, input: IntegrationInput): Promise<HttpApiIntegration> {
    return this.edit(scope, apiId, (graph) => createIntegration(graph, input, this.workspace.freshId(7)));
  }

  updateIntegration(
    scope: Scope,
    apiId: string,
    id: string,
    input: IntegrationInput,
  ): Promise<HttpApiIntegration> {
    return this.edit(scope, apiId, (graph) => updateHttpIntegration(graph, id, input));
  }

  deleteIntegration(scope: Scope, apiId: string, id: string): Promise<void> {
    return this.edit(scope, apiId, (graph) => deleteHttpIntegration(graph, id));
  }

  createAuthorizer(scope: Scope, apiId: string, input: HttpAuthorizerInput): Promise<HttpAuthorizer> {
    return this.edit(scope, apiId, (graph) => createHttpAuthorizer(graph, input, this.workspace.freshId(6)));
  }

  updateAuthorizer(
    scope: Scope,
    apiId: string,
    id: string,
    input: HttpAuthorizerInput,
  ): Promise<HttpAuthorizer> {
    return this.edit(scope, apiId, (graph) => updateHttpAuthorizer(graph, id, input));
  }

  deleteAuthorizer(scope: Scope, apiId: string, id: string): Promise<void> {
    return this.edit(scope, apiId, (graph) => deleteHttpAuthorizer(graph, id));
  }

  private edit<T>(scope: Scope, apiId: string, work: (graph: HttpApiGraph) => T): Promise<T> {
    return this.workspace.change(scope, 'HTTP', apiId, ({ graph }) => work(graph), {
      afterSave: async (change, changed) => {
        if (!changed) return;
        await this.stages.autoDeploy(change);
        const stages = await change.db.findBy(StageRow, { apiId });
        await markForPublication(
          change.db,
          apiId,
          stages.map(({ name }) => name),
        );
      },
    });
  }
}
