/** Tags by ARN, for both API families. */
import {
  addTags,
  badRequest,
  notFound,
  parseResourceArn,
  removeTags,
  type TaggedResource,
} from '@gatehouse/catalog';
import type { EntityManager } from 'typeorm';
import { ApiRow, StageRow } from '../storage/entities';
import { scopeOf, type Scope } from '../storage/graph-store';
import type { Workspace } from './workspace';

interface Tagged {
  tags?: Record<string, string>;
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

  private async find(
    scope: Scope,
    arn: string,
    db: EntityManager,
  ): Promise<{ document: Tagged; save: () => Promise<unknown> }> {
    const resource = parseResourceArn(arn, scope.region);
    if (!resource) throw badRequest('Invalid resource ARN specified in the request');
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

function missing(resource: TaggedResource): Error {
  return notFound(
    'stage' in resource ? 'Invalid stage identifier specified' : 'Invalid API identifier specified',
  );
}
