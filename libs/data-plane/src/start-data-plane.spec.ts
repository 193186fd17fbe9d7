import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyObject } from 'node:crypto';
import { MemoryFeed, startEchoOrigin, type EchoOrigin, type NodeReport } from '@gatehouse/platform';
import { startDataPlane, type DataPlane } from './start-data-plane';
import { ask, startNode, temporaryFolder, until } from './testing/node-under-test';
import { proxyTo, publish, sealed, signingKeys } from './testing/published';

let origin: EchoOrigin;
let folder: ReturnType<typeof temporaryFolder>;
let keys: { publicKey: KeyObject; privateKey: KeyObject };
let feed: MemoryFeed;
let reports: NodeReport[];
let log: string[];
let nodes: DataPlane[];

beforeAll(async () => {
  origin = await startEchoOrigin();
});
afterAll(() => origin.stop());
beforeEach(() => {
  folder = temporaryFolder();
  keys = signingKeys();
  reports = [];
  log = [];
  nodes = [];
  feed = new MemoryFeed(async (report) => void reports.push(report));
});
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  folder.remove();
});

async function start(from: MemoryFeed | AwayFeed = feed): Promise<DataPlane> {
  const node = await startNode({ feed: from, publicKey: keys.publicKey, dataDir: folder.path, log });
  nodes.push(node);
  return node;
}

/** Redis gone: every call fails. */
class AwayFeed extends MemoryFeed {
  override manifest(): Promise<never> {
    return Promise.reject(new Error('redis is out of reach'));
  }
  override part(): Promise<never> {
    return Promise.reject(new Error('redis is out of reach'));
  }
  override subscribe(): Promise<never> {
    return Promise.reject(new Error('redis is out of reach'));
  }
  override report(): Promise<never> {
    return Promise.reject(new Error('redis is out of reach'));
  }
}

const api = (apiId: string, path: string) => proxyTo(`${origin.url}/${path}`, apiId);
const pathSeen = async (node: DataPlane, apiId: string): Promise<string> => {
  const { status, body } = await ask(node, apiId, { path: '/x' });
  return status === 200 ? (JSON.parse(body) as { path: string }).path : String(status);
};
const saved = (): string[] => {
  try {
    return readdirSync(join(folder.path, 'snapshots', 'manifests')).sort();
  } catch {
    return [];
  }
};

describe('publication', () => {
  it('serves what is published, and is not ready before', async () => {
    const node = await start();
    expect(node.probe.ready()).toBe('no revision applied yet');
    expect((await ask(node, 'api1')).status).toBe(403);
    await publish(feed, { key: keys.privateKey, revision: 1, snapshots: [api('api1', 'v1')] });
    await node.applied(1);
    expect(node.probe.ready()).toBeUndefined();
    expect(await pathSeen(node, 'api1')).toBe('/v1/x');
  });

  it('knows what was published before its start from the first request on', async () => {
    await publish(feed, { key: keys.privateKey, revision: 1, snapshots: [api('api1', 'v1')] });
    const node = await start();
    expect(await pathSeen(node, 'api1')).toMatch(/^\/v1/);
  });

  it('applies news within milliseconds, long before the timer', async () => {
    const node = await start();
    await publish(feed, { key: keys.privateKey, revision: 1, snapshots: [api('api1', 'v1')] });
    await node.applied(1);
    const delays: number[] = [];
    for (let revision = 2; revision < 40; revision++) {
      const from = performance.now();
      await publish(feed, { key: keys.privateKey, revision, snapshots: [api('api1', `v${revision}`)] });
      await node.applied(revision);
      delays.push(performance.now() - from);
    }
    delays.sort((a, b) => a - b);
    expect(delays[Math.floor(delays.length / 2)]).toBeLessThan(50);
    expect(await pathSeen(node, 'api1')).toBe('/v39/x');
  });

  it('loses no news that arrive while others are applied', async () => {
    const node = await start();
    for (let revision = 1; revision <= 100; revision++) {
      void publish(feed, { key: keys.privateKey, revision, snapshots: [api('api1', `v${revision}`)] });
    }
    const from = performance.now();
    await node.applied(100);
    expect(performance.now() - from).toBeLessThan(1500);
    expect(await pathSeen(node, 'api1')).toBe('/v100/x');
  });

  it('finds what is new without news', async () => {
    const node = await start();
    await until(() => reports.length > 0, 'first report');
    jest.spyOn(feed, 'subscribe').mockRejectedValue(new Error('no news today'));
    await feed.close();
    await publish(feed, { key: keys.privateKey, revision: 7, snapshots: [api('api1', 'v7')] });
    await node.applied(7, 4000);
  });

  it('removes what is no longer named', async () => {
    const node = await start();
    const [one, two] = [api('api1', 'one'), api('api2', 'two')];
    await publish(feed, { key: keys.privateKey, revision: 1, snapshots: [one, two] });
    await node.applied(1);
    await publish(feed, { key: keys.privateKey, revision: 2, snapshots: [two] });
    await node.applied(2);
    expect(await pathSeen(node, 'api1')).toBe('403');
    expect(await pathSeen(node, 'api2')).toBe('/two/x');
  });

  it('reads only the parts that changed', async () => {
    const node = await start();
    const read = jest.spyOn(feed, 'part');
    await publish(feed, {
      key: keys.privateKey,
      revision: 1,
      snapshots: [api('api1', 'a'), api('api2', 'b')],
    });
    await node.applied(1);
    expect(read).toHaveBeenCalledTimes(2);
    await publish(feed, {
      key: keys.privateKey,
      revision: 2,
      snapshots: [api('api1', 'a'), api('api2', 'c')],
    });
    await node.applied(2);
    expect(read).toHaveBeenCalledTimes(3);
  });

  it('reports what it runs', async () => {
    const node = await start();
    await publish(feed, { key: keys.privateKey, revision: 3, snapshots: [api('api1', 'a')] });
    await node.applied(3);
    await until(() => reports.at(-1)?.revision === 3, 'report of revision 3');
    const report = reports.at(-1);
    expect(report).toMatchObject({ nodeId: 'node-1', faults: {} });
    expect(report?.appliedAt).toBeGreaterThanOrEqual(report?.startedAt ?? Infinity);
  });
});

