/** Tags by ARN, for both API families, API keys and usage plans. */
import {
  addTags,
  badRequest,
  notFound,
  parseResourceArn,
  removeTags,
  type TaggedResource,
} from '@gatehouse/catalog';
import type { EntityManager } from 'typeorm';
import { ApiKeyRow, ApiRow, StageRow, UsagePlanRow } from '../storage/entities';
import { scopeOf, type Scope } from '../storage/graph-store';
import { keyRow, planRow } from './plan-rows';
import type { Workspace } from './workspace';

interface Tagged {
  tags?: Record<string, string>;
}

interface Found {
  readonly document: Tagged;
  readonly save: () => Promise<unknown>;
}

export class Tags {
  constructor(private readonly workspace: Workspace) {}

  async get(scope: Scope, arn: string): Promise<Record<string, string>> {
    const { document } = await this.find(scope, arn, this.workspace.database.manager);
    return document.tags ?? {};
  }

  add(scope: Scope, arn: string, tags: Readonly<Record<string, string>>): Promise<void> {
    return this.edit(scope, arn, (target) => addTags(target, tags));
  }

  remove(scope: Scope, arn: string, keys: readonly string[]): Promise<void> {
    return this.edit(scope, arn, (target) => removeTags(target, keys));
  }

  private edit(scope: Scope, arn: string, work: (target: Tagged) => void): Promise<void> {
    return this.workspace.transaction(async (db) => {
      const { document, save } = await this.find(scope, arn, db);
      work(document);
      await save();
    });
  }

  private async find(scope: Scope, arn: string, db: EntityManager): Promise<Found> {
    const resource = parseResourceArn(arn, scope.region);
    if (!resource) throw badRequest('Invalid resource ARN specified in the request');
    if ('id' in resource) return findOutside(db, scope, resource);
    const kind = resource.kind.startsWith('rest') ? 'REST' : 'HTTP';
    const { apiId } = resource;
    const api = await db.findOneBy(ApiRow, { ...scopeOf(scope), id: apiId, kind });
    if (!api) throw missing(resource);
    if (!('stage' in resource)) {
      return {
        document: api.document,
        save: () => db.update(ApiRow, { id: apiId }, { document: api.document }),
      };
    }
    const key = { apiId, name: resource.stage };
    const stage = await db.findOneBy(StageRow, key);
    if (!stage) throw missing(resource);
    return { document: stage.document, save: () => db.update(StageRow, key, { document: stage.document }) };
  }
}

/** What belongs to no API. */
async function findOutside(
  db: EntityManager,
  scope: Scope,
  { kind, id }: Extract<TaggedResource, { id: string }>,
): Promise<Found> {
  if (kind === 'api-key') {
    const { document } = await keyRow(db, scope, id);
    return { document, save: () => db.update(ApiKeyRow, { id }, { document }) };
  }
  const { document } = await planRow(db, scope, id);
  return { document, save: () => db.update(UsagePlanRow, { id }, { document }) };
}

function missing(resource: TaggedResource): Error {
  return notFound(
    'stage' in resource ? 'Invalid stage identifier specified' : 'Invalid API identifier specified',
  );
}
