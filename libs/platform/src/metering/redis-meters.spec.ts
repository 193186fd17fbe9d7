import { Redis } from 'ioredis';
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

  metersContract('redis', {
    open: async (store) => {
      const stop = takeMeters(store, { url: server.url, logger });
      const carrier = new RedisMeters({ url: server.url, logger });
      return {
        carrier,
        close: async () => {
          carrier.close();
          await stop();
        },
      };
    },
  });

  it('takes what is no delivery for nothing', async () => {
    const seen: unknown[] = [];
    const texts = ['{', '{"source":1}', '{"source":"n","batches":[{"sequence":1,"rows":[{}]}]}'];
    for (const [i, text] of texts.entries()) await admin.set(`gatehouse:usage-of:x${i}`, text);
    await admin.lpush('gatehouse:usage', 'x0', 'x1', 'x2', 'x3');
    const stop = takeMeters({ deliver: async (one) => void seen.push(one) }, { url: server.url, logger });
    const carrier = new RedisMeters({ url: server.url, logger });
    await carrier.deliver(deliveryOf('n1', 1));
    expect(seen).toEqual([deliveryOf('n1', 1)]);
    carrier.close();
    await stop();
  });

  it('takes no more room the longer nobody takes any', async () => {
    const carriers = ['n1', 'n2'].map(() => new RedisMeters({ url: server.url, logger, patienceMs: 20 }));
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
    const stop = takeMeters(
      { deliver: async ({ source }) => void seen.push(source) },
      { url: server.url, logger },
    );
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
      { url: server.url, logger },
    );
    // Longer than whoever takes rests after a failure, so that the second delivery does not depend on what is left of that rest.
    const carrier = new RedisMeters({ url: server.url, logger, patienceMs: 1000 });
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
    const takers = [1, 2].map(() =>
      takeMeters({ deliver: async () => void seen++ }, { url: server.url, logger }),
    );
    const carrier = new RedisMeters({ url: server.url, logger });
    await Promise.all(['n1', 'n2', 'n3', 'n4'].map((source) => carrier.deliver(deliveryOf(source, 1))));
    expect(seen).toBe(4);
    carrier.close();
    await Promise.all(takers.map((stop) => stop()));
  });
});
