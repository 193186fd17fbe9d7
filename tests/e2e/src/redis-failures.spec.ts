/**
 * What data planes let pass of a throttled stage while Redis dies, freezes, flaps or loses everything under load. In the long form
 * one, two and four of them, and longer.
 */
import { CreateApiCommand, UpdateStageCommand } from '@aws-sdk/client-apigatewayv2';
import { describeWithRedis, startTestRedis, until, type TestRedis } from '@gatehouse/platform/testing';
import { Redis } from 'ioredis';
import { Cluster, everywhere } from './testing/cluster';
import type { NodeProcess } from './testing/node';
import { startOrigin, type Origin } from './testing/origin';
import { killAll } from './testing/processes';
import { isLong } from './testing/size';
import { SteadyLoad } from './testing/steady-load';

jest.setTimeout(300_000);
const NODES = isLong ? [1, 2, 4] : [2];
const FAULT_MS = isLong ? 20_000 : 3000;
/** A bucket fills up in half a second, so that windows of three show what passes in the long run. */
const LIMIT = { rate: 200, burst: 100 };
const OFFERED = 600;
const WINDOW_MS = 3000;
const [LEAST, MOST] = [0.8, 1.5];

describeWithRedis('a limit while Redis fails', () => {
  describe.each(NODES)('over %i data planes', overNodes);
});

