/** What a snapshot does to a node that dies soon after taking it over, again and again. */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryFeed, startEchoOrigin, type EchoOrigin, type Feed } from '@gatehouse/platform';
import type { DataPlane } from '../start-data-plane';
import { ask, startNode, temporaryFolder, until } from '../testing/node-under-test';
import { proxyTo, publish, signingKeys } from '../testing/published';

const keys = signingKeys();
/** It knows of no revision. */
const away = new MemoryFeed(() => Promise.resolve());
let origin: EchoOrigin;
let folder: ReturnType<typeof temporaryFolder>;
let feed: MemoryFeed;
let nodes: DataPlane[];

beforeAll(async () => {
  origin = await startEchoOrigin();
});
afterAll(() => origin.stop());
beforeEach(() => {
  folder = temporaryFolder();
  nodes = [];
  feed = new MemoryFeed(() => Promise.resolve());
});
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  folder.remove();
});

async function start(from: Feed): Promise<DataPlane> {
  const node = await startNode({ feed: from, publicKey: keys.publicKey, dataDir: folder.path });
  nodes.push(node);
  return node;
}

const api = (apiId: string, path: string) => proxyTo(`${origin.url}/${path}`, apiId);
const pathSeen = async (node: DataPlane, apiId: string): Promise<string> => {
  const { status, body } = await ask(node, apiId, { path: '/x' });
  return status === 200 ? (JSON.parse(body) as { path: string }).path : String(status);
};
const saved = (): string[] => {
  try {
    return readdirSync(join(folder.path, 'snapshots', 'manifests'));
  } catch {
    return [];
  }
};

const trialsOf = (path: string): string => join(path, 'snapshots', 'trials.json');
/** A process that dies leaves the folder as it is; this one is only left without it. */
async function dieAndStart(from: Feed = feed): Promise<DataPlane> {
  const left = folder;
  folder = temporaryFolder();
  cpSync(left.path, folder.path, { recursive: true });
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
  left.remove();
  return start(from);
}
const publishAll = (revision: number, ...paths: string[]) =>
  publish(feed, {
    key: keys.privateKey,
    revision,
    snapshots: paths.map((path, i) => api(`api${i + 1}`, path)),
  });

async function twiceDead(): Promise<DataPlane> {
  const first = await start(feed);
  await publishAll(1, 'v1', 'v1');
  await first.applied(1);
  await until(() => saved().includes('1'), 'revision 1 on disk');
  // As if both had served for their time.
  rmSync(trialsOf(folder.path));
  const second = await dieAndStart();
  await publishAll(2, 'v2', 'v1');
  await second.applied(2);
  await until(() => saved().includes('2'), 'revision 2 on disk');
  return dieAndStart();
}

it('is served again after one death', async () => {
  const node = await twiceDead();
  expect([await pathSeen(node, 'api1'), await pathSeen(node, 'api2')]).toEqual(['/v2/x', '/v1/x']);
  expect(node.faults()).toEqual({});
});

it.each(['the feed', 'nothing but the disk'])(
  'is reverted alone after two, to the last good of its API, with %s there',
  async (what) => {
    await twiceDead();
    const node = await dieAndStart(what === 'the feed' ? feed : away);
    expect([await pathSeen(node, 'api1'), await pathSeen(node, 'api2')]).toEqual(['/v1/x', '/v1/x']);
    expect(node.faults()['api1/$default']).toMatch(/ended 2 times soon after taking it over/);
    expect(node.revision()).toBe(2);
  },
);

it('makes room for the next deployment of its API at once', async () => {
  await twiceDead();
  const node = await dieAndStart();
  await publishAll(3, 'v3', 'v1');
  await node.applied(3);
  expect(await pathSeen(node, 'api1')).toBe('/v3/x');
  expect(node.faults()).toEqual({});
});

it('stays left out, and its last good on disk, while others go on being deployed', async () => {
  await twiceDead();
  const node = await dieAndStart();
  for (let revision = 3; revision < 8; revision++) {
    await publishAll(revision, 'v2', `v${revision}`);
    await node.applied(revision);
    await until(() => saved().includes(String(revision)), 'saved');
  }
  const next = await dieAndStart(away);
  expect([await pathSeen(next, 'api1'), await pathSeen(next, 'api2')]).toEqual(['/v1/x', '/v7/x']);
});

it('is left out where its API has no other, also from older revisions', async () => {
  const node = await start(feed);
  await publishAll(1, 'v1');
  await node.applied(1);
  await publishAll(2, 'v1', 'v1');
  await node.applied(2);
  await publishAll(3, 'v1', 'v1', 'v1');
  await node.applied(3);
  await until(() => saved().includes('3'), 'revision 3 on disk');
  const trials = JSON.parse(readFileSync(trialsOf(folder.path), 'utf8')) as { deaths: number }[];
  const [first, ...others] = trials;
  writeFileSync(trialsOf(folder.path), JSON.stringify([{ ...first, deaths: 1 }, ...others]));
  const next = await dieAndStart(away);
  expect(await pathSeen(next, 'api1')).toBe('403');
  expect([await pathSeen(next, 'api2'), await pathSeen(next, 'api3')]).toEqual(['/v1/x', '/v1/x']);
});
