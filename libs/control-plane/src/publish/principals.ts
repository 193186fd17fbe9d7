/** The users of an account as nodes know them: one entry for each access key. jsonb keeps policies in one order. */
import type { PrincipalSnapshot } from '@gatehouse/snapshot';
import type { EntityManager } from 'typeorm';
import { arnOf } from '../services/users';
import { AccessKeyRow } from '../storage/entities';

export async function principals(db: EntityManager, accountId: string): Promise<PrincipalSnapshot[]> {
  const rows = await db.find(AccessKeyRow, { relations: { user: true }, where: { user: { accountId } } });
  return rows.flatMap(({ id, sealedSecret, user }) => {
    if (!user) return [];
    const policies = Object.values(user.policies);
    return [{ accessKeyId: id, sealedSecret, accountId, userId: user.id, arn: arnOf(user), policies }];
  });
}
