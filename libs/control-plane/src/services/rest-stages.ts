/** Deployments and stages of REST APIs. A deployment freezes the draft; a stage points at one. */
import {
  apiSummary,
  badRequest,
  conflict,
  createStage,
  newCanary,
  notFound,
  requireCanaryTarget,
  requireDeployable,
  requireVariables,
  updateDeployment,
  updateStage,
  type CreateDeploymentInput,
  type CreateStageInput,
  type PatchOperation,
  type RestDeployment,
  type RestStage,
} from '@gatehouse/catalog';
import type { EntityManager } from 'typeorm';
import { DeploymentRow, StageRow } from '../storage/entities';
import { frozenGraph, type Scope } from '../storage/graph-store';
import { pageOf, type Page, type PageRequest } from './pages';
import { endCaches, noteCache } from './stage-caches';
import { markForPublication, type Change, type Workspace } from './workspace';

export interface DeploymentWithSummary extends RestDeployment {
  apiSummary?: ReturnType<typeof apiSummary>;
}

export class RestStages {
  constructor(private readonly workspace: Workspace) {}

  createDeployment(scope: Scope, apiId: string, input: CreateDeploymentInput): Promise<RestDeployment> {
    return this.workspace.change(scope, 'REST', apiId, async (change) => {
      const stages = await this.stageRows(apiId, change.db);
      requireCanaryTarget(input, new Set(stages.map(({ name }) => name)));
      requireDeployable(change.graph);
      const deployment = await this.freeze(change, apiId, input.description);
      if (input.stageName) await this.pointStage(change, apiId, input.stageName, deployment.id, input);
      return deployment;
    });
  }

  private async freeze(change: Change<'REST'>, apiId: string, description?: string): Promise<RestDeployment> {
    const id = this.workspace.freshId(6);
    const deployment: RestDeployment = { id, createdDate: change.now, ...(description && { description }) };
    await change.db.insert(DeploymentRow, { apiId, id, document: deployment, graph: change.graph });
    return deployment;
  }

  /** Creates the stage, moves it to the deployment, or makes the deployment its canary. */
  private async pointStage(
    { db, now }: Change<'REST'>,
    apiId: string,
    stageName: string,
    deploymentId: string,
    input: CreateDeploymentInput,
  ): Promise<void> {
    const known = await db.findOneBy(StageRow, { apiId, name: stageName });
    const deployments = new Set([deploymentId, ...(await this.deploymentIds(apiId, db))]);
    if (!known) {
      const { stageDescription, canarySettings: _canary, description: _description, ...settings } = input;
      const fresh = {
        ...settings,
        stageName,
        deploymentId,
        ...(stageDescription && { description: stageDescription }),
      };
      const stage = createStage(fresh, deployments, now);
      await db.insert(StageRow, { apiId, name: stageName, document: stage });
      await noteCache(db, apiId, stage, now);
    } else {
      const stage = known.document as RestStage;
      repoint(stage, deploymentId, input, deployments);
      stage.lastUpdatedDate = now;
      await db.update(StageRow, { apiId, name: stageName }, { document: stage });
    }
    await markForPublication(db, apiId, [stageName]);
  }

  async getDeployment(
    scope: Scope,
    apiId: string,
    id: string,
    withSummary: boolean,
  ): Promise<DeploymentWithSummary> {
    await this.workspace.graph(scope, 'REST', apiId);
    return describe(await this.deploymentRow(apiId, id, this.workspace.database.manager), withSummary);
  }

  async listDeployments(scope: Scope, apiId: string, page: PageRequest): Promise<Page<RestDeployment>> {
    await this.workspace.graph(scope, 'REST', apiId);
    const rows = await this.workspace.database.manager.find(DeploymentRow, {
      select: { apiId: true, id: true, document: {} as never },
      where: { apiId },
      order: { sequence: 'ASC' },
    });
    return pageOf(
      rows.map((row) => row.document as RestDeployment),
      (deployment) => deployment.id,
      page,
    );
  }

  updateDeployment(
    scope: Scope,
    apiId: string,
    id: string,
    operations: readonly PatchOperation[],
  ): Promise<DeploymentWithSummary> {
    return this.workspace.change(scope, 'REST', apiId, async ({ db }) => {
      const row = await this.deploymentRow(apiId, id, db);
      const deployment = row.document as RestDeployment;
      updateDeployment(deployment, operations);
      await db.update(DeploymentRow, { apiId, id }, { document: deployment });
      return deployment;
    });
  }

  deleteDeployment(scope: Scope, apiId: string, id: string): Promise<void> {
    return this.workspace.change(scope, 'REST', apiId, async ({ db }) => {
      await this.deploymentRow(apiId, id, db);
      const used = (await this.stageRows(apiId, db)).some(({ document }) => uses(document as RestStage, id));
      if (used) throw badRequest('Active stages pointing to this deployment must be moved or deleted');
      await db.delete(DeploymentRow, { apiId, id });
    });
  }