describe('what cannot be applied', () => {
  it('keeps the last good of the one API whose part is missing, and takes it when it comes', async () => {
    const node = await start();
    await publish(feed, {
      key: keys.privateKey,
      revision: 1,
      snapshots: [api('api1', 'a1'), api('api2', 'b1')],
    });
    await node.applied(1);
    const next = [api('api1', 'a2'), api('api2', 'b2')];
    await publish(feed, { key: keys.privateKey, revision: 2, snapshots: next, withhold: ['api1'] });
    await node.applied(2);
    expect(await pathSeen(node, 'api1')).toBe('/a1/x');
    expect(await pathSeen(node, 'api2')).toBe('/b2/x');
    await until(() => reports.at(-1)?.faults['api1/$default'] !== undefined, 'fault in the report');
    await publish(feed, { key: keys.privateKey, revision: 2, snapshots: next });
    await until(() => node.faults()['api1/$default'] === undefined, 'fault gone');
    expect(await pathSeen(node, 'api1')).toBe('/a2/x');
  });

  it('refuses a part whose bytes are not what the manifest says', async () => {
    const node = await start();
    await publish(feed, { key: keys.privateKey, revision: 1, snapshots: [api('api1', 'a1')] });
    await node.applied(1);
    jest.spyOn(feed, 'part').mockResolvedValue(Buffer.from(JSON.stringify(api('api1', 'evil'))));
    await publish(feed, { key: keys.privateKey, revision: 2, snapshots: [api('api1', 'a2')] });
    await node.applied(2);
    expect(await pathSeen(node, 'api1')).toBe('/a1/x');
    expect(node.faults()['api1/$default']).toContain('does not match its hash');
  });

  it.each([
    [
      'forged',
      () => sealed({ key: signingKeys().privateKey, revision: 9, snapshots: [api('api1', 'evil')] }),
    ],
    ['older', () => sealed({ key: keys.privateKey, revision: 4, snapshots: [api('api1', 'evil')] })],
    ['corrupt', () => Buffer.from('{"payload":')],
    ['corrupt', () => Buffer.from('null')],
  ])('refuses a %s manifest, says so once, and keeps what it serves', async (reason, manifest) => {
    const node = await start();
    await publish(feed, { key: keys.privateKey, revision: 5, snapshots: [api('api1', 'good')] });
    await node.applied(5);
    // Whoever can write to the feed can make it hand out anything, and tell everybody.
    for (const revision of [90, 91, 92]) {
      await feed.publish({ revision, manifest: manifest(), parts: new Map(), retired: [] });
    }
    const from = performance.now();
    await until(() => node.faults().manifest !== undefined, 'refusal');
    expect(performance.now() - from).toBeLessThan(1000);
    const read = jest.spyOn(feed, 'manifest');
    await feed.publish({ revision: 93, manifest: manifest(), parts: new Map(), retired: [] });
    await until(() => read.mock.calls.length > 0, 'another look');
    expect(node.faults().manifest).toMatch(new RegExp(`^${reason}: `));
    expect(node.revision()).toBe(5);
    expect(await pathSeen(node, 'api1')).toBe('/good/x');
    expect(log.filter((line) => line.includes('"place":"manifest"'))).toHaveLength(1);
    await until(() => reports.some(({ faults }) => faults.manifest !== undefined), 'refusal in a report');
  });

  it('does not call itself: an integration at the gateway’s own address is refused after one request', async () => {
    const node = await start();
    const own = `http://127.0.0.1:${node.gatewayAddress.port}/_aws/execute-api/loop1/again`;
    await publish(feed, { key: keys.privateKey, revision: 1, snapshots: [proxyTo(own, 'loop1')] });
    await node.applied(1);
    expect((await ask(node, 'loop1')).status).toBe(500);
    expect(node.probe.metrics?.()).toContain('gatehouse_origin_connections 0');
  });

  it('serves an API with a route that cannot be compiled; the node itself is not at fault', async () => {
    const node = await start();
    const broken = proxyTo('ftp://no', 'api1');
    await publish(feed, { key: keys.privateKey, revision: 1, snapshots: [broken, api('api2', 'b')] });
    await node.applied(1);
    expect((await ask(node, 'api1')).status).toBe(500);
    expect(await pathSeen(node, 'api2')).toBe('/b/x');
    expect(node.faults()['api1/$default']).toBeUndefined();
  });
});

