import { nowhere } from '@gatehouse/engine';
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryFeed, Sealer, type Publication } from '@gatehouse/platform';
import { startTestPostgres, type TestServer } from '@gatehouse/platform/testing';
import { decodePart, openManifest, sealManifest, type Manifest } from '@gatehouse/snapshot';
import type { DataSource } from 'typeorm';
import { createServices, type Services } from '../services';
import { openDatabase } from '../storage/data-source';
import { Publisher } from './publisher';

jest.setTimeout(60_000);

/** A feed that can be away. */
class FlakyFeed extends MemoryFeed {
  away = false;
  override async publish(publication: Publication): Promise<void> {
    if (this.away) throw new Error('feed is away');
    await super.publish(publication);
  }
}

describe('publisher', () => {
  const scope = { accountId: '000000000000', region: 'us-east-1' };
  const key: KeyObject = generateKeyPairSync('ed25519').privateKey;
  const dir = mkdtempSync(join(tmpdir(), 'gatehouse-publisher-'));
  const sealer = Sealer.loadOrCreate(join(dir, 'key'));
  let postgres: TestServer;
  let database: DataSource;
  let services: Services;
  beforeAll(async () => {
    postgres = await startTestPostgres();
    database = await openDatabase(postgres.url);
    services = createServices({
      database,
      sealer,
      nodeSealer: sealer,
      openTrialPorts: () => ({ ...nowhere, close: () => undefined }),
      wakePublisher: () => undefined,
      endpointUrl: () => 'http://{apiId}.test',
    });
  });
  afterAll(async () => {
    await database.destroy();
    await postgres.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const manifestOf = async (feed: MemoryFeed): Promise<Manifest> =>
    openManifest((await feed.manifest()) ?? new Uint8Array(), [createPublicKey(key)]);
  const entryOf = async (feed: MemoryFeed, apiId: string) =>
    (await manifestOf(feed)).entries.find((entry) => entry.apiId === apiId);
  const quickApi = async (target = 'http://127.0.0.1:9'): Promise<string> =>
    (await services.httpApis.create(scope, { name: 'q', protocolType: 'HTTP', target })).apiId;

  it('publishes what a commit left in the outbox, with parts that match their hashes', async () => {
    const feed = new MemoryFeed();
    const apiId = await quickApi('http://127.0.0.1:9/one');
    await new Publisher(database, feed, key, sealer).drain();
    const entry = await entryOf(feed, apiId);
    const bytes = (await feed.part(entry?.hash ?? '')) ?? new Uint8Array();
    expect(decodePart({ hash: entry?.hash ?? '', bytes })).toMatchObject({
      apiId,
      stage: '$default',
      routes: [{ key: '$default', integration: { type: 'HTTP_PROXY', uri: 'http://127.0.0.1:9/one' } }],
    });
  });

  it('loses nothing when the process dies between the commit and the feed', async () => {
    const feed = new FlakyFeed();
    const apiId = await quickApi();
    feed.away = true;
    await expect(new Publisher(database, feed, key, sealer).drain()).rejects.toThrow('feed is away');
    feed.away = false;
    const restarted = new Publisher(database, feed, key, sealer);
    await restarted.reconcile();
    const entry = await entryOf(feed, apiId);
    expect(await feed.part(entry?.hash ?? '')).toBeDefined();
  });

  it('fills an emptied feed again with every part', async () => {
    const before = new MemoryFeed();
    const publisher = new Publisher(database, before, key, sealer);
    await quickApi();
    await publisher.reconcile();
    const emptied = new MemoryFeed();
    await new Publisher(database, emptied, key, sealer).reconcile();
    const manifest = await manifestOf(emptied);
    expect(manifest.entries).toEqual((await manifestOf(before)).entries);
    for (const { hash } of manifest.entries) expect(await emptied.part(hash)).toBeDefined();
  });

  it('replaces a manifest that it did not sign', async () => {
    const feed = new MemoryFeed();
    const stranger = generateKeyPairSync('ed25519').privateKey;
    const forged = sealManifest({ schema: 1, revision: 1, issuedAt: 0, entries: [] }, stranger);
    await feed.publish({ revision: 1, manifest: forged, parts: new Map(), retired: [] });
    await new Publisher(database, feed, key, sealer).reconcile();
    expect((await manifestOf(feed)).entries.length).toBeGreaterThan(0);
  });

  it('goes past a feed that is ahead of a restored database', async () => {
    const feed = new MemoryFeed();
    const revision = (await services.fleet.revision()) + 1000;
    const ahead = sealManifest({ schema: 1, revision, issuedAt: 0, entries: [] }, key);
    await feed.publish({ revision, manifest: ahead, parts: new Map(), retired: [] });
    await new Publisher(database, feed, key, sealer).reconcile();
    expect(await manifestOf(feed)).toMatchObject({ revision: revision + 1 });
    expect((await manifestOf(feed)).entries.length).toBeGreaterThan(0);
  });

  it('keeps hash and revision of a stage whose snapshot did not change', async () => {
    const feed = new MemoryFeed();
    const publisher = new Publisher(database, feed, key, sealer);
    const apiId = await quickApi();
    await publisher.drain();
    const before = await entryOf(feed, apiId);
    await services.httpStages.updateStage(scope, apiId, '$default', { description: 'only words' });
    await publisher.drain();
    expect(await entryOf(feed, apiId)).toEqual(before);
  });

  it('takes each waiting stage once when many publishers drain at the same time', async () => {
    const feed = new MemoryFeed();
    const publishers = [1, 2, 3, 4].map(() => new Publisher(database, feed, key, sealer));
    const ids = await Promise.all(Array.from({ length: 20 }, () => quickApi()));
    await Promise.all(publishers.map((publisher) => publisher.drain()));
    await publishers[0]?.reconcile();
    const entries = (await manifestOf(feed)).entries.map(({ apiId }) => apiId);
    expect(ids.filter((id) => !entries.includes(id))).toEqual([]);
  });
});
