/** API keys. Their values are sealed in the tables; nodes get HMACs of those that open a stage. */
import { randomBytes } from 'node:crypto';
import {
  badRequest,
  CatalogFault,
  conflict,
  newApiKey,
  newKeyValue,
  notFound,
  readApiKeyFile,
  requireKeyValue,
  updateApiKey,
  type ApiKey,
  type ApiKeyRecord,
  type CreateApiKeyInput,
  type PatchOperation,
  type StageKey,
} from '@gatehouse/catalog';
import type { Sealer } from '@gatehouse/platform';
import type { EntityManager } from 'typeorm';
import { ApiKeyRow, ApiRow, StageRow, UsagePlanKeyRow } from '../storage/entities';
import { scopeOf, type Scope } from '../storage/graph-store';
import { QuotaExtensionRow } from '../storage/usage-entities';
import { keepName } from './deleted-names';
import { pageOf, type Page, type PageRequest } from './pages';
import { keyRow, lockPlans, markStages, planRow, stagesOfKey, subscribe } from './plan-rows';
import type { Workspace } from './workspace';

export interface ShownApiKey extends ApiKey {
  /** Where it was asked for. */
  value?: string;
}

export interface KeyFilter {
  /** What the name begins with, case included. */
  readonly namePrefix?: string;
  readonly customerId?: string;
  readonly withValues: boolean;
}

export interface ImportedKeys {
  readonly ids: string[];
  readonly warnings: string[];
}

export class ApiKeys {
  constructor(
    private readonly workspace: Workspace,
    private readonly sealer: Sealer,
  ) {}

  create(scope: Scope, input: CreateApiKeyInput): Promise<ShownApiKey> {
    return this.change(scope, async (db) => {
      const key = newApiKey(input, this.workspace.freshId(10), this.workspace.now());
      const value = input.value ? requireKeyValue(input.value) : newKeyValue(randomBytes);
      for (const stage of input.stageKeys ?? []) await requireStage(db, scope, stage);
      if (await this.findByValue(db, scope, value)) throw conflict('API Key already exists');
      await this.insert(db, scope, key, value);
      return { ...key, value };
    });
  }

  async get(scope: Scope, id: string, withValue: boolean): Promise<ShownApiKey> {
    return tagged(this.show(await keyRow(this.workspace.database.manager, scope, id), withValue));
  }

  /** Newest first. */
  async list(scope: Scope, filter: KeyFilter, page: PageRequest): Promise<Page<ShownApiKey>> {
    const { namePrefix = '', customerId, withValues } = filter;
    const rows = await this.workspace.database.manager.find(ApiKeyRow, {
      where: scopeOf(scope),
      order: { sequence: 'DESC' },
    });
    const wanted = rows.filter(
      ({ document }) =>
        (document.name ?? '').startsWith(namePrefix) &&
        (customerId === undefined || document.customerId === customerId),
    );
    const { items, ...rest } = pageOf(wanted, ({ id }) => id, page);
    return { items: items.map((row) => this.show(row, withValues)), ...rest };
  }

  update(scope: Scope, id: string, operations: readonly PatchOperation[]): Promise<ShownApiKey> {
    return this.change(scope, async (db) => {
      const { document } = await keyRow(db, scope, id);
      for (const { op, path, value } of operations)
        if (op === 'add' && path === '/stages') await requireStage(db, scope, stageKeyIn(value));
      const wasEnabled = document.enabled;
      updateApiKey(document, operations, this.workspace.now());
      await db.update(ApiKeyRow, { id }, { document });
      if (document.enabled !== wasEnabled) await markStages(db, await stagesOfKey(db, id));
      return tagged(document);
    });
  }

  delete(scope: Scope, id: string): Promise<void> {
    return this.change(scope, async (db) => {
      const row = await keyRow(db, scope, id);
      await markStages(db, await stagesOfKey(db, id));
      await db.delete(ApiKeyRow, { id });
      await db.delete(QuotaExtensionRow, { keyId: id });
      await keepName(db, row, 'KEY');
    });
  }

