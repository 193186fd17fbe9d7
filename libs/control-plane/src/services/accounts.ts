/** Account settings of apigateway (v1), one document an account and region. */
import { newAccount, updateAccount, type Account, type PatchOperation } from '@gatehouse/catalog';
import { AccountRow } from '../storage/entities';
import { scopeOf, type Scope } from '../storage/graph-store';
import type { Workspace } from './workspace';

export class Accounts {
  constructor(private readonly workspace: Workspace) {}

  async get(scope: Scope): Promise<Account> {
    const row = await this.workspace.database.manager.findOneBy(AccountRow, scopeOf(scope));
    return row?.document ?? newAccount();
  }

  update(scope: Scope, operations: readonly PatchOperation[]): Promise<Account> {
    return this.workspace.transaction(async (db) => {
      const row = await db.findOneBy(AccountRow, scopeOf(scope));
      const document = row?.document ?? newAccount();
      updateAccount(document, operations);
      await db.upsert(AccountRow, { ...scopeOf(scope), document }, ['accountId', 'region']);
      return document;
    });
  }
}
