/** Two nodes that share limits through a real Redis, under a steady load that is more than may pass. */
import { Agent, request } from 'node:http';
import { createLogger, MemoryFeed, startEchoOrigin, type EchoOrigin } from '@gatehouse/platform';
import { RedisLimits } from '@gatehouse/platform/redis-limits';
import { describeWithRedis, startTestRedis, type TestRedis } from '@gatehouse/platform/testing';
import type { DataPlane } from './start-data-plane';
import { startNode, temporaryFolder, until } from './testing/node-under-test';
import { proxyTo, publish, signingKeys } from './testing/published';

jest.setTimeout(60_000);
const LIMIT = { rate: 100, burst: 100 };
/** What a call would take that waited for Redis. How little it takes in fact is measured by `bench`. */
const REDIS_DEADLINE_MS = 2000;
const logger = createLogger('error', { write: () => undefined });

interface Call {
  readonly atMs: number;
  readonly status: number;
  readonly tookMs: number;
}

function call(node: DataPlane, agent: Agent): Promise<Call> {
  const { host, port } = node.gatewayAddress;
  const atMs = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { host: 'api1.execute-api.localhost' };
    const sent = request({ host, port, agent, path: '/x', headers }, (response) => {
      response.resume().once('end', () => {
        resolve({ atMs, status: response.statusCode ?? 0, tookMs: performance.now() - atMs });
      });
    });
    sent.once('error', reject);
    sent.end();
  });
}

describeWithRedis('two nodes over Redis', () => {
  let redis: TestRedis;
  let origin: EchoOrigin;
  const agent = new Agent({ keepAlive: true });
  const folders = [temporaryFolder(), temporaryFolder()];
  const stores: RedisLimits[] = [];
  const nodes: DataPlane[] = [];

  beforeAll(async () => {
    [redis, origin] = await Promise.all([startTestRedis(), startEchoOrigin()]);
    const { publicKey, privateKey } = signingKeys();
    const feed = new MemoryFeed();
    for (const folder of folders) {
      const limitStore = new RedisLimits({ url: redis.url, logger, commandTimeoutMs: REDIS_DEADLINE_MS });
      stores.push(limitStore);
      nodes.push(await startNode({ feed, publicKey, dataDir: folder.path, limitStore }));
    }
    const snapshots = [{ ...proxyTo(origin.url), throttle: LIMIT }];
    await publish(feed, { key: privateKey, revision: 1, snapshots });
    await Promise.all(nodes.map((node) => node.applied(1)));
  });
  afterAll(async () => {
    agent.destroy();
    await Promise.all(nodes.map((node) => node.stop()));
    for (const store of stores) store.close();
    await Promise.all([redis.stop(), origin.stop()]);
    for (const folder of folders) folder.remove();
  });

  /** So many calls a second to each node, for some seconds. */
  async function load(perSecond: readonly number[], seconds: number): Promise<Call[]> {
    const fromMs = performance.now();
    const each = perSecond.map(async (rate, i) => {
      const node = nodes[i];
      const calls: Promise<Call>[] = [];
      const due = (): number => Math.min(seconds, (performance.now() - fromMs) / 1000) * rate;
      while (node !== undefined && calls.length < seconds * rate) {
        while (calls.length < due()) calls.push(call(node, agent));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      return Promise.all(calls);
    });
    return (await Promise.all(each)).flat();
  }

  const passed = (calls: readonly Call[]): number => calls.filter(({ status }) => status === 200).length;
  const ninthOfTen = (calls: readonly Call[]): number =>
    calls.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b)[Math.floor(calls.length * 0.9)] ?? NaN;

  it('let as many pass as the limit says, refuse the rest, and go on alike without Redis and with it again', async () => {
    await load([20, 20], 1);
    const shared = await load([200, 80], 3);
    expect(new Set(shared.map(({ status }) => status))).toEqual(new Set([200, 429]));
    // A slow machine takes longer than it should, and more may pass.
    const seconds =
      (Math.max(...shared.map(({ atMs }) => atMs)) - Math.min(...shared.map(({ atMs }) => atMs))) / 1000;
    expect(passed(shared)).toBeLessThanOrEqual((LIMIT.rate * seconds + LIMIT.burst) * 1.01 + nodes.length);
    expect(passed(shared)).toBeGreaterThanOrEqual((LIMIT.rate * seconds + LIMIT.burst) * 0.95);

    redis.signal('SIGSTOP');
    const frozen = await load([120, 120], 3);
    redis.signal('SIGCONT');
    expect(passed(frozen)).toBeGreaterThanOrEqual(0.8 * LIMIT.rate * 3);
    expect(passed(frozen)).toBeLessThanOrEqual(1.5 * LIMIT.rate * 3);
    expect(ninthOfTen(frozen)).toBeLessThan(REDIS_DEADLINE_MS / 2);

    // What one node does not use, the other has again, which no node has by itself.
    await until(async () => passed(await load([120, 0], 1)) >= 85, 'limits are shared again');
  });
});
