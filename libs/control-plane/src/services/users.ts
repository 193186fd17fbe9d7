/**
 * Users of the platform: who signs requests to AWS_IAM routes. Their secrets are sealed once for nodes, and everything that
 * nodes know of them is published anew with each change.
 */
import { badRequest, conflict, limitExceeded, notFound } from '@gatehouse/catalog';
import type { Sealer } from '@gatehouse/platform';
import { parsePolicy } from '@gatehouse/standards';
import type { EntityManager } from 'typeorm';
import { newAccessKeyId, newSecretAccessKey, newUserId } from '../security/access-key';
import { AccessKeyRow, UserRow } from '../storage/entities';
import { pageOf, type Page, type PageRequest } from './pages';
import { markForPublication, type Workspace } from './workspace';

/** Users are known in every region. */
export interface AccountScope {
  readonly accountId: string;
}

export interface User {
  readonly userId: string;
  readonly name: string;
  readonly arn: string;
  readonly createdAt: string;
  /** Names of the identity policies. */
  readonly policies: readonly string[];
}

export interface AccessKey {
  readonly accessKeyId: string;
  readonly createdAt: string;
}

/** IAM's quotas. */
const MAX_ACCESS_KEYS = 2;
const MAX_POLICIES = 10;
const MAX_POLICY_CHARACTERS = 6144;

export class Users {
  constructor(
    private readonly workspace: Workspace,
    /** Of the key that nodes have too. */
    private readonly nodeSealer: Sealer,
  ) {}

  create({ accountId }: AccountScope, name: string): Promise<User> {
    requireName(name, 64);
    return this.workspace.transaction(async (db) => {
      if (await db.existsBy(UserRow, { accountId, name })) throw conflict(`User ${name} already exists`);
      const createdAt = new Date(this.workspace.now());
      const row = { id: newUserId(), accountId, name, createdAt, policies: {} };
      await db.insert(UserRow, row);
      return describe(row);
    });
  }

  /** By name. */
  async list({ accountId }: AccountScope, page: PageRequest): Promise<Page<User>> {
    const rows = await this.workspace.database.manager.find(UserRow, {
      where: { accountId },
      order: { name: 'ASC' },
    });
    return pageOf(rows.map(describe), ({ userId }) => userId, page);
  }

  async get(scope: AccountScope, name: string): Promise<User> {
    return describe(await userRow(this.workspace.database.manager, scope, name));
  }

  /** With its keys and policies. */
  delete(scope: AccountScope, name: string): Promise<void> {
    return this.change(scope, name, async (db, { id }) => {
      await db.delete(UserRow, { id });
    });
  }

  async accessKeys(scope: AccountScope, name: string): Promise<AccessKey[]> {
    const { manager } = this.workspace.database;
    const { id: userId } = await userRow(manager, scope, name);
    const rows = await manager.find(AccessKeyRow, {
      where: { userId },
      order: { createdAt: 'ASC', id: 'ASC' },
    });
    return rows.map(({ id, createdAt }) => ({ accessKeyId: id, createdAt: createdAt.toISOString() }));
  }

  /** The secret is told here and never again. */
  createAccessKey(scope: AccountScope, name: string): Promise<AccessKey & { secretAccessKey: string }> {
    return this.change(scope, name, async (db, { id: userId }) => {
      if ((await db.countBy(AccessKeyRow, { userId })) >= MAX_ACCESS_KEYS) {
        throw limitExceeded(`A user can have at most ${MAX_ACCESS_KEYS} access keys`);
      }
      const [id, secretAccessKey] = [newAccessKeyId(), newSecretAccessKey()];
      const sealedSecret = this.nodeSealer.seal(secretAccessKey, `access-key/${id}`);
      const createdAt = new Date(this.workspace.now());
      await db.insert(AccessKeyRow, { id, userId, sealedSecret, createdAt });
      return { accessKeyId: id, secretAccessKey, createdAt: createdAt.toISOString() };
    });
  }

  deleteAccessKey(scope: AccountScope, name: string, accessKeyId: string): Promise<void> {
    return this.change(scope, name, async (db, { id: userId }) => {
      const { affected } = await db.delete(AccessKeyRow, { id: accessKeyId, userId });
      if (affected !== 1) throw notFound(`User ${name} has no access key ${accessKeyId}`);
    });
  }

