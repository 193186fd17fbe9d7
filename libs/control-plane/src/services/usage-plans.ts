/** Usage plans: which keys open which stages. A change that concerns a stage publishes it anew. */
import {
  badRequest,
  newUsagePlan,
  notFound,
  updateUsagePlan,
  type ApiStage,
  type CreateUsagePlanInput,
  type PatchOperation,
  type UsagePlan,
} from '@gatehouse/catalog';
import { In, type EntityManager } from 'typeorm';
import {
  ApiKeyRow,
  ApiRow,
  StageRow,
  UsagePlanKeyRow,
  UsagePlanRow,
  UsagePlanStageRow,
} from '../storage/entities';
import { scopeOf, type Scope } from '../storage/graph-store';
import { QuotaExtensionRow } from '../storage/usage-entities';
import type { ApiKeys } from './api-keys';
import { pageOf, type Page, type PageRequest } from './pages';
import { keyRow, lockPlans, markStages, planRow, requireOnePlanForEachStage, subscribe } from './plan-rows';
import type { Workspace } from './workspace';

export interface UsagePlanKey {
  readonly id: string;
  readonly type: 'API_KEY';
  readonly value: string;
  readonly name?: string;
}

export class UsagePlans {
  constructor(
    private readonly workspace: Workspace,
    private readonly keys: ApiKeys,
  ) {}

  create(scope: Scope, input: CreateUsagePlanInput): Promise<UsagePlan> {
    return this.change(scope, async (db) => {
      const plan = newUsagePlan(input, this.workspace.freshId(6));
      const { id, apiStages, ...document } = plan;
      await db.insert(UsagePlanRow, { ...scopeOf(scope), id, document: { id, ...document } });
      await addStages(db, scope, id, apiStages);
      return plan;
    });
  }

  async get(scope: Scope, id: string): Promise<UsagePlan> {
    const { manager } = this.workspace.database;
    return tagged(await this.load(manager, scope, id));
  }

  /** Oldest first; `keyId`: those that the key is in. */
  async list(scope: Scope, keyId: string | undefined, page: PageRequest): Promise<Page<UsagePlan>> {
    const { manager } = this.workspace.database;
    const ofKey = keyId === undefined ? undefined : await manager.findBy(UsagePlanKeyRow, { keyId });
    const rows = await manager.find(UsagePlanRow, {
      where: { ...scopeOf(scope), ...(ofKey && { id: In(ofKey.map(({ planId }) => planId)) }) },
      order: { sequence: 'ASC' },
    });
    const { items, ...rest } = pageOf(rows, ({ id }) => id, page);
    const stages = await stageRows(
      manager,
      items.map(({ id }) => id),
    );
    return { items: items.map((row) => planOf(row, stages)), ...rest };
  }

  update(scope: Scope, id: string, operations: readonly PatchOperation[]): Promise<UsagePlan> {
    return this.change(scope, async (db) => {
      const plan = await this.load(db, scope, id);
      const before = structuredClone(plan.apiStages);
      updateUsagePlan(plan, operations);
      const { apiStages, ...document } = plan;
      await db.update(UsagePlanRow, { id }, { document });
      await this.saveStages(db, scope, plan, before);
      await markStages(db, apiStages);
      await requireOnePlanForEachStage(db, id);
      return tagged({ ...document, apiStages });
    });
  }

  private async saveStages(
    db: EntityManager,
    scope: Scope,
    { id: planId, apiStages }: UsagePlan,
    before: readonly ApiStage[],
  ): Promise<void> {
    const isIn = (all: readonly ApiStage[], { apiId, stage }: ApiStage): boolean =>
      all.some((one) => one.apiId === apiId && one.stage === stage);
    const removed = before.filter((one) => !isIn(apiStages, one));
    for (const { apiId, stage } of removed) await db.delete(UsagePlanStageRow, { planId, apiId, stage });
    await markStages(db, removed);
    await addStages(
      db,
      scope,
      planId,
      apiStages.filter((one) => !isIn(before, one)),
    );
    for (const { apiId, stage, throttle } of apiStages) {
      await db.update(UsagePlanStageRow, { planId, apiId, stage }, { throttle: throttle ?? null });
    }
  }

  /** Not while it has stages. Its keys stay. */
  delete(scope: Scope, id: string): Promise<void> {
    return this.change(scope, async (db) => {
      const { apiStages } = await this.load(db, scope, id);
      const [first] = apiStages;
      if (first) {
        throw badRequest(
          `Cannot delete Usage Plan ${id} because there are API Stages associated with it, including ${first.apiId}:${first.stage}`,
        );
      }
      await db.delete(UsagePlanRow, { id });
      await db.delete(QuotaExtensionRow, { planId: id });
    });
  }

