/** One machine: `gatehouse start` on embedded defaults, driven by the unmodified SDK. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateApiKeyCommand,
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
  UpdateStageCommand,
  DeleteStageCommand,
} from '@aws-sdk/client-api-gateway';
import {
  CreateApiCommand,
  UpdateApiCommand,
  UpdateStageCommand as UpdateHttpStage,
} from '@aws-sdk/client-apigatewayv2';
import { until } from '@gatehouse/platform/testing';
import { onEveryWorker, startGatehouse, stop, type Gatehouse } from './testing/gatehouse';
import { startOrigin, type Origin } from './testing/origin';
import { killAll, runApp } from './testing/processes';
import { RestApi, STAGE } from './testing/rest-api';
import { childrenOf, workersOf } from './testing/workers';

jest.setTimeout(120_000);

describe('gatehouse start', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-e2e-'));
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

  const call = (apiId: string, path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${gatehouse.gateway}/_aws/execute-api/${apiId}${path}`, init);
  const answers = (apiId: string, path: string, status: number): Promise<void> =>
    until(`${path} answers ${status}`, () =>
      onEveryWorker(async () => (await call(apiId, path)).status === status),
    );

  async function restApi(uri: string): Promise<{ restApiId: string; resourceId: string }> {
    const { id: restApiId = '', rootResourceId = '' } = await gatehouse.rest.send(
      new CreateRestApiCommand({ name: 'r' }),
    );
    const { id: resourceId = '' } = await gatehouse.rest.send(
      new CreateResourceCommand({ restApiId, parentId: rootResourceId, pathPart: '{proxy+}' }),
    );
    const key = { restApiId, resourceId, httpMethod: 'ANY' };
    await gatehouse.rest.send(
      new PutMethodCommand({
        ...key,
        authorizationType: 'NONE',
        requestParameters: { 'method.request.path.proxy': true },
      }),
    );
    await gatehouse.rest.send(
      new PutIntegrationCommand({
        ...key,
        type: 'HTTP_PROXY',
        integrationHttpMethod: 'ANY',
        uri,
        requestParameters: { 'integration.request.path.proxy': 'method.request.path.proxy' },
      }),
    );
    return { restApiId, resourceId };
  }

  it('keeps its state in a folder that only its owner may enter', () => {
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  });

  it('answers the printed demo commands with 200', async () => {
    const urls = [...gatehouse.program.output().matchAll(/demo \S+ API +curl -i (\S+)/g)].map(
      (match) => match[1] ?? '',
    );
    expect(urls).toHaveLength(2);
    for (const url of urls) {
      await until(url, () => onEveryWorker(async () => (await fetch(url)).status === 200));
      expect(await (await fetch(url)).json()).toMatchObject({ method: 'GET', path: '/hello' });
    }
  });

  it('proxies a REST API to a real origin with path, query and body', async () => {
    const { restApiId } = await restApi(`${origin.url}/base/{proxy}`);
    await gatehouse.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
    await answers(restApiId, '/dev/a', 200);
    const answer = await call(restApiId, '/dev/pets/7?x=1&x=2', { method: 'POST', body: 'hello' });
    expect([answer.status, answer.headers.get('x-origin')]).toEqual([200, 'one']);
    expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await answer.json()).toMatchObject({ method: 'POST', url: '/base/pets/7?x=1&x=2', body: 'hello' });
  });

  it('takes a stage variable change without a new deployment, and drops a deleted stage', async () => {
    const { restApiId } = await restApi('http://${stageVariables.host}/{proxy}');
    const other = await startOrigin('two');
    const host = (url: string): string => new URL(url).host;
    await gatehouse.rest.send(
      new CreateDeploymentCommand({ restApiId, stageName: 'dev', variables: { host: host(origin.url) } }),
    );
    await answers(restApiId, '/dev/a', 200);
    const patchOperations = [{ op: 'replace' as const, path: '/variables/host', value: host(other.url) }];
    await gatehouse.rest.send(new UpdateStageCommand({ restApiId, stageName: 'dev', patchOperations }));
    await until('the other origin answers', () =>
      onEveryWorker(async () => (await call(restApiId, '/dev/a')).headers.get('x-origin') === 'two'),
    );
    await gatehouse.rest.send(new DeleteStageCommand({ restApiId, stageName: 'dev' }));
    await answers(restApiId, '/dev/a', 403);
    await other.stop();
  });

  it('answers a CORS preflight of a REST API from a MOCK integration', async () => {
    const { id: restApiId = '', rootResourceId = '' } = await gatehouse.rest.send(
      new CreateRestApiCommand({ name: 'c' }),
    );
    const key = { restApiId, resourceId: rootResourceId, httpMethod: 'OPTIONS' };
    await gatehouse.rest.send(new PutMethodCommand({ ...key, authorizationType: 'NONE' }));
    await gatehouse.rest.send(
      new PutIntegrationCommand({
        ...key,
        type: 'MOCK',
        requestTemplates: { 'application/json': '{"statusCode": 200}' },
      }),
    );
    const name = 'method.response.header.Access-Control-Allow-Origin';
    await gatehouse.rest.send(
      new PutMethodResponseCommand({ ...key, statusCode: '200', responseParameters: { [name]: false } }),
    );
    await gatehouse.rest.send(
      new PutIntegrationResponseCommand({ ...key, statusCode: '200', responseParameters: { [name]: "'*'" } }),
    );
    await gatehouse.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
    await until('preflight', () =>
      onEveryWorker(async () => (await call(restApiId, '/dev', { method: 'OPTIONS' })).status === 200),
    );
    const answer = await call(restApiId, '/dev', { method: 'OPTIONS' });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    const missing = await call(restApiId, '/dev', { method: 'GET' });
    expect([missing.status, missing.headers.get('x-amzn-errortype'), await missing.json()]).toEqual([
      403,
      'MissingAuthenticationTokenException',
      { message: 'Missing Authentication Token' },
    ]);
  });

  it('serves an HTTP API made by quick create, with CORS answered by the gateway', async () => {
    const { ApiId = '' } = await gatehouse.http.send(
      new CreateApiCommand({ Name: 'h', ProtocolType: 'HTTP', Target: `${origin.url}/h` }),
    );
    await answers(ApiId, '/x', 200);
    expect(await (await call(ApiId, '/x/y?z=1')).json()).toMatchObject({ url: '/h/x/y?z=1' });
    await gatehouse.http.send(
      new UpdateApiCommand({
        ApiId,
        CorsConfiguration: { AllowOrigins: ['https://a.example'], AllowMethods: ['GET'] },
      }),
    );
    const headers = { origin: 'https://a.example', 'access-control-request-method': 'GET' };
    await until('preflight', () =>
      onEveryWorker(async () => (await call(ApiId, '/x', { method: 'OPTIONS', headers })).status === 204),
    );
    const preflight = await call(ApiId, '/x', { method: 'OPTIONS', headers });
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://a.example');
    expect(preflight.headers.get('apigw-requestid')).toBeTruthy();
  });

  it('writes one access-log line a request once the stage asks for it', async () => {
    const { ApiId = '' } = await gatehouse.http.send(
      new CreateApiCommand({ Name: 'l', ProtocolType: 'HTTP', Target: origin.url }),
    );
    await answers(ApiId, '/before', 200);
    await gatehouse.http.send(
      new UpdateHttpStage({
        ApiId,
        StageName: '$default',
        AccessLogSettings: { Format: '$context.apiId $context.httpMethod $context.path $context.status' },
      }),
    );
    const lines = (): string[] =>
      readFileSync(join(dataDir, 'access.log'), 'utf8')
        .split('\n')
        .filter((line) => line.startsWith(ApiId));
    await until('a logged request', async () => {
      await call(ApiId, '/logged');
      return lines().length > 0;
    });
    expect(lines()[0]).toBe(`${ApiId} GET /logged 200`);
    expect(lines().some((line) => line.includes('/before'))).toBe(false);
  });

  it('tells health, readiness and metrics per role', async () => {
    expect((await fetch(`${gatehouse.management}/healthz`)).status).toBe(200);
    const ready = await fetch(`${gatehouse.management}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([200, expect.stringContaining('control-plane')]);
    // Workers tell their counters once a second.
    await until('a counted request', async () =>
      /^gatehouse_requests_total\{.*\} \d+$/m.test(
        await (await fetch(`${gatehouse.management}/metrics`)).text(),
      ),
    );
  });

  it('keeps APIs and traffic over a restart and over kill -9', async () => {
    const { restApiId } = await restApi(`${origin.url}/{proxy}`);
    await gatehouse.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
    await answers(restApiId, '/dev/a', 200);
    for (const how of ['SIGTERM', 'SIGKILL'] as const) {
      gatehouse.program.signal(how);
      await gatehouse.program.exited;
      gatehouse = await startGatehouse(dataDir);
      expect((await call(restApiId, '/dev/a')).status).toBe(200);
    }
  });

  it('goes on with the period of a quota after a restart and after kill -9', async () => {
    const limit = 60;
    const api = await RestApi.create(gatehouse.rest, 'counted');
    await api.method('GET', 'a', { authorizationType: 'NONE', apiKeyRequired: true }, origin.url);
    await gatehouse.rest.send(new CreateDeploymentCommand({ restApiId: api.id, stageName: STAGE }));
    const plan = { apiStages: [{ apiId: api.id, stage: STAGE }], quota: { limit, period: 'MONTH' as const } };
    const { id: usagePlanId } = await gatehouse.rest.send(new CreateUsagePlanCommand({ name: 'p', ...plan }));
    const value = 'a-key-of-more-than-twenty-characters';
    const { id: keyId } = await gatehouse.rest.send(new CreateApiKeyCommand({ value, enabled: true }));
    await gatehouse.rest.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }));
    const get = async (): Promise<number> =>
      (await fetch(`${gatehouse.gateway}${api.base}/a`, { headers: { 'x-api-key': value } })).status;
    let passed = 0;
    const isPassed = async (): Promise<boolean> => {
      const status = await get();
      passed += status === 200 ? 1 : 0;
      return status === 200;
    };
    await until('the key opens', () => onEveryWorker(isPassed));
    for (const how of ['SIGTERM', 'SIGKILL'] as const) {
      for (let i = 0; i < 10; i++) await isPassed();
      gatehouse.program.signal(how);
      await gatehouse.program.exited;
      gatehouse = await startGatehouse(dataDir);
    }
    await until('it is used up', async () => !(await isPassed()) && (await get()) === 429);
    expect(passed).toBeGreaterThan(20);
    expect(passed).toBeLessThanOrEqual(limit);
  });

  it('stops with a message on an unknown setting, a taken port, and an open admin listener', async () => {
    const refusal = async (env: NodeJS.ProcessEnv): Promise<[number | string, string]> => {
      const own = mkdtempSync(join(tmpdir(), 'gatehouse-refused-'));
      const program = runApp('gatehouse', ['start', '--no-demo'], { GATEHOUSE_DATA_DIR: own, ...env });
      const code = await program.exited;
      rmSync(own, { recursive: true, force: true });
      return [code, program.output()];
    };
    expect(await refusal({ GATEHOUSE_GATEWAY_LISTN: 'x' })).toEqual([
      1,
      expect.stringContaining('GATEHOUSE_GATEWAY_LISTEN'),
    ]);
    expect(await refusal({ GATEHOUSE_ADMIN_LISTEN: '0.0.0.0:0' })).toEqual([
      1,
      expect.stringContaining('not loopback'),
    ]);
    const taken = new URL(gatehouse.admin).host;
    const [code, output] = await refusal({ GATEHOUSE_ADMIN_LISTEN: taken });
    expect([code, output]).toEqual([
      1,
      expect.stringContaining(`${taken} (GATEHOUSE_ADMIN_LISTEN) is already in use`),
    ]);
  });

  it('carries traffic in workers, replaces a killed one, and refuses nobody meanwhile', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-workers-'));
    const started = await startGatehouse(folder, { args: ['--no-demo'], env: { GATEHOUSE_WORKERS: '2' } });
    const { ApiId = '' } = await started.http.send(
      new CreateApiCommand({ Name: 'w', ProtocolType: 'HTTP', Target: origin.url }),
    );
    const url = `${started.gateway}/_aws/execute-api/${ApiId}/x`;
    const closing = { headers: { connection: 'close' } };
    const answers = (): Promise<boolean> =>
      onEveryWorker(async () => (await fetch(url, closing)).status === 200);
    await until('every worker answers', answers);
    const workers = (): number[] => workersOf(started.program.pid, Number(new URL(started.gateway).port));
    expect(workers()).toHaveLength(2);
    const [victim = 0] = workers();
    process.kill(victim, 'SIGKILL');
    for (let i = 0; i < 20; i++) expect(await answers()).toBe(true);
    const isReady = async (): Promise<boolean> => (await fetch(`${started.management}/readyz`)).ok;
    await until('a new worker', async () => workers().length === 2 && (await isReady()));
    expect(workers()).not.toContain(victim);
    expect(await answers()).toBe(true);
    await stop(started);
    const alone = await startGatehouse(folder, { args: ['--no-demo', '--single-process'] });
    const isWorker = (pid: number): boolean =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('worker.js');
    expect(childrenOf(alone.program.pid).filter(isWorker)).toEqual([]);
    await stop(alone);
    rmSync(folder, { recursive: true, force: true });
  });

  it('ends at once and cleanly on SIGTERM', async () => {
    await stop(gatehouse);
    expect(await gatehouse.program.exited).toBe(0);
  });
});