  createStage(scope: Scope, apiId: string, input: CreateStageInput): Promise<RestStage> {
    return this.workspace.change(scope, 'REST', apiId, async ({ db, now }) => {
      const stage = createStage(input, new Set(await this.deploymentIds(apiId, db)), now);
      if (await db.existsBy(StageRow, { apiId, name: stage.stageName }))
        throw conflict('Stage already exists');
      await db.insert(StageRow, { apiId, name: stage.stageName, document: stage });
      await noteCache(db, apiId, stage, now);
      await markForPublication(db, apiId, [stage.stageName]);
      return stage;
    });
  }

  async getStage(scope: Scope, apiId: string, name: string): Promise<RestStage> {
    await this.workspace.graph(scope, 'REST', apiId);
    return (await this.stageRow(apiId, name, this.workspace.database.manager)).document as RestStage;
  }

  async listStages(scope: Scope, apiId: string, deploymentId?: string): Promise<RestStage[]> {
    await this.workspace.graph(scope, 'REST', apiId);
    const stages = (await this.stageRows(apiId, this.workspace.database.manager)).map(
      (row) => row.document as RestStage,
    );
    return deploymentId ? stages.filter((stage) => stage.deploymentId === deploymentId) : stages;
  }

  updateStage(
    scope: Scope,
    apiId: string,
    name: string,
    operations: readonly PatchOperation[],
  ): Promise<RestStage> {
    return this.editStage(scope, apiId, name, async (stage, { db, now }) =>
      updateStage(stage, operations, new Set(await this.deploymentIds(apiId, db)), now),
    );
  }

  /** Any change of one stage; it is published again. */
  editStage(
    scope: Scope,
    apiId: string,
    name: string,
    work: (stage: RestStage, change: Change<'REST'>) => void | Promise<void>,
  ): Promise<RestStage> {
    return this.workspace.change(scope, 'REST', apiId, async (change) => {
      const row = await this.stageRow(apiId, name, change.db);
      const stage = row.document as RestStage;
      await work(stage, change);
      await change.db.update(StageRow, { apiId, name }, { document: stage });
      await noteCache(change.db, apiId, stage, change.now);
      await markForPublication(change.db, apiId, [name]);
      return stage;
    });
  }

  /** Every node forgets what authorizers said for the stage as soon as it serves the new snapshot. */
  async flushAuthorizersCache(scope: Scope, apiId: string, name: string): Promise<void> {
    const token = this.workspace.freshId(10);
    await this.editStage(scope, apiId, name, (stage) => void (stage.authorizersCacheToken = token));
  }

  /** Every node forgets the answers that it keeps of the stage as soon as it serves the new snapshot. */
  async flushCache(scope: Scope, apiId: string, name: string): Promise<void> {
    const token = this.workspace.freshId(10);
    await this.editStage(scope, apiId, name, (stage) => void (stage.responseCacheToken = token));
  }

  deleteStage(scope: Scope, apiId: string, name: string): Promise<void> {
    return this.workspace.change(scope, 'REST', apiId, async ({ db, now }) => {
      await this.stageRow(apiId, name, db);
      await db.delete(StageRow, { apiId, name });
      await endCaches(db, { apiId, stage: name }, now);
      await markForPublication(db, apiId, [name]);
    });
  }

  private async deploymentIds(apiId: string, db: EntityManager): Promise<string[]> {
    const rows = await db.find(DeploymentRow, { select: { apiId: true, id: true }, where: { apiId } });
    return rows.map(({ id }) => id);
  }

  private async deploymentRow(apiId: string, id: string, db: EntityManager): Promise<DeploymentRow> {
    const row = await db.findOneBy(DeploymentRow, { apiId, id });
    if (!row) throw notFound('Invalid Deployment identifier specified');
    return row;
  }

  private stageRows(apiId: string, db: EntityManager): Promise<StageRow[]> {
    return db.find(StageRow, { where: { apiId }, order: { sequence: 'ASC' } });
  }

  private async stageRow(apiId: string, name: string, db: EntityManager): Promise<StageRow> {
    const row = await db.findOneBy(StageRow, { apiId, name });
    if (!row) throw notFound('Invalid stage identifier specified');
    return row;
  }
}

function describe(row: DeploymentRow, withSummary: boolean): DeploymentWithSummary {
  const deployment = row.document as RestDeployment;
  return withSummary ? { ...deployment, apiSummary: apiSummary(frozenGraph<'REST'>(row)) } : deployment;
}

function uses(stage: RestStage, deploymentId: string): boolean {
  return stage.deploymentId === deploymentId || stage.canarySettings?.deploymentId === deploymentId;
}

function repoint(
  stage: RestStage,
  deploymentId: string,
  input: CreateDeploymentInput,
  deployments: ReadonlySet<string>,
): void {
  if (input.canarySettings) {
    stage.canarySettings = newCanary(
      { ...input.canarySettings, deploymentId },
      stage.deploymentId,
      deployments,
    );
    return;
  }
  if (stage.canarySettings) {
    throw badRequest(
      'A stage with a canary takes canary deployments only; promote or remove the canary first',
    );
  }
  stage.deploymentId = deploymentId;
  if (input.variables) stage.variables = requireVariables(input.variables);
  if (input.stageDescription) stage.description = input.stageDescription;
  if (input.tracingEnabled !== undefined) stage.tracingEnabled = input.tracingEnabled;
}