describe('static stability', () => {
  const publishTwo = async (): Promise<void> => {
    const node = await start();
    await publish(feed, {
      key: keys.privateKey,
      revision: 1,
      snapshots: [api('api1', 'a1'), api('api2', 'b1')],
    });
    await node.applied(1);
    await until(() => saved().includes('1'), 'revision 1 on disk');
    await publish(feed, {
      key: keys.privateKey,
      revision: 2,
      snapshots: [api('api1', 'a2'), api('api2', 'b1')],
    });
    await node.applied(2);
    await until(() => saved().join() === '1,2', 'revision 2 on disk');
    await node.stop();
  };

  it('serves from disk at once when everything else is gone', async () => {
    await publishTwo();
    const from = performance.now();
    const node = await start(new AwayFeed());
    expect(node.probe.ready()).toBeUndefined();
    expect(await pathSeen(node, 'api1')).toBe('/a2/x');
    expect(performance.now() - from).toBeLessThan(1500);
    expect(await pathSeen(node, 'api2')).toBe('/b1/x');
    await until(() => node.faults().feed !== undefined, 'feed fault');
  });

  it('keeps the newest generation, the newest that has served for its time, and no part that neither needs, all private to the owner', async () => {
    await publishTwo();
    const node = await start();
    for (const revision of [3, 4, 5]) {
      await publish(feed, { key: keys.privateKey, revision, snapshots: [api('api1', `a${revision}`)] });
      await node.applied(revision);
      await until(() => saved().at(-1) === String(revision), `revision ${revision} on disk`);
    }
    await node.stop();
    expect(saved()).toEqual(['2', '5']);
    const parts = join(folder.path, 'snapshots', 'parts');
    // Of api1 in both revisions, and of api2 in revision 2.
    expect(readdirSync(parts)).toHaveLength(3);
    for (const name of readdirSync(parts)) expect(statSync(join(parts, name)).mode & 0o077).toBe(0);
    expect(statSync(parts).mode & 0o077).toBe(0);
  });

  it('has every part of the newest revision on disk after a burst of revisions', async () => {
    const node = await start();
    for (let revision = 1; revision <= 25; revision++) {
      const snapshots = [api('api1', `a${revision}`), api('api2', `b${Math.floor(revision / 2)}`)];
      await publish(feed, { key: keys.privateKey, revision, snapshots });
      // Applied one by one, so that generations queue up for the slower disk.
      await node.applied(revision);
    }
    await until(() => saved().at(-1) === '25', 'revision 25 on disk');
    await node.stop();
    const alone = await start(new AwayFeed());
    expect([alone.revision(), alone.faults()['api1/$default'], alone.faults()['api2/$default']]).toEqual([
      25,
      undefined,
      undefined,
    ]);
    expect([await pathSeen(alone, 'api1'), await pathSeen(alone, 'api2')]).toEqual(['/a25/x', '/b12/x']);
  });

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['empty', () => Buffer.alloc(0)],
    ['forged', () => Buffer.from(sealed({ key: signingKeys().privateKey, revision: 2, snapshots: [] }))],
  ])('falls back to the previous generation when the newest manifest is %s', async (_what, spoil) => {
    await publishTwo();
    const file = join(folder.path, 'snapshots', 'manifests', '2');
    writeFileSync(file, spoil(readFileSync(file)));
    const node = await start(new AwayFeed());
    expect(node.revision()).toBe(1);
    expect(await pathSeen(node, 'api1')).toBe('/a1/x');
  });

  it('falls back for the one API whose part is corrupt, and mends it from the feed', async () => {
    await publishTwo();
    const parts = join(folder.path, 'snapshots', 'parts');
    const broken =
      readdirSync(parts).find((name) => readFileSync(join(parts, name), 'utf8').includes('/a2"')) ?? '';
    writeFileSync(join(parts, broken), 'rot');
    const away = await start(new AwayFeed());
    expect(away.revision()).toBe(2);
    expect(await pathSeen(away, 'api1')).toBe('/a1/x');
    expect(await pathSeen(away, 'api2')).toBe('/b1/x');
    expect(away.faults()['api1/$default']).toContain('does not match its hash');
    await away.stop();
    const back = await start();
    await until(async () => (await pathSeen(back, 'api1')) === '/a2/x', 'a2 from the feed');
    await until(() => readFileSync(join(parts, broken), 'utf8') !== 'rot', 'part mended on disk');
  });

  it('refuses from the feed what is older than what it has on disk', async () => {
    await publishTwo();
    const old = new MemoryFeed();
    await publish(old, { key: keys.privateKey, revision: 1, snapshots: [api('api1', 'a1')] });
    const node = await start(old);
    await until(() => node.faults().manifest !== undefined, 'refusal');
    expect(await pathSeen(node, 'api1')).toBe('/a2/x');
  });

  it('comes back by itself when the feed does', async () => {
    await publishTwo();
    const manifest = jest.spyOn(feed, 'manifest').mockRejectedValue(new Error('gone'));
    const node = await start();
    await until(() => node.faults().feed !== undefined, 'feed fault');
    await publish(feed, { key: keys.privateKey, revision: 3, snapshots: [api('api1', 'a3')] });
    manifest.mockRestore();
    await node.applied(3, 5000);
    expect(node.faults().feed).toBeUndefined();
  });

  it('does not wait for a feed that never answers', async () => {
    await publishTwo();
    jest.spyOn(feed, 'manifest').mockReturnValue(new Promise(() => undefined));
    jest.spyOn(feed, 'report').mockReturnValue(new Promise(() => undefined));
    const node = await start();
    expect(await pathSeen(node, 'api1')).toBe('/a2/x');
    await until(() => node.faults().feed !== undefined, 'feed fault');
    expect(node.faults().feed).toContain('took longer than');
  });
});

it('tells whose address is taken', async () => {
  const node = await start();
  const again = startDataPlane({
    config: {
      gatewayListen: node.gatewayAddress,
      dataDir: folder.path,
      region: 'us-east-1',
      privateOrigins: 'loopback',
      hostSuffixes: [],
      nodeId: 'node-2',
      expectedNodes: 1,
      drainSeconds: 1,
      maxConnections: 10,
      tunnelIdleSeconds: 600,
      functionsEndpoints: [],
      functionsCredentialsFile: '',
      nodeKeyFile: '',
      maxOriginConnections: 10,
      responseCacheBytes: 0,
    },
    feed,
    publicKeys: [keys.publicKey],
    logger: { error: jest.fn(), warn: jest.fn(), info: jest.fn(), debug: jest.fn() },
    ownAddresses: () => [],
  });
  await expect(again).rejects.toThrow(
    `address 127.0.0.1:${node.gatewayAddress.port} (GATEHOUSE_GATEWAY_LISTEN) is already in use`,
  );
});
