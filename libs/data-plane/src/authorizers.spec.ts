/** Function authorizers on two nodes that share what they were told through a real Redis. */
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, MemoryFeed, Sealer, startEchoOrigin, type EchoOrigin } from '@gatehouse/platform';
import { RedisEntries } from '@gatehouse/platform/redis-entries';
import { describeWithRedis, startTestRedis, type TestRedis } from '@gatehouse/platform/testing';
import type { Snapshot } from '@gatehouse/snapshot';
import type { DataPlane } from './start-data-plane';
import { startNode, temporaryFolder, until } from './testing/node-under-test';
import { proxyTo, publish, signingKeys } from './testing/published';

jest.setTimeout(60_000);
const logger = createLogger('error', { write: () => undefined });
const keys = signingKeys();

describeWithRedis('authorizers of two nodes', () => {
  const keyFolder = mkdtempSync(join(tmpdir(), 'gatehouse-node-key-'));
  const sealer = Sealer.loadOrCreate(join(keyFolder, 'node-key'));
  const agents: Agent[] = [];
  let redis: TestRedis;
  let origin: EchoOrigin;
  let authority: Server;
  /** Tokens that the authorizer was asked about. */
  let asked: string[];
  let allows: boolean;
  let stores: RedisEntries[];
  let folders: ReturnType<typeof temporaryFolder>[];
  let nodes: DataPlane[];
  let feed: MemoryFeed;

  beforeAll(async () => {
    redis = await startTestRedis();
    origin = await startEchoOrigin();
    authority = createServer((incoming, response) => {
      let text = '';
      incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
      incoming.on('end', () => {
        asked.push((JSON.parse(text) as { identitySource: string[] }).identitySource.join());
        // Long enough for every equal request to be there.
        setTimeout(() => response.end(JSON.stringify({ isAuthorized: allows })), 100);
      });
    });
    await new Promise<void>((resolve) => authority.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    authority.closeAllConnections();
    authority.close();
    await origin.stop();
    await redis.stop();
    rmSync(keyFolder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    [asked, allows] = [[], true];
    feed = new MemoryFeed(() => Promise.resolve());
    stores = [1, 2].map(
      () =>
        new RedisEntries({
          kind: 'decision',
          url: redis.url,
          logger,
          sealer: () => sealer,
          commandTimeoutMs: 5000,
        }),
    );
    folders = [1, 2].map(() => temporaryFolder());
    await publishRevision(1);
    nodes = await Promise.all(
      stores.map((decisions, i) =>
        startNode({ feed, publicKey: keys.publicKey, dataDir: folders[i]?.path ?? '', decisions }),
      ),
    );
    // Both connections stand once each has been used.
    for (const [i, store] of stores.entries()) {
      await until(async () => {
        const found = await store.obtain(`probe${i}`, 1000);
        if (!('text' in found)) found.keep({ text: 'x', untilMs: Date.now() + 60_000 });
        return 'text' in found;
      }, 'connected');
    }
  });
  afterEach(async () => {
    for (const agent of agents.splice(0)) agent.destroy();
    await Promise.all(nodes.map((node) => node.stop()));
    for (const store of stores) store.close();
    for (const folder of folders) folder.remove();
  });

  function publishRevision(revision: number): Promise<void> {
    const { port } = authority.address() as AddressInfo;
    const base = proxyTo(`${origin.url}/x`);
    const [route] = base.routes;
    if (route === undefined) throw new Error('no route');
    const snapshot: Snapshot = {
      ...base,
      authorizers: {
        au1: {
          type: 'REQUEST',
          name: 'a',
          revision: `r${revision}`,
          target: `http://127.0.0.1:${port}/`,
          payloadFormat: '2.0',
          simpleResponses: true,
          identitySource: ['$request.header.Authorization'],
          ttlSeconds: 300,
        },
      },
      routes: [{ ...route, authorization: { type: 'CUSTOM', authorizerId: 'au1' } }],
    };
    return publish(feed, { key: keys.privateKey, revision, snapshots: [snapshot] });
  }

  /** How many answers there were of each status. */
  async function load(node: DataPlane, token: string, calls: number): Promise<Record<number, number>> {
    const agent = new Agent({ keepAlive: true, maxSockets: 100 });
    agents.push(agent);
    const counts: Record<number, number> = {};
    await Promise.all(
      Array.from({ length: calls }, async () => {
        const status = await statusOf(node, token, agent);
        counts[status] = (counts[status] ?? 0) + 1;
      }),
    );
    return counts;
  }

  it('ask once for 10,000 equal tokens', async () => {
    const [one, other] = nodes as [DataPlane, DataPlane];
    const counts = await Promise.all([load(one, 'tok', 5000), load(other, 'tok', 5000)]);
    expect(counts).toEqual([{ 200: 5000 }, { 200: 5000 }]);
    expect(asked).toEqual(['tok']);
  });

  it('let nobody pass any longer, on either, once a flush is applied', async () => {
    await Promise.all(nodes.map((node) => load(node, 'tok', 1)));
    allows = false;
    await publishRevision(2);
    await Promise.all(nodes.map((node) => node.applied(2)));
    expect(await Promise.all(nodes.map((node) => load(node, 'tok', 10)))).toEqual([{ 403: 10 }, { 403: 10 }]);
  });

  it('each ask for themselves when Redis is gone, and let only those pass who may', async () => {
    for (const store of stores) store.close();
    const counts = await Promise.all(nodes.map((node) => load(node, 'alone', 100)));
    expect(counts).toEqual([{ 200: 100 }, { 200: 100 }]);
    expect(asked).toEqual(['alone', 'alone']);
    allows = false;
    expect(await Promise.all(nodes.map((node) => load(node, 'nobody', 100)))).toEqual([
      { 403: 100 },
      { 403: 100 },
    ]);
  });
});

function statusOf(
  { gatewayAddress: { host, port } }: DataPlane,
  token: string,
  agent: Agent,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'api1.execute-api.localhost', authorization: token };
    const call = request({ host, port, agent, path: '/', headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    call.on('error', reject);
    call.end();
  });
}