function overNodes(count: number): void {
  let cluster: Cluster;
  let redis: TestRedis;
  let nodes: NodeProcess[];
  let origin: Origin;
  let load: SteadyLoad;
  let urls: string[];
  let path: string;
  const names = Array.from({ length: count }, (_, i) => `node-${i + 1}`);
  beforeAll(async () => {
    origin = await startOrigin('one');
    cluster = await Cluster.start();
    ({ redis } = cluster);
    const control = await cluster.controlPlane();
    nodes = await Promise.all(names.map((name) => cluster.node(name)));
    const { ApiId = '' } = await control.http.send(
      new CreateApiCommand({ Name: 'limited', ProtocolType: 'HTTP', Target: origin.url }),
    );
    const throttle = (rate: number, burst: number): Promise<unknown> =>
      control.http.send(
        new UpdateStageCommand({
          ApiId,
          StageName: '$default',
          DefaultRouteSettings: { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst },
        }),
      );
    path = `/_aws/execute-api/${ApiId}/`;
    await throttle(0, 0);
    await everywhere(nodes, path, ({ status }) => status === 429);
    await throttle(LIMIT.rate, LIMIT.burst);
    await everywhere(nodes, path, ({ status }) => status === 200);
    await until('they know each other', async () =>
      (await metrics('gatehouse_limits_nodes')).every((known) => known === count),
    );
    await begin();
  });
  afterAll(async () => {
    await load.stop();
    await killAll();
    await redis.stop();
    await cluster.stop();
    await origin.stop();
  });

  async function begin(): Promise<void> {
    urls = nodes.map(({ gateway }) => gateway + path);
    load = new SteadyLoad(urls, OFFERED);
    await until('the burst is used up', () => (load.statuses()[429] ?? 0) > 50);
  }

  /** Of each node. */
  function metrics(name: string): Promise<number[]> {
    return Promise.all(
      nodes.map(async ({ management }) => {
        const text = await (await fetch(`${management}/metrics`)).text();
        return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? NaN);
      }),
    );
  }
  /** Lines that tell of a change between shared and local limits, of each node. */
  const changes = (): number[] =>
    nodes.map(({ program }) => program.output().match(/"limits are (local|shared)/g)?.length ?? 0);
  const areLocal = async (): Promise<boolean[]> =>
    (await metrics('gatehouse_limits_local')).map((value) => value === 1);

  async function restart(): Promise<void> {
    redis = await startTestRedis(Number(new URL(redis.url).port));
  }
  /** Fails for `FAULT_MS`, and is well at the end. */
  const faults: Record<string, () => Promise<void>> = {
    'is killed, and started again': async () => {
      await redis.stop();
      await load.window(FAULT_MS);
      await restart();
    },
    'is frozen, and goes on': async () => {
      redis.signal('SIGSTOP');
      await load.window(FAULT_MS);
      redis.signal('SIGCONT');
    },
    'comes and goes': async () => {
      for (const untilMs = load.nowMs + FAULT_MS; load.nowMs < untilMs;) {
        redis.signal('SIGSTOP');
        await load.window(400);
        redis.signal('SIGCONT');
        await load.window(400);
        await redis.stop();
        await load.window(200);
        await restart();
        await load.window(200);
      }
    },
    'loses everything, again and again': async () => {
      const client = new Redis(redis.url);
      for (const untilMs = load.nowMs + FAULT_MS; load.nowMs < untilMs;) {
        await client.flushall();
        await load.window(1000);
      }
      client.disconnect();
    },
  };

  it.each(Object.keys(faults))(
    'lets 0.8 to 1.5 times the limit pass, and nothing fails, when Redis %s',
    async (name) => {
      const isLost = name.includes('loses');
      const before = changes();
      const fromMs = load.nowMs;
      await faults[name]?.();
      const endedMs = load.nowMs;
      await until(
        'limits are shared again',
        async () => (await areLocal()).every((isLocal) => !isLocal),
        20_000,
      );
      const recoveredMs = load.nowMs;
      await load.window(WINDOW_MS);
      const whole = [fromMs, load.nowMs] as const;
      // What one node alone may pass on shows that they share, and do not keep to their shares.
      load.aim(urls.slice(0, 1));
      await load.window(500);
      const alone = load.passedPerSecond(await load.window(1500));
      load.aim(urls);
      const [least, most] = load.extremes(whole, WINDOW_MS);
      const changed = changes().map((now, i) => now - (before[i] ?? 0));
      tell(name, {
        'passed in any 3 s, of the limit': [least, most]
          .map((rate) => (rate / LIMIT.rate).toFixed(2))
          .join(' to '),
        'over all': (load.passedPerSecond(whole) / LIMIT.rate).toFixed(2),
        'shared again after': `${Math.round(recoveredMs - endedMs)} ms`,
        'one node alone': (alone / LIMIT.rate).toFixed(2),
        'changes of each node': changed.join(' '),
        'p50, p99, slowest call': [50, 99, 100]
          .map((p) => `${load.tookMs(p, whole).toFixed(1)} ms`)
          .join(', '),
        statuses: JSON.stringify(load.statuses()),
      });
      expect(Object.keys(load.statuses()).sort()).toEqual(['200', '429']);
      expect(least / LIMIT.rate).toBeGreaterThanOrEqual(LEAST);
      expect(most / LIMIT.rate).toBeLessThanOrEqual(MOST);
      if (count > 1) expect(alone / LIMIT.rate).toBeGreaterThan(0.7);
      // It leaves once and comes back once, however often Redis comes and goes.
      expect(Math.max(...changed)).toBeLessThanOrEqual(isLost ? 0 : 2);
      // Whoever waited for Redis would wait for two seconds.
      expect(load.tookMs(99, whole)).toBeLessThan(1000);
    },
  );

  it('no more passes when all of them start while Redis is away', async () => {
    await load.stop();
    await redis.stop();
    for (const { program } of nodes) program.signal('SIGTERM');
    await Promise.all(nodes.map(({ program }) => program.exited));
    nodes = await Promise.all(names.map((name) => cluster.node(name)));
    await begin();
    const passed = load.passedPerSecond(await load.window(FAULT_MS)) / LIMIT.rate;
    tell('is away while they start', { 'passed, of the limit': passed.toFixed(2) });
    expect(Object.keys(load.statuses()).sort()).toEqual(['200', '429']);
    expect(passed).toBeGreaterThanOrEqual(LEAST);
    expect(passed).toBeLessThanOrEqual(MOST);
  });

  function tell(name: string, figures: Record<string, string>): void {
    const lines = Object.entries(figures).map(([what, figure]) => `  ${what}: ${figure}\n`);
    process.stdout.write(`${count} data planes, Redis ${name}:\n${lines.join('')}`);
  }
}
