/** Deployments and stages of HTTP APIs. */
import {
  applyHttpStage,
  badRequest,
  conflict,
  newHttpDeployment,
  newStage,
  notFound,
  requireHttpDeployable,
  type HttpDeployment,
  type HttpStage,
  type HttpStageInput,
} from '@gatehouse/catalog';
import { In, type EntityManager } from 'typeorm';
import { DeploymentRow, StageRow } from '../storage/entities';
import type { Scope } from '../storage/graph-store';
import { pageOf, type Page, type PageRequest } from './pages';
import { markForPublication, type Change, type Workspace } from './workspace';

/** Automatic deployments that no stage uses are kept for rollback up to this number. */
const KEPT_AUTOMATIC_DEPLOYMENTS = 20;

export class HttpStages {
  constructor(private readonly workspace: Workspace) {}

  /** One deployment for all stages that deploy by themselves. Nothing happens while the API has no route. */
  async autoDeploy(change: Change<'HTTP'>): Promise<void> {
    const apiId = change.graph.api.apiId;
    const rows = (await this.stageRows(apiId, change.db)).filter(
      ({ document }) => (document as HttpStage).autoDeploy,
    );
    if (rows.length === 0 || Object.keys(change.graph.routes).length === 0) return;
    const deployment = await this.freeze(change, {
      description: 'Automatic deployment triggered by changes to the Api configuration',
      autoDeployed: true,
    });
    for (const row of rows) await this.point(change, row, deployment.deploymentId);
    await this.dropOldAutomatic(apiId, change.db);
  }

  private async freeze(
    { db, graph, now }: Change<'HTTP'>,
    options: { readonly description?: string; readonly autoDeployed: boolean },
  ): Promise<HttpDeployment> {
    const apiId = graph.api.apiId;
    const deployment = newHttpDeployment(this.workspace.freshId(6), now, options);
    await db.insert(DeploymentRow, { apiId, id: deployment.deploymentId, document: deployment, graph });
    return deployment;
  }

  private async point(
    { db, graph, now }: Change<'HTTP'>,
    row: StageRow,
    deploymentId: string,
  ): Promise<void> {
    const apiId = graph.api.apiId;
    const stage = row.document as HttpStage;
    stage.deploymentId = deploymentId;
    stage.lastUpdatedDate = now;
    if (stage.autoDeploy) {
      stage.lastDeploymentStatusMessage = `Successfully deployed stage with deployment ID '${deploymentId}'`;
    }
    await db.update(StageRow, { apiId, name: row.name }, { document: stage });
    await markForPublication(db, apiId, [row.name]);
  }

  private async dropOldAutomatic(apiId: string, db: EntityManager): Promise<void> {
    const used = (await this.stageRows(apiId, db)).map(
      ({ document }) => (document as HttpStage).deploymentId,
    );
    const rows = await this.deploymentRows(apiId, db);
    const unused = rows.filter(
      ({ id, document }) => (document as HttpDeployment).autoDeployed && !used.includes(id),
    );
    const old = unused.slice(0, Math.max(0, unused.length - KEPT_AUTOMATIC_DEPLOYMENTS)).map(({ id }) => id);
    if (old.length > 0) await db.delete(DeploymentRow, { apiId, id: In(old) });
  }

  createDeployment(
    scope: Scope,
    apiId: string,
    input: { readonly description?: string; readonly stageName?: string },
  ): Promise<HttpDeployment> {
    return this.workspace.change(scope, 'HTTP', apiId, async (change) => {
      requireHttpDeployable(change.graph);
      const row =
        input.stageName === undefined ? undefined : await this.stageRow(apiId, input.stageName, change.db);
      if (row && (row.document as HttpStage).autoDeploy) {
        throw badRequest(`Stage ${row.name} deploys automatically; disable autoDeploy to deploy to it`);
      }
      const options = {
        autoDeployed: false,
        ...(input.description !== undefined && { description: input.description }),
      };
      const deployment = await this.freeze(change, options);
      if (row) await this.point(change, row, deployment.deploymentId);
      return deployment;
    });
  }

  async getDeployment(scope: Scope, apiId: string, id: string): Promise<HttpDeployment> {
    await this.workspace.graph(scope, 'HTTP', apiId);
    return (await this.deploymentRow(apiId, id, this.workspace.database.manager)).document as HttpDeployment;
  }

  async listDeployments(scope: Scope, apiId: string, page: PageRequest): Promise<Page<HttpDeployment>> {
    await this.workspace.graph(scope, 'HTTP', apiId);
    const rows = await this.deploymentRows(apiId, this.workspace.database.manager);
    return pageOf(
      rows.map((row) => row.document as HttpDeployment),
      (deployment) => deployment.deploymentId,
      page,
    );
  }

  updateDeployment(scope: Scope, apiId: string, id: string, description?: string): Promise<HttpDeployment> {
    return this.workspace.change(scope, 'HTTP', apiId, async ({ db }) => {
      const deployment = (await this.deploymentRow(apiId, id, db)).document as HttpDeployment;
      if (description !== undefined) deployment.description = description;
      await db.update(DeploymentRow, { apiId, id }, { document: deployment });
      return deployment;
    });
  }