  /** A key whose value is known is written over. With `failOnWarnings` it is all or nothing. */
  import(scope: Scope, text: string, failOnWarnings: boolean): Promise<ImportedKeys> {
    const records = readApiKeyFile(text);
    return this.change(scope, async (db) => {
      const ids: string[] = [];
      const warnings: string[] = [];
      for (const record of records) {
        const id = await this.importOne(db, scope, record);
        ids.push(id);
        for (const planId of record.usagePlanIds) warnings.push(...(await this.join(db, scope, planId, id)));
      }
      if (failOnWarnings && warnings.length > 0) throw badRequest(warnings.join('; '));
      return { ids, warnings };
    });
  }

  private async importOne(db: EntityManager, scope: Scope, record: ApiKeyRecord): Promise<string> {
    const known = await this.findByValue(db, scope, record.value);
    const id = known?.id ?? this.workspace.freshId(10);
    const fresh = newApiKey(record, id, this.workspace.now());
    if (!known) {
      await this.insert(db, scope, fresh, record.value);
      return id;
    }
    const { customerId, tags, stageKeys, createdDate } = known.document;
    const kept = { ...(customerId !== undefined && { customerId }), ...(tags && { tags }) };
    await db.update(ApiKeyRow, { id }, { document: { ...fresh, ...kept, stageKeys, createdDate } });
    await markStages(db, await stagesOfKey(db, id));
    return id;
  }

  /** What stands in the way of one plan is a warning of the file. */
  private async join(db: EntityManager, scope: Scope, planId: string, keyId: string): Promise<string[]> {
    try {
      await planRow(db, scope, planId);
      if (!(await db.existsBy(UsagePlanKeyRow, { planId, keyId }))) await subscribe(db, planId, keyId);
      return [];
    } catch (error) {
      if (error instanceof CatalogFault) return [`API Key ${keyId}, usage plan ${planId}: ${error.message}`];
      throw error;
    }
  }

  valueOf({ id, sealedValue }: Pick<ApiKeyRow, 'id' | 'sealedValue'>): string {
    return this.sealer.open(sealedValue, purposeOf(id));
  }

  private show(row: ApiKeyRow, withValue: boolean): ShownApiKey {
    return withValue ? { ...row.document, value: this.valueOf(row) } : row.document;
  }

  private async insert(db: EntityManager, scope: Scope, document: ApiKey, value: string): Promise<void> {
    const { id } = document;
    const sealedValue = this.sealer.seal(value, purposeOf(id));
    await db.insert(ApiKeyRow, {
      ...scopeOf(scope),
      id,
      document,
      sealedValue,
      fingerprint: this.fingerprint(value),
    });
  }

  private findByValue(db: EntityManager, scope: Scope, value: string): Promise<ApiKeyRow | null> {
    return db.findOneBy(ApiKeyRow, { ...scopeOf(scope), fingerprint: this.fingerprint(value) });
  }

  private fingerprint(value: string): string {
    return this.sealer.fingerprint(value, 'api-key');
  }

  private change<T>(scope: Scope, work: (db: EntityManager) => Promise<T>): Promise<T> {
    return this.workspace.transaction(async (db) => {
      await lockPlans(db, scope);
      return work(db);
    });
  }
}

export const purposeOf = (keyId: string): string => `api-key/${keyId}`;

/** AWS shows `tags` of an untagged key after a look and an update, not after its creation and in lists. */
function tagged(key: ShownApiKey): ShownApiKey {
  return { ...key, tags: key.tags ?? {} };
}

/** `{restApiId}/{stageName}`. */
function stageKeyIn(text = ''): StageKey {
  const [restApiId = '', ...stageName] = text.split('/');
  return { restApiId, stageName: stageName.join('/') };
}

async function requireStage(
  db: EntityManager,
  scope: Scope,
  { restApiId, stageName }: StageKey,
): Promise<void> {
  const isThere =
    restApiId &&
    stageName &&
    (await db.existsBy(ApiRow, { ...scopeOf(scope), id: restApiId, kind: 'REST' })) &&
    (await db.existsBy(StageRow, { apiId: restApiId, name: stageName }));
  if (!isThere) throw notFound('Invalid stage identifier specified');
}
