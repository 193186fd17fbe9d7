/** Two nodes that share quotas through a real Redis: not a call more passes than the quota says, and not one less. */
import { createHmac } from 'node:crypto';
import { createLogger, MemoryFeed, startEchoOrigin, type EchoOrigin } from '@gatehouse/platform';
import { RedisLimits } from '@gatehouse/platform/redis-limits';
import { describeWithRedis, startTestRedis, type TestRedis } from '@gatehouse/platform/testing';
import type { Snapshot } from '@gatehouse/snapshot';
import type { DataPlane } from './start-data-plane';
import { ask, startNode, temporaryFolder, until } from './testing/node-under-test';
import { proxyTo, publish, signingKeys } from './testing/published';

jest.setTimeout(60_000);
const logger = createLogger('error', { write: () => undefined });
const KEYS = ['key-one', 'key-two', 'key-three'];

function guarded(url: string, limit: number): Snapshot {
  const proxy = proxyTo(url);
  const routes = proxy.routes.map((route) => ({
    ...route,
    ...{ id: 'r1', method: 'ANY', path: '/{proxy+}', key: 'ANY /{proxy+}', apiKeyRequired: true },
  }));
  const keys = KEYS.map((value) => ({
    hmac: createHmac('sha256', 's').update(value).digest('base64url'),
    keyId: value,
    usagePlanId: 'p1',
  }));
  const plans = { p1: { quota: { limit, period: 'MONTH', offset: 0 } } } as const;
  return { ...proxy, kind: 'REST', stage: 'prod', routes, apiKeys: { salt: 's', keys, plans } };
}

describeWithRedis('two nodes over Redis', () => {
  const LIMIT = 200;
  let redis: TestRedis;
  let origin: EchoOrigin;
  const { publicKey, privateKey } = signingKeys();
  const feed = new MemoryFeed();
  const folders = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  const stores: RedisLimits[] = [];
  const nodes: DataPlane[] = [];

  async function join(): Promise<DataPlane> {
    const limitStore = new RedisLimits({ url: redis.url, logger });
    stores.push(limitStore);
    const dataDir = folders[nodes.length]?.path ?? '';
    const node = await startNode({ feed, publicKey, dataDir, limitStore });
    nodes.push(node);
    return node;
  }

  beforeAll(async () => {
    [redis, origin] = await Promise.all([startTestRedis(), startEchoOrigin()]);
    await Promise.all([
      join(),
      publish(feed, { key: privateKey, revision: 1, snapshots: [guarded(origin.url, LIMIT)] }),
    ]);
    await join();
    await Promise.all(nodes.map((node) => node.applied(1)));
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    for (const store of stores) store.close();
    await Promise.all([redis.stop(), origin.stop()]);
    for (const folder of folders) folder.remove();
  });

  const call = async (node: DataPlane | undefined, key: string): Promise<number> => {
    if (node === undefined) throw new Error('there is no such node');
    return (await ask(node, 'api1', { path: '/prod/x', headers: { 'x-api-key': key } })).status;
  };
  const count = (statuses: readonly number[], wanted: number): number =>
    statuses.filter((status) => status === wanted).length;

  it('let exactly as many calls of a key pass as its quota says, whichever node they come to', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 60; i++) {
      const five = [0, 1, 0, 1, 0].map((place) => call(nodes[place], 'key-one'));
      statuses.push(...(await Promise.all(five)));
    }
    expect(count(statuses, 200) + count(statuses, 429)).toBe(300);
    // A call or two may have been refused while the last ones were on the other node; whoever asks again gets them.
    await until(async () => {
      for (const node of nodes) statuses.push(await call(node, 'key-one'));
      return count(statuses, 200) >= LIMIT;
    }, 'all of the quota is used');
    for (let i = 0; i < 20; i++) statuses.push(await call(nodes[i % 2], 'key-one'));
    expect(count(statuses, 200)).toBe(LIMIT);
  });

  it('and a node that joins, or starts again, lets none pass of a quota that is used up', async () => {
    const late = await join();
    expect(await Promise.all([1, 2, 3].map(() => call(late, 'key-one')))).toEqual([429, 429, 429]);
    expect(await call(late, 'key-two')).toBe(200);
  });

  it('and more that is granted is there at once, on all', async () => {
    await publish(feed, { key: privateKey, revision: 2, snapshots: [guarded(origin.url, LIMIT + 7)] });
    await Promise.all(nodes.map((node) => node.applied(2)));
    const statuses: number[] = [];
    await until(async () => {
      for (const node of nodes) statuses.push(await call(node, 'key-one'));
      return count(statuses, 200) >= 7;
    }, 'seven more pass');
    for (let i = 0; i < 20; i++) statuses.push(await call(nodes[i % 3], 'key-one'));
    expect(count(statuses, 200)).toBe(7);
  });
});
