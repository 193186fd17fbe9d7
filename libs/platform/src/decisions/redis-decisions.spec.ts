import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DecisionClaim, StoredDecision } from '@gatehouse/engine';
import { Redis } from 'ioredis';
import { Sealer } from '../keys';
import { createLogger } from '../logging/logger';
import { describeWithRedis, freePort, startTestRedis, until, type TestRedis } from '../testing';
import { RedisDecisions } from './redis-decisions';

const logger = createLogger('error', { write: () => undefined });
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-decisions-'));
const shared = Sealer.loadOrCreate(join(folder, 'node-key'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const decision = (text: string): StoredDecision => ({ text, untilMs: Date.now() + 60_000 });
const opened: RedisDecisions[] = [];
const storeAt = (url: string, sealer: Sealer | undefined = shared): RedisDecisions => {
  const store = new RedisDecisions({ url, logger, sealer: () => sealer, commandTimeoutMs: 500 });
  opened.push(store);
  return store;
};
const asClaim = (found: StoredDecision | DecisionClaim): DecisionClaim => {
  if ('text' in found) throw new Error('a decision, not a claim');
  return found;
};
afterEach(() => opened.splice(0).forEach((store) => store.close()));

describeWithRedis('decisions in Redis', () => {
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
  async function twoNodes(): Promise<[RedisDecisions, RedisDecisions]> {
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
    const claims: DecisionClaim[] = [];
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
    ['another text under the same seal', (sealed) => sealed.replace('no', 'yes')],
    [
      'a longer time',
      (sealed) => sealed.replace(/\.(\d+)\./, (_all, until: string) => `.${Number(until) + 1}.`),
    ],
  ])('takes %s for none', async (_name, forge) => {
    const [one, other] = await twoNodes();
    asClaim(await one.obtain('k', 1000)).keep(decision('no'));
    await until('kept', async () => (await admin.exists('gatehouse:decision:k')) === 1);
    await admin.set('gatehouse:decision:k', forge((await admin.get('gatehouse:decision:k')) ?? ''));
    expect('text' in (await other.obtain('k', 1000))).toBe(false);
  });

  it('takes what was said of another caller, or by a node with another key, for none', async () => {
    const [one] = await twoNodes();
    asClaim(await one.obtain('k', 1000)).keep(decision('yes'));
    await until('kept', async () => (await admin.exists('gatehouse:decision:k')) === 1);
    await admin.copy('gatehouse:decision:k', 'gatehouse:decision:victim');
    expect('text' in (await one.obtain('victim', 1000))).toBe(false);
    const stranger = storeAt(server.url, Sealer.loadOrCreate(join(folder, 'other-key')));
    await until('connected', async () => (await stranger.obtain('probe0', 200)) !== undefined);
    expect('text' in (await stranger.obtain('k', 200))).toBe(false);
  });

  it('keeps nothing beyond its time', async () => {
    const [one] = await twoNodes();
    asClaim(await one.obtain('k', 1000)).keep({ text: 'yes', untilMs: Date.now() + 30_000 });
    await until('kept', async () => (await admin.exists('gatehouse:decision:k')) === 1);
    expect(await admin.pttl('gatehouse:decision:k')).toBeLessThanOrEqual(30_000);
    asClaim(await one.obtain('old', 1000)).keep({ text: 'yes', untilMs: Date.now() - 1 });
    await until('released', async () => (await admin.exists('gatehouse:decision-claim:old')) === 0);
    expect(await admin.exists('gatehouse:decision:old')).toBe(0);
  });
});

it('lets a node make its own call at once where there is no Redis', async () => {
  const store = storeAt(`redis://127.0.0.1:${await freePort()}`);
  const from = performance.now();
  const claim = asClaim(await store.obtain('k', 10_000));
  claim.keep(decision('yes'));
  expect(performance.now() - from).toBeLessThan(1000);
});
