/** Several processes, real servers: rollout, loss, static stability. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateDeploymentCommand,
  CreateRestApiCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  UpdateIntegrationCommand,
} from '@aws-sdk/client-api-gateway';
import { CreateApiCommand } from '@aws-sdk/client-apigatewayv2';
import { describeWithRedis, until } from '@gatehouse/platform/testing';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { Cluster, everywhere, type ControlPlaneProcess } from './testing/cluster';
import { isReady, type NodeProcess } from './testing/node';
import { startOrigin, type Origin } from './testing/origin';
import { killAll } from './testing/processes';
import { sendRaw } from './testing/raw-request';
import { childrenOf, workersOf } from './testing/workers';

jest.setTimeout(240_000);

describeWithRedis('two data planes over PostgreSQL and Redis', () => {
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

  async function restApi(
    uri: string,
  ): Promise<{ restApiId: string; resourceId: string; httpMethod: string }> {
    const { id: restApiId = '', rootResourceId: resourceId = '' } = await control.rest.send(
      new CreateRestApiCommand({ name: 'r' }),
    );
    const key = { restApiId, resourceId, httpMethod: 'GET' };
    await control.rest.send(new PutMethodCommand({ ...key, authorizationType: 'NONE' }));
    await control.rest.send(
      new PutIntegrationCommand({ ...key, type: 'HTTP_PROXY', integrationHttpMethod: 'GET', uri }),
    );
    return key;
  }

  it('is ready on every node only after a revision is applied', async () => {
    await until('both nodes are ready', async () => (await Promise.all(nodes.map(isReady))).every(Boolean));
  });

  it('puts a deployment live on every node within 250 ms (median of 20)', async () => {
    const { restApiId } = await restApi(`${origin.url}/v`);
    const took: number[] = [];
    for (let i = 0; i < 20; i++) {
      await control.rest.send(new CreateDeploymentCommand({ restApiId, stageName: `s${i}` }));
      took.push(
        await everywhere(nodes, `/_aws/execute-api/${restApiId}/s${i}`, ({ status }) => status === 200),
      );
    }
    took.sort((a, b) => a - b);
    expect(took[10]).toBeLessThan(250);
  });

  it('tells on the native surface that the rollout is complete, with revision and lag of each node', async () => {
    const { restApiId } = await restApi(`${origin.url}/v`);
    await control.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
    const rollout = async () =>
      (await (await control.native(`apis/${restApiId}/stages/dev/rollout`)).json()) as {
        complete: boolean;
        nodes: object[];
      };
    await until('complete', async () => (await rollout()).complete);
    expect((await rollout()).nodes).toMatchObject([
      { nodeId: 'node-1', live: true },
      { nodeId: 'node-2', live: true },
    ]);
    const { items } = (await (await control.native('nodes')).json()) as {
      items: { lag: number; status: string }[];
    };
    expect(items.map(({ lag, status }) => [lag, status])).toEqual([
      [0, 'live'],
      [0, 'live'],
    ]);
  });

  it('loses no request and mixes no answer over 200 deployments under load', async () => {
    const versions = await startVersionOrigin();
    const key = await restApi(`${versions.url}/0`);
    await control.rest.send(new CreateDeploymentCommand({ restApiId: key.restApiId, stageName: 'dev' }));
    const path = `/_aws/execute-api/${key.restApiId}/dev`;
    await everywhere(nodes, path, ({ status }) => status === 200);
    const load = startLoad(nodes, path);
    for (let version = 1; version <= 200; version++) {
      const patchOperations = [{ op: 'replace' as const, path: '/uri', value: `${versions.url}/${version}` }];
      await control.rest.send(new UpdateIntegrationCommand({ ...key, patchOperations }));
      load.deploying(version);
      await control.rest.send(new CreateDeploymentCommand({ restApiId: key.restApiId, stageName: 'dev' }));
    }
    await everywhere(nodes, path, async (answer) => (await answer.text()) === '200');
    const { requests, wrong } = await load.stop();
    await versions.stop();
    expect(wrong).toEqual([]);
    expect(requests).toBeGreaterThan(500);
  });

  it('loses nothing when the control plane is killed -9 between commit and publish', async () => {
    // Redis does not answer, so what is committed cannot be published; then the process dies.
    cluster.redis.signal('SIGSTOP');
    const { ApiId = '' } = await control.http.send(
      new CreateApiCommand({ Name: 'k', ProtocolType: 'HTTP', Target: `${origin.url}/k` }),
    );
    control.program.signal('SIGKILL');
    await control.program.exited;
    cluster.redis.signal('SIGCONT');
    control = await cluster.controlPlane();
    await everywhere(nodes, `/_aws/execute-api/${ApiId}/x`, ({ status }) => status === 200);
  });

  it('comes back by itself after Redis lost everything', async () => {
    const redis = new Redis(cluster.redis.url);
    await redis.flushall();
    const { ApiId = '' } = await control.http.send(
      new CreateApiCommand({ Name: 'f', ProtocolType: 'HTTP', Target: `${origin.url}/f` }),
    );
    await everywhere(nodes, `/_aws/execute-api/${ApiId}/x`, ({ status }) => status === 200);
    await until(
      'the manifest is there again',
      async () => (await redis.hexists('gatehouse:manifest', 'manifest')) === 1,
    );
    redis.disconnect();
  });

  it('keeps serving what it has when someone forges a manifest in Redis', async () => {
    const { ApiId = '' } = await control.http.send(
      new CreateApiCommand({ Name: 'm', ProtocolType: 'HTTP', Target: `${origin.url}/m` }),
    );
    const path = `/_aws/execute-api/${ApiId}/x`;
    await everywhere(nodes, path, ({ status }) => status === 200);
    const redis = new Redis(cluster.redis.url);
    const genuine = await redis.hgetall('gatehouse:manifest');
    const payload = JSON.stringify({
      schema: 1,
      revision: Number(genuine.revision) + 5,
      issuedAt: 0,
      entries: [],
    });
    await redis.hset('gatehouse:manifest', { manifest: JSON.stringify({ payload, signature: 'AAAA' }) });
    await redis.publish('gatehouse:news', 'forged');
    await until('the forgery is reported', async () => {
      const { items } = (await (await control.native('nodes')).json()) as {
        items: { faults: Record<string, string> }[];
      };
      return (
        items.every(({ faults }) => JSON.stringify(faults).includes('not signed')) || (await isGenuine(redis))
      );
    });
    expect(await everywhere(nodes, path, ({ status }) => status === 200)).toBeLessThan(1000);
    redis.disconnect();
  });

  const isGenuine = async (redis: Redis): Promise<boolean> =>
    !(await redis.hget('gatehouse:manifest', 'manifest'))?.includes('"AAAA"');

  it('serves with several workers, adds their metrics up, and replaces a killed one by the spare without refusing a connection', async () => {
    const { ApiId = '' } = await control.http.send(
      new CreateApiCommand({ Name: 'w', ProtocolType: 'HTTP', Target: `${origin.url}/w` }),
    );
    const node = await cluster.node('node-w', { GATEHOUSE_WORKERS: '2' });
    const path = `/_aws/execute-api/${ApiId}/x`;
    await until('both workers are ready', () => isReady(node));
    await everywhere([node], path, ({ status }) => status === 200);
    const pids = (): number[] => workersOf(node.program.pid, Number(new URL(node.gateway).port));
    const spares = (): number[] => childrenOf(node.program.pid).filter((pid) => !pids().includes(pid));
    expect(pids()).toHaveLength(2);
    const metrics = async (): Promise<string> => (await fetch(`${node.management}/metrics`)).text();
    await until('a spare waits', async () => (await metrics()).includes('\ngatehouse_spare_workers 1\n'));
    const [[victim = 0], [spare = 0]] = [pids(), spares()];
    process.kill(victim, 'SIGKILL');
    // New connections, while one worker is gone: never refused.
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => sendRaw(node.gateway, { method: 'GET', target: path, headers: {} })),
    );
    expect(answers.filter((status) => status !== 200)).toEqual([]);
    await until(
      'a new worker',
      async () => pids().length === 2 && !pids().includes(victim) && (await isReady(node)),
    );
    await until('a new spare', () => spares().length === 1 && !spares().includes(spare));
    expect(pids()).toContain(spare);
    expect((await metrics()).match(/# TYPE gatehouse_requests_total/g)).toHaveLength(1);
    node.program.signal('SIGTERM');
    expect(await node.program.exited).toBe(0);
    expect(childrenOf(node.program.pid)).toEqual([]);
  });

  it('stores no secret in the open, neither in PostgreSQL nor in Redis', async () => {
    const secret = (await control.rest.config.credentials()).secretAccessKey;
    const client = new Client({ connectionString: cluster.postgres.url });
    await client.connect();
    const { rows } = await client.query('SELECT * FROM credentials');
    await client.end();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(secret);
    const redis = new Redis(cluster.redis.url);
    const keys = await redis.keys('*');
    const values = await Promise.all(keys.map((key) => redis.dump(key)));
    expect(values.some((value) => value?.includes(secret))).toBe(false);
    redis.disconnect();
  });

  it('serves from disk after a restart with control plane, Redis and PostgreSQL all gone', async () => {
    const { ApiId = '' } = await control.http.send(
      new CreateApiCommand({ Name: 's', ProtocolType: 'HTTP', Target: `${origin.url}/s` }),
    );
    const path = `/_aws/execute-api/${ApiId}/x`;
    await everywhere(nodes, path, ({ status }) => status === 200);
    await until('written to disk', async () => (await fetch(`${nodes[0]?.management}/metrics`)).ok);
    control.program.signal('SIGKILL');
    await cluster.redis.stop();
    await cluster.postgres.stop();
    const survivor = nodes[0];
    if (!survivor) throw new Error('no node');
    survivor.program.signal('SIGKILL');
    await survivor.program.exited;
    const restarted = await cluster.node('node-1');
    expect((await fetch(`${restarted.gateway}${path}`)).status).toBe(200);
    expect(await isReady(restarted)).toBe(true);
    expect((await fetch(`${nodes[1]?.gateway}${path}`)).status).toBe(200);
  });
});

/** Answers with the version in its path, so that a mixed or stale answer is seen. */
async function startVersionOrigin(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => void response.end((request.url ?? '').slice(1)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * Closed-loop clients on every node. Wrong: no 200, a version that was not deployed yet, or one older than what the same
 * node had answered before the request began.
 */
function startLoad(nodes: readonly NodeProcess[], path: string) {
  let newest = 0;
  let running = true;
  let requests = 0;
  const wrong: string[] = [];
  const client = async ({ gateway, nodeId }: NodeProcess): Promise<void> => {
    let seen = 0;
    while (running) {
      try {
        const answer = await fetch(`${gateway}${path}`);
        const version = Number(await answer.text());
        requests++;
        if (answer.status !== 200) wrong.push(`${nodeId}: status ${answer.status}`);
        else if (version > newest) wrong.push(`${nodeId}: version ${version} before it was deployed`);
        else if (version < seen) wrong.push(`${nodeId}: version ${version} after ${seen}`);
        else seen = version;
      } catch (error) {
        wrong.push(`${nodeId}: ${String(error)}`);
      }
    }
  };
  const clients = nodes.flatMap((node) => [client(node), client(node)]);
  return {
    deploying: (version: number): void => void (newest = version),
    stop: async () => {
      running = false;
      await Promise.all(clients);
      return { requests, wrong };
    },
  };
}
