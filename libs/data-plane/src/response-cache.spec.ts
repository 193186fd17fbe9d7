/** The response cache of two nodes over a real Redis. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, MemoryFeed, Sealer } from '@gatehouse/platform';
import { RedisEntries } from '@gatehouse/platform/redis-entries';
import { describeWithRedis, startTestRedis, type TestRedis } from '@gatehouse/platform/testing';
import type { Route, Snapshot } from '@gatehouse/snapshot';
import type { DataPlane } from './start-data-plane';
import { ask, startNode, temporaryFolder, until } from './testing/node-under-test';
import { proxyTo, publish, signingKeys } from './testing/published';

jest.setTimeout(60_000);
const logger = createLogger('error', { write: () => undefined });
const keys = signingKeys();

describeWithRedis('kept answers of two nodes', () => {
  const keyFolder = mkdtempSync(join(tmpdir(), 'gatehouse-node-key-'));
  const sealer = Sealer.loadOrCreate(join(keyFolder, 'node-key'));
  let redis: TestRedis;
  let origin: Server;
  /** Calls that the origin got. */
  let calls: number;
  let feed: MemoryFeed;
  let stores: RedisEntries[];
  let folders: ReturnType<typeof temporaryFolder>[];
  let nodes: DataPlane[];

  beforeAll(async () => {
    redis = await startTestRedis();
    origin = createServer((_incoming, response) => {
      const own = ++calls;
      // Long enough for every equal request to be there.
      setTimeout(() => response.end(`answer ${own}`), 200);
    });
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    origin.closeAllConnections();
    origin.close();
    await redis.stop();
    rmSync(keyFolder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    calls = 0;
    feed = new MemoryFeed(() => Promise.resolve());
    const options = {
      kind: 'answer',
      url: redis.url,
      logger,
      sealer: () => sealer,
      commandTimeoutMs: 5000,
    } as const;
    stores = [1, 2].map(() => new RedisEntries(options));
    folders = [1, 2].map(() => temporaryFolder());
    await publishRevision(1);
    nodes = await Promise.all(
      stores.map((answers, i) =>
        startNode({ feed, publicKey: keys.publicKey, dataDir: folders[i]?.path ?? '', answers }),
      ),
    );
    for (const [i, store] of stores.entries()) {
      await until(async () => {
        const found = await store.obtain(`probe${i}`, 1000);
        if (!('text' in found)) found.keep({ text: 'x', untilMs: Date.now() + 60_000 });
        return 'text' in found;
      }, 'connected');
    }
  });
  afterEach(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    for (const store of stores) store.close();
    for (const folder of folders) folder.remove();
  });

  function publishRevision(revision: number): Promise<void> {
    const base = proxyTo(`http://127.0.0.1:${(origin.address() as AddressInfo).port}/`);
    const [route] = base.routes as [Route];
    const cache = { ttlSeconds: 300, namespace: 'n', keyParameters: [], invalidation: 'anyone' } as const;
    const snapshot: Snapshot = {
      ...base,
      kind: 'REST',
      stage: 'prod',
      // Another one for each test and revision, since Redis is one for all.
      responseCache: {
        revision: `${String(performance.timeOrigin)} ${expect.getState().currentTestName ?? ''} ${revision}`,
      },
      routes: [{ ...route, method: 'GET', path: '/', key: 'GET /', cache }],
    };
    return publish(feed, { key: keys.privateKey, revision, snapshots: [snapshot] });
  }

  const get = async (node: DataPlane, headers: Record<string, string> = {}): Promise<string> =>
    (await ask(node, 'api1', { path: '/prod/', headers })).body;

  it('are one call for 1,000 equal misses at a time', async () => {
    const bodies = await Promise.all(
      Array.from({ length: 1000 }, (_value, i) => get(nodes[i % 2] as DataPlane)),
    );
    expect([new Set(bodies), calls]).toEqual([new Set(['answer 1']), 1]);
  });

  it('are renewed on both by a client who may', async () => {
    const [one, other] = nodes as [DataPlane, DataPlane];
    expect([await get(one), await get(other)]).toEqual(['answer 1', 'answer 1']);
    expect(await get(one, { 'cache-control': 'max-age=0' })).toBe('answer 2');
    await until(async () => (await get(other)) === 'answer 2', 'heard of on the other node');
    expect(calls).toBe(2);
  });

  it('are forgotten on both by a flush', async () => {
    await Promise.all(nodes.map((node) => get(node)));
    await publishRevision(2);
    await Promise.all(nodes.map((node) => node.applied(2)));
    expect(await Promise.all(nodes.map((node) => get(node)))).toEqual(['answer 2', 'answer 2']);
  });

  it('are each node’s own when Redis is gone', async () => {
    for (const store of stores) store.close();
    const bodies = await Promise.all(
      Array.from({ length: 20 }, (_value, i) => get(nodes[i % 2] as DataPlane)),
    );
    expect([new Set(bodies), calls]).toEqual([new Set(['answer 1', 'answer 2']), 2]);
  });
});
