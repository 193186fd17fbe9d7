/** Users of the platform through the native API, until nodes know whose signatures they take. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateDeploymentCommand,
  CreateRestApiCommand,
  GetResourcesCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  UpdateMethodCommand,
} from '@aws-sdk/client-api-gateway';
import * as v2 from '@aws-sdk/client-apigatewayv2';
import { nodeSecrets } from '@gatehouse/platform';
import type { PrincipalSnapshot, Snapshot } from '@gatehouse/snapshot';
import { DataSource } from 'typeorm';
import { published, startAdmin, type AdminUnderTest } from './testing/admin';

jest.setTimeout(60_000);

let admin: AdminUnderTest;
beforeAll(async () => {
  admin = await startAdmin();
});
afterAll(() => admin.stop());

const POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }],
};

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function native(method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(`${admin.url}/admin/v1/users${path}`, {
    method,
    headers: { authorization: `Bearer ${admin.token}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}

let count = 0;
async function user(): Promise<string> {
  const name = `user-${String(count++).padStart(3, '0')}`;
  expect((await native('POST', '', { name })).status).toBe(201);
  return name;
}

const accessKey = async (name: string): Promise<{ accessKeyId: string; secretAccessKey: string }> =>
  (await native('POST', `/${name}/access-keys`)).body as never;

async function signedApi(authorizationType: string, policy?: string): Promise<string> {
  const { id: restApiId = '', rootResourceId = '' } = await admin.rest.send(
    new CreateRestApiCommand({ name: 'signed', policy }),
  );
  const key = { restApiId, resourceId: rootResourceId, httpMethod: 'GET' };
  await admin.rest.send(new PutMethodCommand({ ...key, authorizationType }));
  await admin.rest.send(new PutIntegrationCommand({ ...key, type: 'MOCK' }));
  await admin.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
  return restApiId;
}

const findKey = (all: readonly PrincipalSnapshot[] | undefined, accessKeyId: string) =>
  all?.find((one) => one.accessKeyId === accessKeyId);

describe('users', () => {
  it('are made, shown, listed by name in pages, and deleted', async () => {
    const name = await user();
    const { body } = await native('GET', `/${name}`);
    expect(body).toEqual({
      userId: expect.stringMatching(/^AIDA[A-Z2-7]{16}$/),
      name,
      arn: `arn:aws:iam::000000000000:user/${name}`,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      policies: [],
    });
    const other = await user();
    const first = (await native('GET', '?limit=1')).body as { items: { name: string }[]; next: string };
    const rest = (await native('GET', `?cursor=${first.next}`)).body as { items: { name: string }[] };
    expect([...first.items, ...rest.items].map((one) => one.name)).toEqual([name, other]);
    expect((await native('DELETE', `/${name}`)).status).toBe(204);
    expect((await native('GET', `/${name}`)).status).toBe(404);
    expect((await native('DELETE', `/${name}`)).status).toBe(404);
  });

  it.each([[''], ['a b'], ['a/b'], ['a'.repeat(65)], [5], [undefined]])(
    'do not have the name %j',
    async (name) => {
      expect((await native('POST', '', { name })).status).toBe(400);
    },
  );

  it('have a name of their own', async () => {
    expect((await native('POST', '', { name: await user() })).status).toBe(409);
  });

  it('are described in the OpenAPI document', async () => {
    const answer = await fetch(`${admin.url}/admin/v1/openapi.json`, {
      headers: { authorization: `Bearer ${admin.token}` },
    });
    const { paths } = (await answer.json()) as { paths: object };
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        '/admin/v1/users',
        '/admin/v1/users/{name}',
        '/admin/v1/users/{name}/access-keys',
        '/admin/v1/users/{name}/access-keys/{accessKeyId}',
        '/admin/v1/users/{name}/policies/{policyName}',
      ]),
    );
  });
});

describe('access keys', () => {
  it('tell their secret once, are at most two, and are deleted one by one', async () => {
    const name = await user();
    const first = await accessKey(name);
    expect(first).toEqual({
      accessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/),
      secretAccessKey: expect.stringMatching(/^[A-Za-z0-9+/]{40}$/),
      createdAt: expect.any(String),
    });
    await accessKey(name);
    expect((await native('POST', `/${name}/access-keys`)).status).toBe(429);
    const { body } = await native('GET', `/${name}/access-keys`);
    expect(JSON.stringify(body)).not.toContain(first.secretAccessKey);
    expect(body.items).toHaveLength(2);
    const path = `/access-keys/${first.accessKeyId}`;
    expect((await native('DELETE', `/${await user()}${path}`)).status).toBe(404);
    expect((await native('DELETE', `/${name}${path}`)).status).toBe(204);
    expect((await native('DELETE', `/${name}${path}`)).status).toBe(404);
  });

  it('are sealed in the tables, and the key of nodes is the owner’s alone', async () => {
    const { secretAccessKey } = await accessKey(await user());
    const database = await new DataSource({ type: 'postgres', url: admin.databaseUrl }).initialize();
    const rows = await database.query<object[]>('SELECT * FROM access_keys');
    await database.destroy();
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(secretAccessKey);
    expect(statSync(join(admin.dataDir, 'node-key')).mode & 0o777).toBe(0o600);
  });
});

describe('identity policies', () => {
  it('are written, read, written over and deleted', async () => {
    const name = await user();
    const path = `/${name}/policies/invoke`;
    expect((await native('PUT', path, POLICY)).status).toBe(204);
    expect((await native('GET', path)).body).toEqual(POLICY);
    const narrow = { ...POLICY, Statement: [{ ...POLICY.Statement[0], Effect: 'Deny' }] };
    await native('PUT', path, narrow);
    expect((await native('GET', path)).body).toEqual(narrow);
    expect((await native('GET', `/${name}`)).body.policies).toEqual(['invoke']);
    expect((await native('DELETE', path)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) expect((await native(method, path)).status).toBe(404);
    expect((await native('GET', `/${name}/policies/toString`)).status).toBe(404);
  });

  it.each<[string, unknown]>([
    ['nothing', {}],
    ['a list', []],
    ['an unknown element', { ...POLICY, Extra: 1 }],
    ['another version', { ...POLICY, Version: '2030-01-01' }],
    ['an unknown effect', { ...POLICY, Statement: [{ ...POLICY.Statement[0], Effect: 'Maybe' }] }],
    [
      'an unknown condition',
      { ...POLICY, Statement: [{ ...POLICY.Statement[0], Condition: { Like: { a: 'b' } } }] },
    ],
    ['a principal', { ...POLICY, Statement: [{ ...POLICY.Statement[0], Principal: '*' }] }],
    ['too much', { ...POLICY, Statement: [{ ...POLICY.Statement[0], Resource: 'r'.repeat(6144) }] }],
  ])('are not %s', async (_what, document) => {
    const name = await user();
    const { status, body } = await native('PUT', `/${name}/policies/p`, document);
    expect([status, body.title]).toEqual([400, 'Bad Request']);
    expect((await native('GET', `/${name}`)).body.policies).toEqual([]);
  });

  it('are at most ten, with names of IAM', async () => {
    const name = await user();
    for (let i = 0; i < 10; i++)
      expect((await native('PUT', `/${name}/policies/p${i}`, POLICY)).status).toBe(204);
    expect((await native('PUT', `/${name}/policies/more`, POLICY)).status).toBe(429);
    expect((await native('PUT', `/${name}/policies/p9`, POLICY)).status).toBe(204);
    expect((await native('PUT', `/${name}/policies/a%20b`, POLICY)).status).toBe(400);
  });
});

describe('what nodes know of users', () => {
  it('is every key with a secret that they can open, and the policies of its user', async () => {
    const [apiId, name] = [await signedApi('AWS_IAM'), await user()];
    await native('PUT', `/${name}/policies/b`, POLICY);
    await native('PUT', `/${name}/policies/a`, { Statement: [] });
    const { accessKeyId, secretAccessKey } = await accessKey(name);
    const known = (all: readonly PrincipalSnapshot[] | undefined) => findKey(all, accessKeyId);
    const { principals } = await published(admin, apiId, 'dev', (one) => known(one.principals) !== undefined);
    const { sealedSecret = '', ...rest } = known(principals) ?? {};
    expect(rest).toEqual({
      accessKeyId,
      accountId: '000000000000',
      userId: expect.stringMatching(/^AIDA/),
      arn: `arn:aws:iam::000000000000:user/${name}`,
      policies: [JSON.stringify({ Statement: [] }), JSON.stringify(POLICY)],
    });
    const secrets = nodeSecrets(join(admin.dataDir, 'node-key'));
    expect(secrets.open(sealedSecret, `access-key/${accessKeyId}`)).toBe(secretAccessKey);
  });

  it('follows every change of a user at once, on stages whose routes take signatures, of either kind', async () => {
    const rest = await signedApi('aws_iam');
    const { ApiId: http = '' } = await admin.http.send(
      new v2.CreateApiCommand({ Name: 'q', ProtocolType: 'HTTP', Target: 'http://127.0.0.1:9/' }),
    );
    await admin.http.send(
      new v2.CreateRouteCommand({ ApiId: http, RouteKey: 'GET /x', AuthorizationType: 'AWS_IAM' }),
    );
    const name = await user();
    const { accessKeyId } = await accessKey(name);
    const holds = (wanted: (one: PrincipalSnapshot | undefined) => boolean) =>
      Promise.all(
        [`${rest} dev`, `${http} $default`].map((stage) => {
          const [apiId = '', stageName = ''] = stage.split(' ');
          return published(admin, apiId, stageName, ({ principals }) =>
            wanted(findKey(principals, accessKeyId)),
          );
        }),
      );
    await holds((one) => one?.policies.length === 0);
    await native('PUT', `/${name}/policies/p`, POLICY);
    await holds((one) => one?.policies.length === 1);
    await native('DELETE', `/${name}/policies/p`);
    await holds((one) => one?.policies.length === 0);
    const { accessKeyId: second } = await accessKey(name);
    await native('DELETE', `/${name}/access-keys/${accessKeyId}`);
    await holds((one) => one === undefined);
    const { principals } = await published(
      admin,
      rest,
      'dev',
      (one) => findKey(one.principals, second) !== undefined,
    );
    expect(findKey(principals, second)?.arn).toContain(name);
    await native('DELETE', `/${name}`);
    await published(admin, rest, 'dev', (one) => findKey(one.principals, second) === undefined);
  });

  it('follows changes where only a canary takes signatures', async () => {
    const restApiId = await signedApi('NONE');
    const { items = [] } = await admin.rest.send(new GetResourcesCommand({ restApiId }));
    const patchOperations = [{ op: 'replace' as const, path: '/authorizationType', value: 'AWS_IAM' }];
    const key = { restApiId, resourceId: items[0]?.id, httpMethod: 'GET' };
    await admin.rest.send(new UpdateMethodCommand({ ...key, patchOperations }));
    const canarySettings = { percentTraffic: 50 };
    await admin.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev', canarySettings }));
    await published(admin, restApiId, 'dev', ({ principals }) => principals !== undefined);
    const { accessKeyId } = await accessKey(await user());
    await published(
      admin,
      restApiId,
      'dev',
      ({ principals }) => findKey(principals, accessKeyId) !== undefined,
    );
  });

  it('holds users of other accounts too, where a resource policy can let them in', async () => {
    const open = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ ...POLICY.Statement[0], Principal: '*', Resource: 'execute-api:/*' }],
    });
    const [policed, silent] = await Promise.all([signedApi('AWS_IAM', open), signedApi('AWS_IAM')]);
    // An installation has one credential, and so one account: another one is made in the tables.
    const database = await new DataSource({ type: 'postgres', url: admin.databaseUrl }).initialize();
    await database.query(`UPDATE apis SET account_id = '999988887777' WHERE id = ANY($1)`, [
      [policed, silent],
    ]);
    const name = await user();
    const { accessKeyId } = await accessKey(name);
    await database.query(`INSERT INTO outbox (api_id, stage) VALUES ($1, 'dev')`, [silent]);
    await database.destroy();
    await native('PUT', `/${name}/policies/p`, POLICY);
    const known = ({ principals }: Snapshot) => findKey(principals, accessKeyId);
    const isMoved = ({ accountId }: Snapshot) => accountId === '999988887777';
    const { principals } = await published(admin, policed, 'dev', (one) => known(one)?.policies.length === 1);
    expect(findKey(principals, accessKeyId)?.accountId).toBe('000000000000');
    expect(known(await published(admin, silent, 'dev', isMoved))).toBeUndefined();
  });

  it('is nothing where no route takes signatures', async () => {
    const apiId = await signedApi('NONE');
    await accessKey(await user());
    expect(await published(admin, apiId, 'dev')).not.toHaveProperty('principals');
  });
});