  async policy(scope: AccountScope, name: string, policyName: string): Promise<object> {
    const { policies } = await userRow(this.workspace.database.manager, scope, name);
    return JSON.parse(policyText(policies, name, policyName)) as object;
  }

  putPolicy(scope: AccountScope, name: string, policyName: string, document: object): Promise<void> {
    requireName(policyName, 128);
    const text = requirePolicy(document);
    return this.change(scope, name, async (db, { id, policies }) => {
      const changed = { ...policies, [policyName]: text };
      if (Object.keys(changed).length > MAX_POLICIES) {
        throw limitExceeded(`A user can have at most ${MAX_POLICIES} policies`);
      }
      await db.update(UserRow, { id }, { policies: changed });
    });
  }

  deletePolicy(scope: AccountScope, name: string, policyName: string): Promise<void> {
    return this.change(scope, name, async (db, { id, policies }) => {
      policyText(policies, name, policyName);
      const left = Object.entries(policies).filter(([known]) => known !== policyName);
      await db.update(UserRow, { id }, { policies: Object.fromEntries(left) });
    });
  }

  private change<T>(
    scope: AccountScope,
    name: string,
    work: (db: EntityManager, user: UserRow) => Promise<T>,
  ): Promise<T> {
    return this.workspace.transaction(async (db) => {
      const result = await work(db, await userRow(db, scope, name, true));
      await markSignedStages(db, scope);
      return result;
    });
  }
}

async function userRow(
  db: EntityManager,
  { accountId }: AccountScope,
  name: string,
  lock = false,
): Promise<UserRow> {
  const query = db.createQueryBuilder(UserRow, 'user').where({ accountId, name });
  const row = await (lock ? query.setLock('pessimistic_write') : query).getOne();
  if (!row) throw notFound(`There is no user ${name}`);
  return row;
}

/**
 * Stages that serve a route with AWS_IAM, be it to their canary's share: the account's, and those of others whose resource
 * policy could let its users in.
 */
async function markSignedStages(db: EntityManager, { accountId }: AccountScope): Promise<void> {
  const stages = await db.query<{ apiId: string; name: string }[]>(
    `SELECT DISTINCT s.api_id AS "apiId", s.name FROM stages s
       JOIN apis a ON a.id = s.api_id
       JOIN deployments d ON d.api_id = s.api_id
        AND d.id IN (s.document ->> 'deploymentId', s.document #>> '{canarySettings,deploymentId}')
      WHERE (a.account_id = $1 OR d.graph #> '{api,policy}' IS NOT NULL)
        AND jsonb_path_exists(d.graph, '$.**.authorizationType ? (@ like_regex "^aws_iam$" flag "i")')`,
    [accountId],
  );
  for (const { apiId, name } of stages) await markForPublication(db, apiId, [name]);
}

export function arnOf({ accountId, name }: Pick<UserRow, 'accountId' | 'name'>): string {
  return `arn:aws:iam::${accountId}:user/${name}`;
}

function describe(row: UserRow): User {
  const { id: userId, name, createdAt, policies } = row;
  return {
    userId,
    name,
    arn: arnOf(row),
    createdAt: createdAt.toISOString(),
    policies: Object.keys(policies).sort(),
  };
}

/** IAM user guide, "IAM and AWS STS quotas: name requirements". */
function requireName(name: string, longest: number): void {
  if (name.length <= longest && /^[\w+=,.@-]+$/.test(name)) return;
  throw badRequest(`A name is 1 to ${longest} letters, digits and _+=,.@-`);
}

function policyText(policies: Readonly<Record<string, string>>, name: string, policyName: string): string {
  const text = Object.hasOwn(policies, policyName) ? policies[policyName] : undefined;
  if (text === undefined) throw notFound(`User ${name} has no policy ${policyName}`);
  return text;
}

/** Whom it is for is the user that has it, so that it names no principal. */
function requirePolicy(document: object): string {
  const text = JSON.stringify(document);
  if (text.length > MAX_POLICY_CHARACTERS) {
    throw badRequest(`A policy can have at most ${MAX_POLICY_CHARACTERS} characters`);
  }
  const policy = parsePolicy(text);
  if (typeof policy === 'string') throw badRequest(`The policy cannot be read: ${policy}`);
  if (policy.statements.some(({ principal }) => principal !== undefined)) {
    throw badRequest('The policy of a user names no Principal');
  }
  return text;
}