  deleteDeployment(scope: Scope, apiId: string, id: string): Promise<void> {
    return this.workspace.change(scope, 'HTTP', apiId, async ({ db }) => {
      await this.deploymentRow(apiId, id, db);
      const used = (await this.stageRows(apiId, db)).some(
        ({ document }) => (document as HttpStage).deploymentId === id,
      );
      if (used) throw badRequest('Active stages pointing to this deployment must be moved or deleted');
      await db.delete(DeploymentRow, { apiId, id });
    });
  }

  createStage(scope: Scope, apiId: string, input: HttpStageInput): Promise<HttpStage> {
    return this.workspace.change(scope, 'HTTP', apiId, async (change) => {
      const stage = newStage(input, change.now);
      if (input.deploymentId !== undefined)
        await this.requireDeployment(apiId, input.deploymentId, change.db);
      const key = { apiId, name: stage.stageName };
      if (await change.db.existsBy(StageRow, key)) throw conflict('Stage already exists');
      await change.db.insert(StageRow, { ...key, document: stage });
      return this.settled(change, key);
    });
  }

  updateStage(scope: Scope, apiId: string, name: string, input: HttpStageInput): Promise<HttpStage> {
    return this.editStage(scope, apiId, name, async (stage, { db, now }) => {
      if (input.deploymentId !== undefined) await this.requireDeployment(apiId, input.deploymentId, db);
      if (input.deploymentId !== undefined && stage.autoDeploy && input.autoDeploy !== false) {
        throw badRequest('deploymentId cannot be set for a stage with autoDeploy enabled');
      }
      applyHttpStage(stage, input, now);
    });
  }

  editStage(
    scope: Scope,
    apiId: string,
    name: string,
    work: (stage: HttpStage, change: Change<'HTTP'>) => void | Promise<void>,
  ): Promise<HttpStage> {
    return this.workspace.change(scope, 'HTTP', apiId, async (change) => {
      const stage = (await this.stageRow(apiId, name, change.db)).document as HttpStage;
      const deployedItself = stage.autoDeploy ?? false;
      await work(stage, change);
      await change.db.update(StageRow, { apiId, name }, { document: stage });
      if (stage.autoDeploy && !deployedItself) return this.settled(change, { apiId, name });
      await markForPublication(change.db, apiId, [name]);
      return stage;
    });
  }

  /** Every node forgets what authorizers said for the stage as soon as it serves the new snapshot. */
  async resetAuthorizersCache(scope: Scope, apiId: string, name: string): Promise<void> {
    const token = this.workspace.freshId(10);
    await this.editStage(scope, apiId, name, (stage) => void (stage.authorizersCacheToken = token));
  }

  /** A stage that begins to deploy by itself starts with the draft. */
  private async settled(change: Change<'HTTP'>, key: { apiId: string; name: string }): Promise<HttpStage> {
    const row = await this.stageRow(key.apiId, key.name, change.db);
    if ((row.document as HttpStage).autoDeploy) await this.autoDeploy(change);
    await markForPublication(change.db, key.apiId, [key.name]);
    return (await this.stageRow(key.apiId, key.name, change.db)).document as HttpStage;
  }

  async getStage(scope: Scope, apiId: string, name: string): Promise<HttpStage> {
    await this.workspace.graph(scope, 'HTTP', apiId);
    return (await this.stageRow(apiId, name, this.workspace.database.manager)).document as HttpStage;
  }

  async listStages(scope: Scope, apiId: string, page: PageRequest): Promise<Page<HttpStage>> {
    await this.workspace.graph(scope, 'HTTP', apiId);
    const rows = await this.stageRows(apiId, this.workspace.database.manager);
    return pageOf(
      rows.map((row) => row.document as HttpStage),
      (stage) => stage.stageName,
      page,
    );
  }

  deleteStage(scope: Scope, apiId: string, name: string): Promise<void> {
    return this.workspace.change(scope, 'HTTP', apiId, async ({ db }) => {
      await this.stageRow(apiId, name, db);
      await db.delete(StageRow, { apiId, name });
      await markForPublication(db, apiId, [name]);
    });
  }

  private async requireDeployment(apiId: string, id: string, db: EntityManager): Promise<void> {
    if (!(await db.existsBy(DeploymentRow, { apiId, id }))) throw badRequest('Deployment id does not exist');
  }

  private deploymentRows(apiId: string, db: EntityManager): Promise<DeploymentRow[]> {
    const select = { apiId: true, id: true, document: {} as never, sequence: true } as const;
    return db.find(DeploymentRow, { select, where: { apiId }, order: { sequence: 'ASC' } });
  }

  private async deploymentRow(apiId: string, id: string, db: EntityManager): Promise<DeploymentRow> {
    const row = await db.findOneBy(DeploymentRow, { apiId, id });
    if (!row) throw notFound(`Unable to find Deployment by id ${id} within Api ${apiId}`);
    return row;
  }

  private stageRows(apiId: string, db: EntityManager): Promise<StageRow[]> {
    return db.find(StageRow, { where: { apiId }, order: { sequence: 'ASC' } });
  }

  private async stageRow(apiId: string, name: string, db: EntityManager): Promise<StageRow> {
    const row = await db.findOneBy(StageRow, { apiId, name });
    if (!row) throw notFound(`Unable to find Stage by name ${name} within Api ${apiId}`);
    return row;
  }
}
