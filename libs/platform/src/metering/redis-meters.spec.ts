import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Sealer } from '../keys';
import { createLogger } from '../logging/logger';
import { describeWithRedis, startTestRedis, until, type TestRedis } from '../testing';
import { deliveryOf, metersContract } from './meters.contract';
import { RedisMeters, takeMeters } from './redis-meters';

jest.setTimeout(60_000);
const logger = createLogger('error', { write: () => undefined });

describeWithRedis('metering in Redis', () => {
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

  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-meters-'));
  const sealer = Sealer.loadOrCreate(join(folder, 'key'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const settings = () => ({ url: server.url, logger, sealer });
  const nodeSettings = () => ({ url: server.url, logger, sealer: (): Sealer | undefined => sealer });

  metersContract('redis', {
    open: async (store) => {
      const stop = takeMeters(store, settings());
      const carrier = new RedisMeters(nodeSettings());
      return {
        carrier,
        close: async () => {
          carrier.close();
          await stop();
        },
      };
    },
  });

  it('takes nothing that no node has sealed, and nothing that another has', async () => {
    const seen: unknown[] = [];
    const ours = (text: string, source: string): string => sealer.seal(text, `metering/${source}`);
    const whole = JSON.stringify(deliveryOf('n1', 7));
    const plain = JSON.stringify(deliveryOf('x1', 7));
    const texts = ['{', plain, ours('{}', 'x2'), ours(whole, 'n1'), ours(whole, 'x4'), 'v1.a.b.c'];
    for (const [i, text] of texts.entries()) {
      await admin.set(`gatehouse:usage-of:x${i}`, text);
      await admin.lpush('gatehouse:usage', `x${i}`);
    }
    const stop = takeMeters({ deliver: async (one) => void seen.push(one) }, settings());
    const carrier = new RedisMeters(nodeSettings());
    await carrier.deliver(deliveryOf('n1', 1));
    expect(seen).toEqual([deliveryOf('n1', 1)]);
    carrier.close();
    await stop();
  });

  it('believes in no mark that no control plane has sealed, and delivers nothing without a key', async () => {
    const forged = ['99', sealer.seal('99', 'metering-mark/n2'), sealer.seal('99', 'metering/n1')];
    const carrier = new RedisMeters({ ...nodeSettings(), patienceMs: 20 });
    for (const mark of forged) {
      await admin.set('gatehouse:usage-mark:n1', mark);
      await expect(carrier.deliver(deliveryOf('n1', 1))).rejects.toThrow('nobody');
    }
    await admin.set('gatehouse:usage-mark:n1', sealer.seal('1', 'metering-mark/n1'));
    await carrier.deliver(deliveryOf('n1', 1));
    carrier.close();
    const keyless = new RedisMeters({ ...nodeSettings(), sealer: () => undefined });
    await expect(keyless.deliver(deliveryOf('n9', 1))).rejects.toThrow('no node key');
    keyless.close();
    expect(await admin.exists('gatehouse:usage-of:n9')).toBe(0);
  });

  it('takes no more room the longer nobody takes any', async () => {
    const carriers = ['n1', 'n2'].map(() => new RedisMeters({ ...nodeSettings(), patienceMs: 20 }));
    for (let i = 0; i < 10; i++)
      for (const [place, carrier] of carriers.entries())
        await expect(carrier.deliver(deliveryOf(`n${place}`, 1, 2))).rejects.toThrow('nobody');
    expect(await admin.llen('gatehouse:usage')).toBe(2);
    expect((await admin.keys('*')).sort()).toEqual([
      'gatehouse:usage',
      'gatehouse:usage-of:n0',
      'gatehouse:usage-of:n1',
    ]);
    expect(await admin.ttl('gatehouse:usage-of:n0')).toBeGreaterThan(0);
    const seen: string[] = [];
    const stop = takeMeters({ deliver: async ({ source }) => void seen.push(source) }, settings());
    await until('both are taken', () => seen.length === 2);
    await until('nothing is kept of it', async () => (await admin.exists('gatehouse:usage-of:n0')) === 0);
    for (const carrier of carriers) carrier.close();
    await stop();
  });

  it('goes on where Redis was emptied, and where a control plane died before it said what it had counted', async () => {
    const counted = new Map<string, number>();
    let dies = true;
    const stop = takeMeters(
      {
        deliver: async ({ source, batches }) => {
          counted.set(source, batches.at(-1)?.sequence ?? 0);
          if (!dies) return;
          dies = false;
          await admin.flushall();
          throw new Error('dead');
        },
      },
      settings(),
    );
    // Longer than whoever takes rests after a failure, so that the second delivery does not depend on what is left of that rest.
    const carrier = new RedisMeters({ ...nodeSettings(), patienceMs: 1000 });
    await expect(carrier.deliver(deliveryOf('n1', 1))).rejects.toThrow('nobody');
    await carrier.deliver(deliveryOf('n1', 1, 2));
    await admin.flushall();
    await carrier.deliver(deliveryOf('n1', 3));
    expect(counted.get('n1')).toBe(3);
    carrier.close();
    await stop();
  });

  it('brings each to one of those who take', async () => {
    let seen = 0;
    const takers = [1, 2].map(() => takeMeters({ deliver: async () => void seen++ }, settings()));
    const carrier = new RedisMeters(nodeSettings());
    await Promise.all(['n1', 'n2', 'n3', 'n4'].map((source) => carrier.deliver(deliveryOf(source, 1))));
    expect(seen).toBe(4);
    carrier.close();
    await Promise.all(takers.map((stop) => stop()));
  });
});
