import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Sealer } from '../keys';
import { createLogger } from '../logging/logger';
import { describeWithRedis, freePort, startTestRedis, until, type TestRedis } from '../testing';
import { asClaim, entry, itSharesEntries } from './entries.contract';
import { RedisEntries } from './redis-entries';

const logger = createLogger('error', { write: () => undefined });
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-decisions-'));
const shared = Sealer.loadOrCreate(join(folder, 'node-key'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const opened: RedisEntries[] = [];
const storeAt = (url: string, sealer: Sealer | undefined = shared): RedisEntries => {
  const store = new RedisEntries({
    kind: 'decision',
    url,
    logger,
    sealer: () => sealer,
    commandTimeoutMs: 500,
  });
  opened.push(store);
  return store;
};
afterEach(() => opened.splice(0).forEach((store) => store.close()));

describeWithRedis('entries in Redis', () => {
  let server: TestRedis;
  let admin: Redis;
  beforeAll(async () => {
    server = await startTestRedis();
    admin = new Redis(server.url);
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });
  beforeEach(() => admin.flushall());

  /** Both connected, so that neither is refused for being new. */
  async function twoNodes(): Promise<[RedisEntries, RedisEntries]> {
    const nodes = [storeAt(server.url), storeAt(server.url)] as const;
    for (const [i, node] of nodes.entries()) {
      await until('connected', async () => {
        const found = await node.obtain(`probe${i}`, 1000);
        if (!('text' in found)) found.keep(entry('probe'));
        return 'text' in found;
      });
    }
    return [...nodes];
  }

  itSharesEntries(twoNodes);

  it.each<[string, (sealed: string) => string]>([
    ['a text that nobody sealed', () => '{"principalId":"x"}'],
    ['nothing', () => ''],
    // Not its last character, which may carry bits that base64 drops: such a text would be the same one.
    [
      'a changed text',
      (sealed) => sealed.slice(0, -9) + (sealed.at(-9) === 'A' ? 'B' : 'A') + sealed.slice(-8),
    ],
  ])('takes %s for none, and clears it away', async (_name, forge) => {
    const [one, other] = await twoNodes();
    asClaim(await one.obtain('k', 1000)).keep(entry('no'));
    await until('kept', async () => (await admin.exists('gatehouse:decision:{k}')) === 1);
    await until('released', async () => (await admin.exists('gatehouse:decision:{k}:claim')) === 0);
    await admin.set('gatehouse:decision:{k}', forge((await admin.get('gatehouse:decision:{k}')) ?? ''));
    asClaim(await other.obtain('k', 1000)).keep(entry('yes'));
    await until('kept anew', async () => 'text' in (await one.obtain('k', 1000)));
  });

  it('tells whoever reads Redis nothing', async () => {
    const [one] = await twoNodes();
    asClaim(await one.obtain('k', 1000)).keep(entry('the secret of k'));
    await until('kept', async () => (await admin.exists('gatehouse:decision:{k}')) === 1);
    expect(await admin.get('gatehouse:decision:{k}')).not.toContain('secret');
  });

  it('takes what was said of another caller, or by a node with another key, for none', async () => {
    const [one] = await twoNodes();
    asClaim(await one.obtain('k', 1000)).keep(entry('yes'));
    await until('kept', async () => (await admin.exists('gatehouse:decision:{k}')) === 1);
    await admin.copy('gatehouse:decision:{k}', 'gatehouse:decision:{victim}');
    expect('text' in (await one.obtain('victim', 1000))).toBe(false);
    const stranger = storeAt(server.url, Sealer.loadOrCreate(join(folder, 'other-key')));
    await until('connected', async () => (await stranger.obtain('probe0', 200)) !== undefined);
    expect('text' in (await stranger.obtain('k', 200))).toBe(false);
  });

  it('leaves nothing in Redis beyond its time', async () => {
    const [one] = await twoNodes();
    asClaim(await one.obtain('k', 1000)).keep({ text: 'yes', untilMs: Date.now() + 30_000 });
    await until('kept', async () => (await admin.exists('gatehouse:decision:{k}')) === 1);
    expect(await admin.pttl('gatehouse:decision:{k}')).toBeLessThanOrEqual(30_000);
    asClaim(await one.obtain('old', 1000)).keep({ text: 'yes', untilMs: Date.now() - 1 });
    await until('released', async () => (await admin.exists('gatehouse:decision:{old}:claim')) === 0);
    expect(await admin.exists('gatehouse:decision:{old}')).toBe(0);
  });
});

it('lets a node make its own call at once where there is no Redis', async () => {
  const store = storeAt(`redis://127.0.0.1:${await freePort()}`);
  const from = performance.now();
  const claim = asClaim(await store.obtain('k', 10_000));
  claim.keep(entry('yes'));
  expect(performance.now() - from).toBeLessThan(1000);
});
