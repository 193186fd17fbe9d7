/** Canaries of a REST API's stage on two data planes, with a real SDK. */
import {
  CreateDeploymentCommand,
  CreateRestApiCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  UpdateStageCommand,
  type DeploymentCanarySettings,
} from '@aws-sdk/client-api-gateway';
import { describeWithRedis, freePort, until } from '@gatehouse/platform/testing';
import { Cluster, type ControlPlaneProcess } from './testing/cluster';
import type { NodeProcess } from './testing/node';
import { startOrigin, type Origin } from './testing/origin';
import { killAll } from './testing/processes';

jest.setTimeout(120_000);

interface Seen {
  readonly status: number;
  /** Path that reached the origin. */
  readonly url: string | undefined;
}

describeWithRedis('a canary on two data planes', () => {
  let cluster: Cluster;
  let control: ControlPlaneProcess;
  let nodes: NodeProcess[];
  let origin: Origin;
  beforeAll(async () => {
    origin = await startOrigin('one');
    cluster = await Cluster.start();
    control = await cluster.controlPlane();
    nodes = await Promise.all(['node-1', 'node-2'].map((name) => cluster.node(name)));
  });
  afterAll(async () => {
    await killAll();
    await cluster.stop();
    await origin.stop();
  });

  /** A stage that answers from `/one/blue`, and a canary whose calls go to `uri`, with `color` green. */
  async function apiWithCanary(percentTraffic: number, uri: string): Promise<string> {
    const { id: restApiId = '', rootResourceId: resourceId = '' } = await control.rest.send(
      new CreateRestApiCommand({ name: 'c' }),
    );
    const method = { restApiId, resourceId, httpMethod: 'GET' };
    await control.rest.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }));
    const deploy = async (target: string, canarySettings?: DeploymentCanarySettings): Promise<void> => {
      const integration = { type: 'HTTP_PROXY', integrationHttpMethod: 'GET', uri: target } as const;
      await control.rest.send(new PutIntegrationCommand({ ...method, ...integration }));
      const settings = canarySettings ? { canarySettings } : { variables: { color: 'blue' } };
      await control.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev', ...settings }));
    };
    await deploy(`${origin.url}/one/\${stageVariables.color}`);
    await deploy(uri, { percentTraffic, stageVariableOverrides: { color: 'green' } });
    await until('both nodes have it', async () => {
      const { complete, canary } = await rollout(restApiId);
      return complete && canary !== undefined;
    });
    return restApiId;
  }

  const native = (restApiId: string, what: string, init: RequestInit = {}): Promise<Response> =>
    control.native(`apis/${restApiId}/stages/dev/${what}`, init);

  async function rollout(restApiId: string) {
    return (await (await native(restApiId, 'rollout')).json()) as {
      complete: boolean;
      canary?: object;
      endedCanary?: { decision: string; reason: string };
    };
  }

  async function call(node: NodeProcess | undefined, restApiId: string, user?: string): Promise<Seen> {
    const answer = await fetch(`${node?.gateway}/_aws/execute-api/${restApiId}/dev`, {
      headers: user === undefined ? {} : { 'x-user': user },
    });
    const { url } = (await answer.json()) as { url?: string };
    return { status: answer.status, url };
  }

  /** Spread evenly over both nodes, 50 at a time. */
  async function calls(restApiId: string, count: number): Promise<Seen[]> {
    const seen: Seen[] = [];
    while (seen.length < count) {
      const some = Array.from({ length: 50 }, (_none, i) => call(nodes[i % 2], restApiId));
      seen.push(...(await Promise.all(some)));
    }
    return seen;
  }

  const green = (): string => `${origin.url}/two/\${stageVariables.color}`;

  it('of 10 % gets a tenth of 2,000 calls, with its own routes and variables, then all of them once promoted', async () => {
    const restApiId = await apiWithCanary(10, green());
    const seen = await calls(restApiId, 2000);
    const chosen = seen.filter(({ url }) => url === '/two/green').length;
    expect(seen.filter(({ url }) => url === '/one/blue')).toHaveLength(2000 - chosen);
    // Five standard deviations of a binomial distribution.
    expect(Math.abs(chosen - 200)).toBeLessThan(5 * Math.sqrt(2000 * 0.1 * 0.9));
    await control.rest.send(
      new UpdateStageCommand({
        restApiId,
        stageName: 'dev',
        patchOperations: [
          { op: 'copy', from: '/canarySettings/deploymentId', path: '/deploymentId' },
          { op: 'copy', from: '/canarySettings/stageVariableOverrides', path: '/variables' },
          { op: 'remove', path: '/canarySettings' },
        ],
      }),
    );
    await until('it is promoted everywhere', async () =>
      (await calls(restApiId, 50)).every(({ url }) => url === '/two/green'),
    );
  });

  it('that is sticky keeps a caller on one side, whichever node answers', async () => {
    const restApiId = await apiWithCanary(50, green());
    await native(restApiId, 'options', {
      method: 'PUT',
      body: JSON.stringify({ canary: { stickyHeader: 'X-User' } }),
    });
    await until('the option is everywhere', async () => (await rollout(restApiId)).complete);
    const sides = await Promise.all(
      Array.from({ length: 60 }, async (_none, user) => {
        const answers = Array.from({ length: 6 }, (_nothing, i) => call(nodes[i % 2], restApiId, `u${user}`));
        return [...new Set((await Promise.all(answers)).map(({ url }) => url))];
      }),
    );
    expect(sides.filter(({ length }) => length !== 1)).toEqual([]);
    expect(new Set(sides.flat())).toEqual(new Set(['/one/blue', '/two/green']));
  });

  it('whose origin fails is aborted within seconds under traffic, and the user is told why', async () => {
    const restApiId = await apiWithCanary(50, `http://127.0.0.1:${await freePort()}/`);
    const autoAbort = { maxErrorPercent: 20, windowSeconds: 30, minRequests: 20 };
    await native(restApiId, 'options', { method: 'PUT', body: JSON.stringify({ canary: { autoAbort } }) });
    expect((await calls(restApiId, 50)).some(({ status }) => status >= 500)).toBe(true);
    const startedMs = performance.now();
    await until(
      'the canary is gone',
      async () => (await calls(restApiId, 50)).every(({ status }) => status === 200),
      30_000,
    );
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    const { canary, endedCanary } = await rollout(restApiId);
    expect(canary).toBeUndefined();
    expect(endedCanary).toMatchObject({
      decision: 'abort',
      reason: expect.stringContaining('errors above 20 %') as string,
    });
  });

  it('that keeps within its limits is promoted by itself', async () => {
    const restApiId = await apiWithCanary(50, green());
    const autoPromote = { maxErrorPercent: 1, maxP95Ms: 10_000, windowSeconds: 5, minRequests: 20 };
    await native(restApiId, 'options', { method: 'PUT', body: JSON.stringify({ canary: { autoPromote } }) });
    await until(
      'all calls reach the canary’s deployment',
      async () => (await calls(restApiId, 50)).every(({ url }) => url === '/two/green'),
      40_000,
    );
    expect((await rollout(restApiId)).endedCanary).toMatchObject({ decision: 'promote' });
  });
});
