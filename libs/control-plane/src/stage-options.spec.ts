/** Options of a stage beyond AWS by the native API, until they are in what nodes get. */
import { CreateDeploymentCommand, GetStageCommand } from '@aws-sdk/client-api-gateway';
import { CreateApiCommand } from '@aws-sdk/client-apigatewayv2';
import { published, startAdmin, type AdminUnderTest } from './testing/admin';
import { mockApi } from './testing/mock-api';

jest.setTimeout(60_000);

let admin: AdminUnderTest;
beforeAll(async () => {
  admin = await startAdmin();
});
afterAll(() => admin.stop());

const AUTHORIZERS = { staleOnErrorSeconds: 60, errorTtlSeconds: 5, rsaOnly: true };

async function options(apiId: string, stage: string, document?: unknown): Promise<[number, unknown]> {
  const answer = await fetch(`${admin.url}/admin/v1/apis/${apiId}/stages/${stage}/options`, {
    headers: { authorization: `Bearer ${admin.token}` },
    ...(document !== undefined && { method: 'PUT', body: JSON.stringify(document) }),
  });
  return [answer.status, await answer.json()];
}

async function restStage(): Promise<string> {
  const { restApiId } = await mockApi(admin);
  await admin.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
  return restApiId;
}

describe('options of a stage', () => {
  it('are none at first, then what was put, and reach nodes without a deployment', async () => {
    const apiId = await restStage();
    expect(await options(apiId, 'dev')).toEqual([200, {}]);
    const before = await published(admin, apiId, 'dev');
    expect(before.authorizerOptions).toBeUndefined();
    expect(await options(apiId, 'dev', { authorizers: AUTHORIZERS })).toEqual([
      200,
      { authorizers: AUTHORIZERS },
    ]);
    expect(await options(apiId, 'dev')).toEqual([200, { authorizers: AUTHORIZERS }]);
    const isThere = await published(admin, apiId, 'dev', (one) => one.authorizerOptions !== undefined);
    expect([isThere.authorizerOptions, isThere.deploymentId]).toEqual([AUTHORIZERS, before.deploymentId]);
  });

  it('are replaced as a whole', async () => {
    const apiId = await restStage();
    await options(apiId, 'dev', { authorizers: AUTHORIZERS });
    expect(await options(apiId, 'dev', {})).toEqual([200, {}]);
    await published(admin, apiId, 'dev', (one) => one.authorizerOptions === undefined);
  });

  it('are those of HTTP APIs too', async () => {
    const target = 'http://origin.example';
    const command = new CreateApiCommand({ Name: 'h', ProtocolType: 'HTTP', Target: target });
    const { ApiId: apiId = '' } = await admin.http.send(command);
    expect(await options(apiId, '$default', { authorizers: { rsaOnly: true } })).toEqual([
      200,
      { authorizers: { rsaOnly: true } },
    ]);
    await published(admin, apiId, '$default', (one) => one.authorizerOptions?.rsaOnly === true);
  });

  it('are not shown by AWS’s calls', async () => {
    const restApiId = await restStage();
    await options(restApiId, 'dev', { authorizers: AUTHORIZERS });
    const stage = await admin.rest.send(new GetStageCommand({ restApiId, stageName: 'dev' }));
    expect(Object.keys(stage)).not.toContain('options');
  });

  it('are refused by name where they are wrong, and left as they were', async () => {
    const apiId = await restStage();
    await options(apiId, 'dev', { authorizers: AUTHORIZERS });
    expect(await options(apiId, 'dev', { authorizers: { rsaOnly: 1 } })).toMatchObject([
      400,
      { status: 400, detail: 'authorizers.rsaOnly must be true or false' },
    ]);
    expect(await options(apiId, 'dev')).toEqual([200, { authorizers: AUTHORIZERS }]);
    expect((await options(apiId, 'nope'))[0]).toBe(404);
  });
});
