/** What a stage serves, where it came from, and the way back: for both kinds of API. */
import {
  badRequest,
  notFound,
  type EndedCanary,
  type HttpDeployment,
  type RestDeployment,
  type RestStage,
} from '@gatehouse/catalog';
import type { Problem } from '@gatehouse/snapshot';
import { ApiRow, DeploymentRow, OutboxRow, PublicationRow, StageRow } from '../storage/entities';
import { scopeOf, type Scope } from '../storage/graph-store';
import type { HttpStages } from './http-stages';
import type { RestStages } from './rest-stages';
import type { Workspace } from './workspace';

export interface Publication {
  /** Absent: nothing is published for the stage. */
  readonly revision?: number;
  readonly hash?: string;
  readonly publishedAt?: string;
  readonly problems: readonly Problem[];
  /** A change waits to be published. */
  readonly pending: boolean;
  /** Absent: the stage has none. */
  readonly canary?: { readonly deploymentId: string; readonly percentTraffic: number };
  /** The last canary that the stage's options ended. */
  readonly endedCanary?: EndedCanaryRecord;
}

export interface EndedCanaryRecord {
  readonly decision: 'abort' | 'promote';
  readonly deploymentId: string;
  readonly reason: string;
  readonly endedAt: string;
}

export interface DeploymentRecord {
  readonly deploymentId: string;
  readonly createdAt: string;
  readonly description?: string;
  readonly autoDeployed: boolean;
  /** The stage points at it now. */
  readonly current: boolean;
}

export class Rollouts {
  constructor(
    private readonly workspace: Workspace,
    private readonly restStages: RestStages,
    private readonly httpStages: HttpStages,
  ) {}

  async publication(scope: Scope, apiId: string, stage: string): Promise<Publication> {
    const { document } = await this.stage(scope, apiId, stage);
    const { manager } = this.workspace.database;
    const row = await manager.findOneBy(PublicationRow, { apiId, stage });
    const pending = await manager.existsBy(OutboxRow, { apiId, stage });
    const canary = describeCanary(document as RestStage);
    if (!row) return { problems: [], pending, ...canary };
    return {
      revision: Number(row.revision),
      hash: row.hash,
      publishedAt: row.publishedAt.toISOString(),
      problems: row.problems,
      pending,
      ...canary,
    };
  }

  /** Newest first. */
  async history(scope: Scope, apiId: string, stage: string): Promise<DeploymentRecord[]> {
    const { current } = await this.stage(scope, apiId, stage);
    const rows = await this.workspace.database.manager.find(DeploymentRow, {
      select: { apiId: true, id: true, document: {} as never, sequence: true },
      where: { apiId },
      order: { sequence: 'DESC' },
    });
    return rows.map(({ id, document }) => {
      const { createdDate, description, autoDeployed } = document as RestDeployment & Partial<HttpDeployment>;
      return {
        deploymentId: id,
        createdAt: new Date(createdDate).toISOString(),
        ...(description !== undefined && { description }),
        autoDeployed: autoDeployed ?? false,
        current: id === current,
      };
    });
  }

  /**
   * Points the stage at `deploymentId`, or at the newest one before the present. An HTTP stage stops deploying by itself,
   * else the next change of the draft would undo the rollback. A canary of a REST stage ends: after a rollback one deployment
   * answers.
   */
  async rollback(
    scope: Scope,
    apiId: string,
    stageName: string,
    deploymentId?: string,
  ): Promise<DeploymentRecord> {
    const target = deploymentId ?? (await this.previous(scope, apiId, stageName));
    const { kind } = await this.stage(scope, apiId, stageName);
    if (kind === 'REST') {
      const operations = [
        { op: 'replace', path: '/deploymentId', value: target },
        { op: 'remove', path: '/canarySettings' },
      ];
      await this.restStages.updateStage(scope, apiId, stageName, operations);
    } else {
      await this.httpStages.updateStage(scope, apiId, stageName, { autoDeploy: false, deploymentId: target });
    }
    const record = (await this.history(scope, apiId, stageName)).find((one) => one.deploymentId === target);
    if (!record) throw notFound('Invalid Deployment identifier specified');
    return record;
  }

  async kindOf(scope: Scope, apiId: string, stage: string): Promise<'REST' | 'HTTP'> {
    return (await this.stage(scope, apiId, stage)).kind;
  }

  private async previous(scope: Scope, apiId: string, stageName: string): Promise<string> {
    const history = await this.history(scope, apiId, stageName);
    const before = history[history.findIndex(({ current }) => current) + 1];
    if (!before) throw badRequest('There is no deployment before the present one');
    return before.deploymentId;
  }

  private async stage(
    scope: Scope,
    apiId: string,
    name: string,
  ): Promise<{ kind: 'REST' | 'HTTP'; document: StageRow['document']; current?: string }> {
    const { manager } = this.workspace.database;
    const api = await manager.findOneBy(ApiRow, { ...scopeOf(scope), id: apiId });
    if (!api) throw notFound(`There is no API ${apiId}`);
    const row = await manager.findOneBy(StageRow, { apiId, name });
    if (!row) throw notFound(`API ${apiId} has no stage ${name}`);
    const current = row.document.deploymentId;
    return { kind: api.kind, document: row.document, ...(current !== undefined && { current }) };
  }
}

function describeCanary({
  canarySettings,
  endedCanary,
}: RestStage): Pick<Publication, 'canary' | 'endedCanary'> {
  return {
    ...(canarySettings && {
      canary: { deploymentId: canarySettings.deploymentId, percentTraffic: canarySettings.percentTraffic },
    }),
    ...(endedCanary && { endedCanary: describeEnd(endedCanary) }),
  };
}

function describeEnd({ endedDate, ...rest }: EndedCanary): EndedCanaryRecord {
  return { ...rest, endedAt: new Date(endedDate).toISOString() };
}