  addKey(scope: Scope, planId: string, keyId: string, keyType: string): Promise<UsagePlanKey> {
    return this.change(scope, async (db) => {
      await planRow(db, scope, planId);
      if (keyType !== 'API_KEY') throw badRequest('Invalid key type specified. Valid options are API_KEY');
      const key = await keyRow(db, scope, keyId);
      await subscribe(db, planId, keyId);
      return this.showKey(key);
    });
  }

  async getKey(scope: Scope, planId: string, keyId: string): Promise<UsagePlanKey> {
    const { manager } = this.workspace.database;
    await planRow(manager, scope, planId);
    return this.showKey(await this.keyOfPlan(manager, scope, planId, keyId));
  }

  /** The one that joined last comes first. An unknown plan has none (recorded). */
  async listKeys(
    scope: Scope,
    planId: string,
    namePrefix: string,
    page: PageRequest,
  ): Promise<Page<UsagePlanKey>> {
    const rows = await this.workspace.database.manager
      .createQueryBuilder(ApiKeyRow, 'key')
      .innerJoin(UsagePlanKeyRow, 'joined', 'joined.keyId = key.id')
      .where({ ...scopeOf(scope) })
      .andWhere('joined.planId = :planId', { planId })
      .orderBy('joined.sequence', 'DESC')
      .getMany();
    const wanted = rows.filter(({ document }) => (document.name ?? '').startsWith(namePrefix));
    const { items, ...rest } = pageOf(wanted, ({ id }) => id, page);
    return { items: items.map((row) => this.showKey(row)), ...rest };
  }

  removeKey(scope: Scope, planId: string, keyId: string): Promise<void> {
    return this.change(scope, async (db) => {
      await planRow(db, scope, planId);
      await this.keyOfPlan(db, scope, planId, keyId);
      await db.delete(UsagePlanKeyRow, { planId, keyId });
      await markStages(db, await stageRows(db, [planId]));
    });
  }

  private async keyOfPlan(
    db: EntityManager,
    scope: Scope,
    planId: string,
    keyId: string,
  ): Promise<ApiKeyRow> {
    const row = await keyRow(db, scope, keyId);
    if (!(await db.existsBy(UsagePlanKeyRow, { planId, keyId }))) {
      throw notFound('Invalid API Key identifier specified');
    }
    return row;
  }

  private showKey(row: ApiKeyRow): UsagePlanKey {
    const { name } = row.document;
    return {
      id: row.id,
      type: 'API_KEY',
      value: this.keys.valueOf(row),
      ...(name !== undefined && { name }),
    };
  }

  private async load(db: EntityManager, scope: Scope, id: string): Promise<UsagePlan> {
    return planOf(await planRow(db, scope, id), await stageRows(db, [id]));
  }

  private change<T>(scope: Scope, work: (db: EntityManager) => Promise<T>): Promise<T> {
    return this.workspace.transaction(async (db) => {
      await lockPlans(db, scope);
      return work(db);
    });
  }
}

function stageRows(db: EntityManager, planIds: readonly string[]): Promise<UsagePlanStageRow[]> {
  return db.find(UsagePlanStageRow, { where: { planId: In([...planIds]) }, order: { sequence: 'ASC' } });
}

function planOf({ id, document }: UsagePlanRow, stages: readonly UsagePlanStageRow[]): UsagePlan {
  const apiStages = stages
    .filter(({ planId }) => planId === id)
    .map(({ apiId, stage, throttle }) => ({ apiId, stage, ...(throttle && { throttle }) }));
  return { ...document, apiStages };
}

async function addStages(
  db: EntityManager,
  scope: Scope,
  planId: string,
  stages: readonly ApiStage[],
): Promise<void> {
  for (const { apiId, stage, throttle } of stages) {
    const isThere =
      (await db.existsBy(ApiRow, { ...scopeOf(scope), id: apiId, kind: 'REST' })) &&
      (await db.existsBy(StageRow, { apiId, name: stage }));
    if (!isThere) throw notFound(`API Stage not found: ${apiId}:${stage}`);
    await db.insert(UsagePlanStageRow, { planId, apiId, stage, throttle: throttle ?? null });
  }
  await markStages(db, stages);
}

/** AWS shows `tags` of an untagged plan after a look and an update, not after its creation and in lists. */
function tagged(plan: UsagePlan): UsagePlan {
  return { ...plan, tags: plan.tags ?? {} };
}
