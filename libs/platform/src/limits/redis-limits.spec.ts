import fc from 'fast-check';
import { Redis } from 'ioredis';
import { createLogger } from '../logging/logger';
import { describeWithRedis, freePort, startTestRedis, until, type TestRedis } from '../testing';
import { limitsContract } from './limits.contract';
import { MemoryLimits } from './memory-limits';
import { RedisLimits } from './redis-limits';

jest.setTimeout(30_000);
const logger = createLogger('error', { write: () => undefined });
const REQUEST = { bucket: 'b', rate: 0.001, burst: 100, spent: 0, charged: 0, isFresh: false, want: 10 };

describeWithRedis('limits in Redis', () => {
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

  limitsContract('redis', {
    open: async () => {
      const [store, other] = [1, 2].map(() => new RedisLimits({ url: server.url, logger })) as [
        RedisLimits,
        RedisLimits,
      ];
      return {
        store,
        other,
        close: async () => {
          store.close();
          other.close();
        },
      };
    },
  });

  it('says of any run of requests what the store of one process says', async () => {
    const request = fc.record({
      node: fc.constantFrom('n1', 'n2', 'n3'),
      spent: fc.integer({ min: 0, max: 300 }),
      charged: fc.integer({ min: 0, max: 300 }),
      isFresh: fc.boolean(),
      burst: fc.constantFrom(100, 100, 100, 30, 0),
      want: fc.integer({ min: -1, max: 120 }),
      level: fc.option(fc.double({ min: -50, max: 150, noNaN: true }), { nil: undefined }),
    });
    const redis = new RedisLimits({ url: server.url, logger });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 12 }), async (requests) => {
        const memory = new MemoryLimits();
        // Nothing comes in while it runs.
        const bucket = { bucket: `run${run++}`, rate: 0 };
        for (const { node, level, ...members } of requests) {
          const asked = [{ ...bucket, ...members, ...(level !== undefined && { level }) }];
          const [theirs, ours] = await Promise.all([redis.lease(node, asked), memory.lease(node, asked)]);
          expect(theirs.answers).toEqual(ours.answers);
        }
      }),
      { numRuns: 200 },
    );
    redis.close();
  });

  it('leaves nothing behind for ever', async () => {
    const store = new RedisLimits({ url: server.url, logger });
    await store.lease('n1', [REQUEST, { ...REQUEST, bucket: 'slow', rate: 0 }]);
    const keys = await admin.keys('*');
    expect(keys.sort()).toEqual(['gatehouse:limit-nodes', 'gatehouse:limit:b', 'gatehouse:limit:slow']);
    for (const key of keys) expect(await admin.pttl(key)).toBeGreaterThan(1000);
    store.close();
  });

  it('goes on with a server that does not know its scripts any more', async () => {
    const store = new RedisLimits({ url: server.url, logger });
    await store.lease('n1', [REQUEST]);
    await admin.script('FLUSH');
    const again = { ...REQUEST, spent: 50, charged: 50 };
    expect((await store.lease('n1', [again])).answers).toMatchObject([{ granted: 25 }]);
    store.close();
  });

  it('refuses at once while an answer is overdue, and answers again when the server does', async () => {
    const store = new RedisLimits({ url: server.url, logger, commandTimeoutMs: 300 });
    await store.lease('n1', []);
    server.signal('SIGSTOP');
    const out = expect(store.lease('n1', [])).rejects.toThrow();
    const refusal = (): Promise<string> =>
      Promise.race([
        store.lease('n2', []).then(
          () => 'answered',
          (error: unknown) => String(error),
        ),
        new Promise<string>((resolve) => setImmediate(() => resolve('waits'))),
      ]);
    await until('an answer is overdue', async () => (await refusal()).includes('overdue'));
    await out;
    server.signal('SIGCONT');
    await until('it answers again', () =>
      store.lease('n1', []).then(
        () => true,
        () => false,
      ),
    );
    store.close();
  });
});

it('refuses where there is no Redis', async () => {
  const store = new RedisLimits({ url: `redis://127.0.0.1:${await freePort()}`, logger });
  await expect(store.lease('n1', [])).rejects.toThrow();
  store.close();
});
