import { statSync } from 'node:fs';
import {
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  GetAccountCommand,
  GetResourcesCommand,
  GetRestApisCommand,
  GetSdkTypesCommand,
  GetStageCommand,
  GetTagsCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  TagResourceCommand,
  UpdateStageCommand,
  DeleteRestApiCommand,
} from '@aws-sdk/client-api-gateway';
import {
  CreateApiCommand,
  GetApisCommand,
  GetDeploymentsCommand,
  GetRoutesCommand,
  GetStagesCommand,
  UpdateApiCommand,
} from '@aws-sdk/client-apigatewayv2';
import { decodePart, type Manifest } from '@gatehouse/snapshot';
import { until } from '@gatehouse/platform/testing';
import { credentialFiles } from '.';
import { startAdmin, type AdminUnderTest } from './testing/admin';

jest.setTimeout(60_000);

let admin: AdminUnderTest;
beforeAll(async () => {
  admin = await startAdmin();
});
afterAll(() => admin.stop());

async function manifest(): Promise<Manifest> {
  const sealed = JSON.parse(Buffer.from((await admin.feed.manifest()) ?? []).toString()) as {
    payload: string;
  };
  return JSON.parse(sealed.payload) as Manifest;
}

async function deployedApi(): Promise<{ restApiId: string; rootResourceId: string }> {
  const { id: restApiId = '', rootResourceId = '' } = await admin.rest.send(
    new CreateRestApiCommand({ name: 'pets' }),
  );
  const key = { restApiId, resourceId: rootResourceId, httpMethod: 'GET' };
  await admin.rest.send(new PutMethodCommand({ ...key, authorizationType: 'NONE' }));
  await admin.rest.send(
    new PutIntegrationCommand({
      ...key,
      type: 'HTTP_PROXY',
      integrationHttpMethod: 'GET',
      uri: 'http://127.0.0.1:9/',
    }),
  );
  await admin.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
  return { restApiId, rootResourceId };
}

