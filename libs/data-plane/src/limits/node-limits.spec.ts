/** What a node takes for its share of a limit while it cannot ask anybody, and what it tells of it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LeasedLimits } from '@gatehouse/engine';
import { createLogger } from '@gatehouse/platform';
import { RedisLimits } from '@gatehouse/platform/redis-limits';
import { describeWithRedis, freePort, startTestRedis, type TestRedis } from '@gatehouse/platform/testing';
import { mergeMetrics } from '../supervisor/merge-metrics';
import { workerEnvironment } from '../supervisor/worker-environment';
import { temporaryFolder, until } from '../testing/node-under-test';
import { KnownNodes } from './known-nodes';
import { limitMetrics, nodeLimits } from './node-limits';

jest.setTimeout(60_000);

describeWithRedis('limits of a node', () => {
  const folders = [1, 2, 3, 4].map(() => temporaryFolder());
  let port: number;
  let redis: TestRedis | undefined;
  const running: { readonly limits: LeasedLimits; readonly store: RedisLimits }[] = [];
  beforeAll(async () => (port = await freePort()));
  afterEach(() => stopAll());
  afterAll(async () => {
    await redis?.stop();
    for (const folder of folders) folder.remove();
  });

  async function stopAll(): Promise<void> {
    for (const { limits, store } of running.splice(0)) {
      await limits.stop();
      store.close();
    }
  }

  const told: string[] = [];
  function start(place: number, expectedNodes = 1): LeasedLimits {
    const logger = createLogger('info', { write: (line: string) => void told.push(line) });
    const quiet = createLogger('error', { write: () => undefined });
    const store = new RedisLimits({ url: `redis://127.0.0.1:${port}`, logger: quiet });
    const dataDir = folders[place]?.path ?? '';
    const limits = nodeLimits({ config: { nodeId: `n${place}`, dataDir, expectedNodes }, store, logger });
    running.push({ limits, store });
    return limits;
  }
  const sharesOf40 = async (limits: LeasedLimits): Promise<number> => {
    await limits.started;
    const bucket = limits.bucket('b', { rate: 0.001, burst: 40 });
    let passed = 0;
    for (; bucket.hasToken(performance.now()) && passed < 100; passed++) bucket.take(performance.now());
    return passed;
  };

  it('are its share of the nodes that it knew before its restart, or that its setting expects, while Redis is away', async () => {
    redis = await startTestRedis(port);
    const four = [0, 1, 2, 3].map((place) => start(place));
    await until(() => four.every(({ nodes }) => nodes === 4), 'they know each other');
    await redis.stop();
    await stopAll();
    expect(await sharesOf40(start(0))).toBe(10);
    // Whoever never knew any.
    writeFileSync(join(folders[1]?.path ?? '', 'snapshots', 'known-nodes'), 'damaged');
    expect(await sharesOf40(start(1, 5))).toBe(8);
    expect(await sharesOf40(start(1))).toBe(40);
    // What it knows counts more than what was expected.
    expect(await sharesOf40(start(2, 20))).toBe(10);
  });

  it('follow the number of nodes when some are gone for good, and remember it', async () => {
    redis = await startTestRedis(port);
    const limits = start(0);
    await until(() => limits.nodes === 1, 'it knows that it is alone');
    await until(() => new KnownNodes(folders[0]?.path ?? '').read() === 1, 'it is written down');
    await redis.stop();
  });

  it('tell once that they are local, and once that they are shared again, by a line and a metric', async () => {
    redis = await startTestRedis(port);
    const limits = start(0);
    await limits.started;
    told.length = 0;
    expect(limitMetrics(limits)).toContain('\ngatehouse_limits_local 0\n');
    await redis.stop();
    await until(() => limits.isAlone, 'it keeps to its share');
    expect(limitMetrics(limits)).toContain('\ngatehouse_limits_local 1\n');
    for (let i = 0; i < 50; i++) await sharesOf40(limits);
    redis = await startTestRedis(port);
    await until(() => !limits.isAlone, 'it shares again');
    const lines = told.map((line) => JSON.parse(line) as { level: string; message?: string; msg?: string });
    expect(lines.map(({ message, msg }) => message ?? msg)).toEqual([
      'limits are local: what nodes share is out of reach',
      'limits are shared again',
    ]);
    await redis.stop();
  });
});

it('a folder that cannot be written to costs nothing else', () => {
  const known = new KnownNodes('/dev/null');
  known.write(3);
  expect(known.read()).toBeUndefined();
});

it('workers expect each other beside the other machines', () => {
  const config = { nodeId: 'n', dataDir: '/d', expectedNodes: 3 } as Parameters<typeof workerEnvironment>[0];
  expect(workerEnvironment(config, 1, 4).GATEHOUSE_EXPECTED_NODES).toBe('12');
});

it('of several workers the one that keeps to its share is told', () => {
  const texts = [
    limitMetrics({ isAlone: false, nodes: 4 }),
    limitMetrics({ isAlone: true, nodes: 3 }),
    limitMetrics({ isAlone: true, nodes: 4 }),
    limitMetrics(undefined),
  ];
  const merged = mergeMetrics(texts);
  expect(merged).toContain('\ngatehouse_limits_local 1\n');
  expect(merged).toContain('\ngatehouse_limits_nodes 4\n');
});
