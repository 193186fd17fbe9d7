import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EntryClaim, SharedEntry } from '@gatehouse/engine';
import { Redis } from 'ioredis';
import { Sealer } from '../keys';
import { createLogger } from '../logging/logger';
import { describeWithRedis, freePort, startTestRedis, until, type TestRedis } from '../testing';
import { RedisEntries } from './redis-entries';

const logger = createLogger('error', { write: () => undefined });
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-decisions-'));
const shared = Sealer.loadOrCreate(join(folder, 'node-key'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const decision = (text: string): SharedEntry => ({ text, untilMs: Date.now() + 60_000 });
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
const asClaim = (found: SharedEntry | EntryClaim): EntryClaim => {
  if ('text' in found) throw new Error('a decision, not a claim');
  return found;
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
        if (!('text' in found)) found.keep(decision('probe'));
        return 'text' in found;
      });
    }
    return [...nodes];
  }

  it('gives the claim to one, and what it was told to all others', async () => {
    const [one, other] = await twoNodes();
    const claims: EntryClaim[] = [];
    const found = Promise.all(
      Array.from({ length: 50 }, async (_value, i) => {
        const got = await (i % 2 === 0 ? one : other).obtain('k', 5000);
        if ('text' in got) return got.text;
        claims.push(got);
        got.keep(decision('yes'));
        return 'claimed';
      }),
    );
    expect((await found).toSorted()).toEqual(['claimed', ...Array.from({ length: 49 }, () => 'yes')]);
    expect(claims).toHaveLength(1);
  });

  it('hands the claim on when it is released', async () => {
    const [one, other] = await twoNodes();
    const claim = asClaim(await one.obtain('k', 5000));
    const waiting = other.obtain('k', 5000);
    claim.release();
    expect('text' in (await waiting)).toBe(false);
  });

  it('waits no longer than it was told to for one who never answers', async () => {
    const [one, other] = await twoNodes();
    await one.obtain('k', 10_000);
    const from = performance.now();
    asClaim(await other.obtain('k', 200)).keep(decision('own'));
    expect(performance.now() - from).toBeLessThan(2000);
  });

  it.each<[string, (sealed: string) => string]>([
    ['a text that nobody sealed', () => '{"principalId":"x"}'],
    ['nothing', () => ''],
    ['a changed text', (sealed) => sealed.slice(0, -1) + (sealed.endsWith('A') ? 'B' : 'A')],
  ])('takes %s for none, and clears it away', async (_name, forge) => {
    const [one, other] = await twoNodes();
    asClaim(await one.obtain('k', 1000)).keep(decision('no'));
    await until('kept', async () => (await admin.exists('gatehouse:decision:{k}')) === 1);
    await until('released', async () => (await admin.exists('gatehouse:decision:{k}:claim')) === 0);
    await admin.set('gatehouse:decision:{k}', forge((await admin.get('gatehouse:decision:{k}')) ?? ''));
    asClaim(await other.obtain('k', 1000)).keep(decision('yes'));
    await until('kept anew', async () => 'text' in (await one.obtain('k', 1000)));
  });

  it('tells whoever reads Redis nothing', async () => {
    const [one] = await twoNodes();
    asClaim(await one.obtain('k', 1000)).keep(decision('the secret of k'));
    await until('kept', async () => (await admin.exists('gatehouse:decision:{k}')) === 1);
    expect(await admin.get('gatehouse:decision:{k}')).not.toContain('secret');
  });

  it('takes what was said of another caller, or by a node with another key, for none', async () => {
    const [one] = await twoNodes();
    asClaim(await one.obtain('k', 1000)).keep(decision('yes'));
    await until('kept', async () => (await admin.exists('gatehouse:decision:{k}')) === 1);
    await admin.copy('gatehouse:decision:{k}', 'gatehouse:decision:{victim}');
    expect('text' in (await one.obtain('victim', 1000))).toBe(false);
    const stranger = storeAt(server.url, Sealer.loadOrCreate(join(folder, 'other-key')));
    await until('connected', async () => (await stranger.obtain('probe0', 200)) !== undefined);
    expect('text' in (await stranger.obtain('k', 200))).toBe(false);
  });

  it('tells other nodes of what is replaced, and not the one who replaced it', async () => {
    const [one, other] = await twoNodes();
    const heard: string[] = [];
    one.onReplaced((key) => heard.push(`one ${key}`));
    other.onReplaced((key) => heard.push(`other ${key}`));
    asClaim(await one.obtain('k', 1000)).keep(decision('old'));
    await until('kept', async () => 'text' in (await other.obtain('k', 1000)));
    await until('heard', () => {
      one.replace('k', decision('new'));
      return heard.length > 0;
    });
    expect(new Set(heard)).toEqual(new Set(['other k']));
    expect(await other.obtain('k', 1000)).toMatchObject({ text: 'new' });
  });

  it('keeps nothing beyond its time', async () => {
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
  claim.keep(decision('yes'));
  expect(performance.now() - from).toBeLessThan(1000);
});