describe('admin surface', () => {
  it('writes credentials that only the owner can read', () => {
    const files = credentialFiles(admin.dataDir);
    expect([statSync(files.credentials).mode & 0o777, statSync(files.token).mode & 0o777]).toEqual([
      0o600, 0o600,
    ]);
  });

  it('serves the unmodified SDK: create, deploy, page, tag', async () => {
    const { restApiId, rootResourceId } = await deployedApi();
    await admin.rest.send(
      new CreateResourceCommand({ restApiId, parentId: rootResourceId, pathPart: 'dogs' }),
    );
    const first = await admin.rest.send(new GetResourcesCommand({ restApiId, limit: 1 }));
    const second = await admin.rest.send(
      new GetResourcesCommand({ restApiId, limit: 1, position: first.position }),
    );
    expect([first.items?.[0]?.path, second.items?.[0]?.path, second.position]).toEqual([
      '/',
      '/dogs',
      undefined,
    ]);
    const resourceArn = `arn:aws:apigateway:us-east-1::/restapis/${restApiId}/stages/dev`;
    await admin.rest.send(new TagResourceCommand({ resourceArn, tags: { team: 'a' } }));
    expect((await admin.rest.send(new GetTagsCommand({ resourceArn }))).tags).toEqual({ team: 'a' });
    const stage = await admin.rest.send(new GetStageCommand({ restApiId, stageName: 'dev' }));
    expect(stage.createdDate).toBeInstanceOf(Date);
    expect(Math.abs((stage.createdDate?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it('publishes a signed snapshot of the deployed stage and drops it with the API', async () => {
    const { restApiId } = await deployedApi();
    const entry = async () => (await manifest()).entries.find(({ apiId }) => apiId === restApiId);
    await until('published', async () => (await entry()) !== undefined);
    const { hash = '' } = (await entry()) ?? {};
    const snapshot = decodePart({ hash, bytes: (await admin.feed.part(hash)) ?? new Uint8Array() });
    expect([snapshot.apiId, snapshot.stage, snapshot.routes[0]?.key]).toEqual([restApiId, 'dev', 'GET /']);
    await admin.rest.send(new DeleteRestApiCommand({ restApiId }));
    await until('dropped', async () => (await entry()) === undefined);
  });

  it('raises the revision with every published change', async () => {
    const { restApiId } = await deployedApi();
    await until('published', async () => (await manifest()).entries.some(({ apiId }) => apiId === restApiId));
    const before = (await manifest()).revision;
    const patchOperations = [{ op: 'replace' as const, path: '/variables/host', value: 'b.example' }];
    await admin.rest.send(new UpdateStageCommand({ restApiId, stageName: 'dev', patchOperations }));
    await until('newer revision', async () => (await manifest()).revision > before);
  });

  it('makes a whole HTTP API of one target, deploying by itself', async () => {
    const api = await admin.http.send(
      new CreateApiCommand({ Name: 'quick', ProtocolType: 'HTTP', Target: 'http://127.0.0.1:9/base' }),
    );
    const { ApiId = '' } = api;
    expect(api.ApiEndpoint).toBe(`http://${ApiId}.execute-api.localhost:8080`);
    const routes = await admin.http.send(new GetRoutesCommand({ ApiId }));
    expect(routes.Items?.map(({ RouteKey, ApiGatewayManaged }) => [RouteKey, ApiGatewayManaged])).toEqual([
      ['$default', true],
    ]);
    const stages = await admin.http.send(new GetStagesCommand({ ApiId }));
    expect(stages.Items?.[0]).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      ApiGatewayManaged: true,
    });
    await admin.http.send(
      new UpdateApiCommand({ ApiId, CorsConfiguration: { AllowOrigins: ['https://a.example'] } }),
    );
    const deployments = await admin.http.send(new GetDeploymentsCommand({ ApiId }));
    expect(deployments.Items?.map(({ AutoDeployed }) => AutoDeployed)).toEqual([true, true]);
    expect((await admin.http.send(new GetApisCommand({}))).Items?.map((one) => one.ApiId)).toContain(ApiId);
  });

  it('answers an operation without a handler with a 501 that names it', async () => {
    await expect(admin.rest.send(new GetSdkTypesCommand({}))).rejects.toMatchObject({
      name: 'NotImplementedException',
      message: 'Gatehouse does not implement apigateway:GetSdkTypes yet.',
      $metadata: { httpStatusCode: 501 },
    });
  });

  it('answers text that PostgreSQL cannot hold with a 400, not a 500', async () => {
    await expect(admin.rest.send(new CreateRestApiCommand({ name: 'a\u0000b' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('copies resources, methods and integrations of `cloneFrom` under fresh ids', async () => {
    const source = await deployedApi();
    await admin.rest.send(
      new CreateResourceCommand({
        restApiId: source.restApiId,
        parentId: source.rootResourceId,
        pathPart: 'dogs',
      }),
    );
    const { id: restApiId } = await admin.rest.send(
      new CreateRestApiCommand({ name: 'copy', cloneFrom: source.restApiId }),
    );
    const { items = [] } = await admin.rest.send(new GetResourcesCommand({ restApiId, embed: ['methods'] }));
    expect(items.map(({ path }) => path)).toEqual(['/', '/dogs']);
    expect(items[0]?.resourceMethods?.GET?.methodIntegration?.uri).toBe('http://127.0.0.1:9/');
    expect(items.map(({ id }) => id)).not.toContain(source.rootResourceId);
    await expect(
      admin.rest.send(new CreateRestApiCommand({ name: 'copy', cloneFrom: 'none' })),
    ).rejects.toMatchObject({
      name: 'NotFoundException',
    });
  });

  it.each([
    ['a patch without a path', 'PATCH', { patchOperations: [{ op: 'replace' }] }, 'Invalid patch path null'],
    ['a null in tags', 'POST', { name: 'x', tags: { a: null } }, 'Member must not be null'],
    ['a lone surrogate', 'POST', { name: '\ud800' }, 'well-formed Unicode'],
    ['a policy that is no JSON', 'POST', { name: 'x', policy: '{' }, 'Invalid policy document'],
  ])('answers %s with a 400', async (_what, method, body, message) => {
    const { id = '' } = await admin.rest.send(new CreateRestApiCommand({ name: 'r' }));
    const answer = await fetch(`${admin.url}/restapis${method === 'PATCH' ? `/${id}` : ''}`, {
      method,
      headers: { authorization: `Bearer ${admin.token}` },
      body: JSON.stringify(body),
    });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(message)]);
  });

  it('keeps a __proto__ key in tags as data', async () => {
    const tags = JSON.parse('{"__proto__":"x"}') as Record<string, string>;
    const body = JSON.stringify({ name: 'p', tags: undefined }).replace(
      '}',
      `,"tags":${JSON.stringify(tags)}}`,
    );
    const answer = await fetch(`${admin.url}/restapis`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin.token}` },
      body,
    });
    expect(answer.status).toBe(201);
    expect(await answer.text()).toContain('"__proto__":"x"');
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('has account settings and refuses a malformed role', async () => {
    const account = await admin.rest.send(new GetAccountCommand({}));
    expect(account.throttleSettings).toEqual({ burstLimit: 5000, rateLimit: 10000 });
  });
});

describe('admin guard', () => {
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${admin.url}${path}`, { headers });

  it.each([
    '/restapis',
    '/v2/apis',
    '/admin/v1/nodes',
    '/admin/v1/openapi.json',
    '/admin/v1/none',
    '/nothing',
  ])('refuses %s without credentials', async (path) => {
    expect((await get(path)).status).toBe(403);
  });

  it('tells the refusal in the dialect of the surface', async () => {
    const aws = await get('/restapis');
    expect(aws.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
    const native = await get('/admin/v1/nodes');
    expect(native.headers.get('content-type')).toContain('application/problem+json');
    expect(await native.json()).toMatchObject({
      status: 403,
      type: 'tag:gatehouse,2026:MissingAuthenticationTokenException',
    });
  });

  it('refuses a wrong bearer token, a foreign Host and a foreign Origin', async () => {
    const authorization = `Bearer ${admin.token}`;
    expect((await get('/restapis', { authorization: 'Bearer wrong' })).status).toBe(403);
    expect((await get('/restapis', { authorization, origin: 'https://evil.example' })).status).toBe(403);
    expect((await get('/restapis', { authorization })).status).toBe(200);
    const { request } = await import('node:http');
    const status = await new Promise((resolve) => {
      const headers = { authorization, host: 'evil.example' };
      request(`${admin.url}/restapis`, { headers }, (answer) => resolve(answer.resume().statusCode)).end();
    });
    expect(status).toBe(403);
  });

  it('refuses a signature made with a wrong secret', async () => {
    const { APIGatewayClient } = await import('@aws-sdk/client-api-gateway');
    const { credentials } = admin.rest.config;
    const { accessKeyId } = await credentials();
    const wrong = new APIGatewayClient({
      endpoint: admin.url,
      region: 'us-east-1',
      credentials: { accessKeyId, secretAccessKey: 'wrong' },
      maxAttempts: 1,
    });
    await expect(wrong.send(new GetRestApisCommand({}))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
  });
});

describe('native surface', () => {
  const native = (path: string, init: RequestInit = {}) =>
    fetch(`${admin.url}/admin/v1/${path}`, { ...init, headers: { authorization: `Bearer ${admin.token}` } });

  it('describes itself as OpenAPI 3.1', async () => {
    const document = (await (await native('openapi.json')).json()) as { openapi: string; paths: object };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/admin/v1/nodes', '/admin/v1/apis/{apiId}/stages/{stage}/rollback']),
    );
  });

  it('lists nodes with revision and lag', async () => {
    const now = Date.now();
    await admin.controlPlane.record({
      nodeId: 'n1',
      revision: 5,
      appliedAt: now,
      startedAt: now,
      faults: {},
    });
    const nodes = (await (await native('nodes')).json()) as {
      revision: number;
      items: { nodeId: string; lag: number }[];
    };
    expect(nodes.items).toMatchObject([
      { nodeId: 'n1', revision: 5, status: 'live', lag: nodes.revision - 5 },
    ]);
  });

  it('tells the rollout of a stage, its history, and rolls back in one call', async () => {
    const { restApiId } = await deployedApi();
    await admin.rest.send(
      new CreateDeploymentCommand({ restApiId, stageName: 'dev', description: 'second' }),
    );
    const stage = `apis/${restApiId}/stages/dev`;
    await until(
      'published',
      async () => !((await (await native(`${stage}/rollout`)).json()) as { pending: boolean }).pending,
    );
    const history = (await (await native(`${stage}/deployments`)).json()) as {
      items: { deploymentId: string; current: boolean }[];
    };
    expect(history.items.map(({ current }) => current)).toEqual([true, false]);
    const back = await native(`${stage}/rollback`, { method: 'POST' });
    expect(await back.json()).toMatchObject({ deploymentId: history.items[1]?.deploymentId, current: true });
    expect((await native(`${stage}/rollback`, { method: 'POST' })).status).toBe(400);
  });

  it('lists the problems of a published stage', async () => {
    const { id: restApiId = '', rootResourceId = '' } = await admin.rest.send(
      new CreateRestApiCommand({ name: 'queue' }),
    );
    const key = { restApiId, resourceId: rootResourceId, httpMethod: 'GET' };
    await admin.rest.send(new PutMethodCommand({ ...key, authorizationType: 'NONE' }));
    const uri = 'arn:aws:apigateway:us-east-1:sqs:path/000000000000/q';
    await admin.rest.send(
      new PutIntegrationCommand({ ...key, type: 'AWS', integrationHttpMethod: 'POST', uri }),
    );
    await admin.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
    const problems = async () =>
      (
        (await (await native(`apis/${restApiId}/stages/dev/problems`)).json()) as {
          items: { code: string }[];
        }
      ).items;
    await until('published', async () => (await problems()).length > 0);
    expect(await problems()).toMatchObject([{ path: '/routes/GET ~1/integration', code: 'NOT_SUPPORTED' }]);
  });

  it('lists what nodes cannot run of a snapshot, such as a template with logic', async () => {
    const { id: restApiId = '', rootResourceId = '' } = await admin.rest.send(
      new CreateRestApiCommand({ name: 'vtl' }),
    );
    const key = { restApiId, resourceId: rootResourceId, httpMethod: 'GET' };
    await admin.rest.send(new PutMethodCommand({ ...key, authorizationType: 'NONE' }));
    const requestTemplates = { 'application/json': '{"statusCode": $input.params("s")}' };
    await admin.rest.send(new PutIntegrationCommand({ ...key, type: 'MOCK', requestTemplates }));
    await admin.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
    const problems = async () =>
      (
        (await (await native(`apis/${restApiId}/stages/dev/problems`)).json()) as {
          items: { path: string }[];
        }
      ).items;
    await until('published', async () => (await problems()).length > 0);
    expect((await problems())[0]?.path).toContain('/requestTemplates/application~1json');
  });

  it('answers an unknown API, stage or resource with a 404 problem', async () => {
    for (const path of ['apis/none/stages/dev/rollout', 'nothing']) {
      const answer = await native(path);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        404,
        expect.stringContaining('application/problem+json'),
      ]);
    }
  });
});
