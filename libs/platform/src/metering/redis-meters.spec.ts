import { Redis } from 'ioredis';
import { createLogger } from '../logging/logger';
import { describeWithRedis, startTestRedis, type TestRedis } from '../testing';
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
    await admin.lpush(
      'gatehouse:usage',
      '{',
      '{"source":1}',
      '{"source":"n","batches":[{"sequence":1,"rows":[{}]}]}',
    );
    const stop = takeMeters({ deliver: async (one) => void seen.push(one) }, { url: server.url, logger });
    const carrier = new RedisMeters({ url: server.url, logger });
    await carrier.deliver(deliveryOf('n1', 1));
    expect(seen).toEqual([deliveryOf('n1', 1)]);
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
