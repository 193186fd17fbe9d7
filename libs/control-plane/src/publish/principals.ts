/** The users whose signatures nodes take: one entry for each access key. jsonb keeps policies in one order. */
import type { PrincipalSnapshot } from '@gatehouse/snapshot';
import type { EntityManager } from 'typeorm';
import { arnOf } from '../services/users';
import { AccessKeyRow } from '../storage/entities';

/** Of the API's account, or of every account, where a resource policy can let others in. */
export async function principals(
  db: EntityManager,
  accountId: string,
  isOpenToOthers: boolean,
): Promise<PrincipalSnapshot[]> {
  const where = isOpenToOthers ? {} : { user: { accountId } };
  const rows = await db.find(AccessKeyRow, { relations: { user: true }, where });
  return rows.flatMap(({ id, sealedSecret, user }) => {
    if (!user) return [];
    const policies = Object.values(user.policies);
    const { accountId: of, id: userId } = user;
    return [{ accessKeyId: id, sealedSecret, accountId: of, userId, arn: arnOf(user), policies }];
  });
}
