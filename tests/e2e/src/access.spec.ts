/** Who may pass, set up through the control plane's surfaces and tried at the gateway: users' signatures, API keys, authorizers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateApiKeyCommand,
  CreateAuthorizerCommand,
  CreateDeploymentCommand,
  CreateRestApiCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  FlushStageAuthorizersCacheCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  UpdateApiKeyCommand,
  type PutMethodCommandInput,
} from '@aws-sdk/client-api-gateway';
import { until } from '@gatehouse/platform/testing';
import { signSigV4 } from '@gatehouse/standards';
import { onEveryWorker, startGatehouse, type Gatehouse } from './testing/gatehouse';
import { startOrigin, type Origin } from './testing/origin';
import { killAll } from './testing/processes';

jest.setTimeout(120_000);

const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-access-'));
let gatehouse: Gatehouse;
let origin: Origin;
beforeAll(async () => {
  origin = await startOrigin('one');
  gatehouse = await startGatehouse(dataDir);
});
afterAll(async () => {
  await killAll();
  await origin.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function restApi(name: string): Promise<{ restApiId: string; resourceId: string; httpMethod: string }> {
  const { id = '', rootResourceId = '' } = await gatehouse.rest.send(new CreateRestApiCommand({ name }));
  return { restApiId: id, resourceId: rootResourceId, httpMethod: 'GET' };
}

async function deployed(
  key: { restApiId: string; resourceId: string; httpMethod: string },
  method: Omit<PutMethodCommandInput, 'restApiId' | 'resourceId' | 'httpMethod'>,
): Promise<string> {
  await gatehouse.rest.send(new PutMethodCommand({ ...key, ...method }));
  await gatehouse.rest.send(
    new PutIntegrationCommand({ ...key, type: 'HTTP_PROXY', integrationHttpMethod: 'GET', uri: origin.url }),
  );
  const { restApiId } = key;
  await gatehouse.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
  return `/_aws/execute-api/${restApiId}/dev`;
}

const status = async (path: string, headers: Record<string, string> = {}): Promise<number> =>
  (await fetch(`${gatehouse.gateway}${path}`, { headers })).status;

const answers = (
  path: string,
  wanted: number,
  headers: () => Record<string, string> = () => ({}),
): Promise<void> =>
  until(`${path} answers ${wanted}`, () =>
    onEveryWorker(async () => (await status(path, headers())) === wanted),
  );

it('lets in whom a user’s access key and policies let in', async () => {
  const path = await deployed(await restApi('signed'), { authorizationType: 'AWS_IAM' });
  const native = async (method: string, place: string, body?: object): Promise<Record<string, string>> => {
    const answer = await fetch(`${gatehouse.admin}/admin/v1/users${place}`, {
      method,
      headers: { authorization: `Bearer ${gatehouse.token}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    expect(answer.ok).toBe(true);
    return answer.status === 204 ? {} : ((await answer.json()) as Record<string, string>);
  };
  await native('POST', '', { name: 'ann' });
  const { accessKeyId = '', secretAccessKey: secret = '' } = await native('POST', '/ann/access-keys');
  const signed = (): Record<string, string> => {
    const host = new URL(gatehouse.gateway).host;
    const request = {
      method: 'GET',
      path,
      query: '',
      headers: new Map([['host', host]]),
      body: new Uint8Array(),
    };
    const options = { accessKeyId, secret, region: 'us-east-1', service: 'execute-api', date: new Date() };
    return Object.fromEntries(signSigV4(request, options));
  };
  await answers(path, 403);
  await answers(path, 403, signed);
  const allow = { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' };
  await native('PUT', '/ann/policies/invoke', { Version: '2012-10-17', Statement: [allow] });
  await answers(path, 200, signed);
  await native('DELETE', `/ann/access-keys/${accessKeyId}`);
  await answers(path, 403, signed);
});

it('lets in enabled keys of a usage plan', async () => {
  const key = await restApi('sold');
  const path = await deployed(key, { authorizationType: 'NONE', apiKeyRequired: true });
  const { id: keyId, value = '' } = await gatehouse.rest.send(new CreateApiKeyCommand({ enabled: true }));
  const withKey = (): Record<string, string> => ({ 'x-api-key': value });
  await answers(path, 403, withKey);
  const apiStages = [{ apiId: key.restApiId, stage: 'dev' }];
  const { id: usagePlanId } = await gatehouse.rest.send(
    new CreateUsagePlanCommand({ name: 'gold', apiStages }),
  );
  await gatehouse.rest.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }));
  await answers(path, 200, withKey);
  await answers(path, 403, () => ({ 'x-api-key': `${value}x` }));
  const patchOperations = [{ op: 'replace' as const, path: '/enabled', value: 'false' }];
  await gatehouse.rest.send(new UpdateApiKeyCommand({ apiKey: keyId, patchOperations }));
  await answers(path, 403, withKey);
});

describe('an authorizer by URL', () => {
  let asked = 0;
  let mayPass = true;
  let server: Server;
  beforeAll(async () => {
    server = createServer((_request, response) => {
      asked++;
      const Effect = mayPass ? 'Allow' : 'Deny';
      const Statement = [{ Effect, Action: 'execute-api:Invoke', Resource: '*' }];
      response.end(
        JSON.stringify({ principalId: 'ann', policyDocument: { Version: '2012-10-17', Statement } }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());

  it('decides, is remembered, and is asked anew after a flush', async () => {
    const key = await restApi('asked');
    const { restApiId } = key;
    const { id: authorizerId } = await gatehouse.rest.send(
      new CreateAuthorizerCommand({
        restApiId,
        name: 'url',
        type: 'TOKEN',
        authorizerUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
        identitySource: 'method.request.header.Authorization',
      }),
    );
    const path = await deployed(key, { authorizationType: 'CUSTOM', authorizerId });
    const withToken = (): Record<string, string> => ({ authorization: 'token' });
    await answers(path, 401);
    expect(asked).toBe(0);
    await answers(path, 200, withToken);
    mayPass = false;
    await answers(path, 200, withToken);
    await gatehouse.rest.send(new FlushStageAuthorizersCacheCommand({ restApiId, stageName: 'dev' }));
    await answers(path, 403, withToken);
  });
});
