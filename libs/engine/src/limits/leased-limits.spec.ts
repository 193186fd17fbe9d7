/**
 * Nodes with a store between them, in simulated time. What is said of windows holds for all of them, of whatever length; a node
 * may let one call pass that it has no token for, where its share is less than one.
 */
import fc from 'fast-check';
import { countIn, fewestIn, mostBeyondRate, SimulatedCluster, type Load } from '../testing/simulated-cluster';
import type { Limit } from './bucket';

jest.setTimeout(60_000);
const LIMIT: Limit = { rate: 1000, burst: 1000 };
const from = (ms: number, perSecond: number): Load => {
  return (nowMs) => (nowMs >= ms ? perSecond : 0);
};
/** In turns of so many milliseconds. */
const inTurn = (ms: number, place: number, of: number, perSecond: number, else_ = 0): Load => {
  return (nowMs) => (Math.floor(nowMs / ms) % of === place ? perSecond : else_);
};

async function ran(loads: readonly Load[], limit = LIMIT, untilMs = 24_000): Promise<SimulatedCluster> {
  const cluster = new SimulatedCluster(limit, loads);
  await cluster.time.runUntil(untilMs);
  return cluster;
}

function expectNeverMore({ passed }: SimulatedCluster, { rate, burst }: Limit, nodes: number): void {
  expect(mostBeyondRate(passed, { rate, burst })).toBeLessThanOrEqual(Math.max(burst * 1.01, burst + nodes));
}

describe('with more calls than may pass', () => {
  it.each<[string, Limit, Load[]]>([
    ['one node', LIMIT, [from(3000, 3000)]],
    ['two nodes', LIMIT, [from(3000, 1500), from(3000, 1500)]],
    ['four nodes', LIMIT, [1, 2, 3, 4].map(() => from(3000, 900))],
    ['four nodes, uneven', LIMIT, [2800, 400, 400, 400].map((n) => from(3000, n))],
    ['four nodes, one of which has nearly all', LIMIT, [4000, 50, 20, 5].map((n) => from(3000, n))],
    ['one of four nodes alone', LIMIT, [from(3000, 4000), from(1e9, 1), from(1e9, 1), from(1e9, 1)]],
    ['nodes that never had a call before', LIMIT, [2800, 400, 400, 400].map((n) => from(0, n))],
    ['a bucket of a twentieth of a second', { rate: 1000, burst: 50 }, [from(3000, 1500), from(3000, 1500)]],
    ['a small limit', { rate: 20, burst: 100 }, [from(3000, 30), from(3000, 10)]],
  ])('just as many pass as the limit says: %s', async (_name, limit, loads) => {
    const cluster = await ran(loads, limit);
    const { passed } = cluster;
    expectNeverMore(cluster, limit, loads.length);
    const startMs = passed[0] ?? 0;
    const inTenSeconds = limit.rate * 10;
    const whole = countIn(passed, startMs, startMs + 10_000);
    expect(whole).toBeGreaterThanOrEqual(0.99 * (inTenSeconds + limit.burst));
    const drainedMs = startMs + (1000 * limit.burst) / limit.rate + 1000;
    expect(fewestIn(passed, 10_000, drainedMs, 24_000)).toBeGreaterThanOrEqual(0.99 * inTenSeconds);
  });

  it.each<[string, Load[]]>([
    ['between two nodes', [0, 1].map((place) => inTurn(3000, place, 2, 3000))],
    ['around four nodes', [0, 1, 2, 3].map((place) => inTurn(1000, place, 4, 3000, 100))],
    ['from below the limit', [(nowMs) => (nowMs < 5000 ? 400 : 4000), from(0, 100)]],
  ])('also while the load moves: %s', async (_name, loads) => {
    const cluster = await ran(loads);
    expectNeverMore(cluster, LIMIT, loads.length);
    expect(fewestIn(cluster.passed, 10_000, 7000, 24_000)).toBeGreaterThanOrEqual(0.99 * 10_000);
  });

  it('whatever the limit, the nodes and their loads', async () => {
    const loads = fc.array(fc.integer({ min: 0, max: 1500 }), { minLength: 1, maxLength: 4 });
    const scenario = fc.record({
      rate: fc.integer({ min: 20, max: 1000 }),
      seconds: fc.integer({ min: 1, max: 5 }),
      loads,
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ rate, seconds, loads, seed }) => {
        const limit = { rate, burst: rate * seconds };
        const cluster = new SimulatedCluster(
          limit,
          loads.map((n) => from(0, n)),
          seed,
        );
        await cluster.time.runUntil(14_000);
        const offered = loads.reduce((sum, n) => sum + n, 0);
        expectNeverMore(cluster, limit, loads.length);
        const hoped = Math.min(offered * 0.97 * 12, rate * 12 + limit.burst);
        // A call that is on its way, for each node.
        expect(countIn(cluster.passed, 0, 12_000)).toBeGreaterThanOrEqual(0.985 * hoped - 1 - loads.length);
      }),
      { numRuns: 40, seed: 7 },
    );
  });
});

describe('with fewer calls than may pass', () => {
  it.each<[string, Limit, Load[]]>([
    ['nodes that never had a call before', LIMIT, [400, 200, 200, 100].map((n) => from(0, n))],
    ['nodes with a pause', LIMIT, [0, 1].map((place) => inTurn(2000, place, 2, 800))],
    ['rare calls', { rate: 5, burst: 10 }, [from(0, 2), from(0, 1), from(0, 0.5)]],
  ])('none is refused: %s', async (_name, limit, loads) => {
    expect((await ran(loads, limit)).refused).toEqual([]);
  });

  it('none is refused for coming just when a node gives back what it held', async () => {
    for (let pauseMs = 100; pauseMs < 600; pauseMs += 20) {
      const bursts: Load = (nowMs) => (nowMs % (pauseMs + 50) < 50 ? 1000 : 0);
      const cluster = new SimulatedCluster(LIMIT, [bursts, from(1e9, 1)]);
      cluster.store.state = 60;
      await cluster.time.runUntil(5000);
      expect([pauseMs, cluster.refused]).toEqual([pauseMs, []]);
    }
  });

  it('the store is asked no more often for more calls, and rarely where there are none', async () => {
    const perSecond = async (load: Load): Promise<number> => (await ran([load])).store.calls / 24;
    expect(await perSecond(from(0, 50))).toBeLessThan(5);
    expect(await perSecond(from(0, 2000))).toBeLessThan(45);
    expect(await perSecond(from(0, 5000))).toBeLessThan(45);
    expect(await perSecond(from(1e9, 1))).toBeLessThan(2);
  });
});

describe('while the store is away', () => {
  type Arrange = (cluster: SimulatedCluster, atMs: number) => void;
  const OUT_MS = 10_000;
  const BACK_MS = 22_000;
  const states: [string, Arrange][] = [
    ['down', ({ store }) => (store.state = 'down')],
    ['frozen', ({ store }) => (store.state = 'frozen')],
    ['slow', ({ store }) => (store.state = 200)],
    ['slower than usual', ({ store }) => (store.state = 80)],
    ['flapping', ({ store }, atMs) => (store.state = atMs % 1000 < 500 ? 'down' : 2)],
    ['freezing again and again', ({ store }, atMs) => (store.state = atMs % 3000 < 1500 ? 'frozen' : 2)],
    ['emptied again and again', ({ store }, atMs) => atMs % 1000 === 0 && store.empty()],
  ];
  const loads: [string, number[]][] = [
    ['two full nodes', [1000, 1000]],
    ['two nodes a little above', [600, 600]],
    ['four nodes', [700, 700, 700, 700]],
  ];
  const cases = states.flatMap(([name, arrange]) =>
    loads.map(([load, each]): [string, string, Arrange, number[]] => [name, load, arrange, each]),
  );

  it.each(cases)(
    'about as many pass, and as many as ever afterwards: %s, %s',
    async (_n, _l, arrange, each) => {
      const cluster = new SimulatedCluster(
        LIMIT,
        each.map((n) => from(0, n)),
      );
      for (let atMs = OUT_MS; atMs < BACK_MS; atMs += 500)
        cluster.time.after(atMs, () => arrange(cluster, atMs));
      cluster.time.after(BACK_MS, () => (cluster.store.state = 2));
      await cluster.time.runUntil(40_000);
      const { passed } = cluster;
      for (let atMs = OUT_MS; atMs < BACK_MS + 3000; atMs += 1000) {
        const inOneSecond = countIn(passed, atMs, atMs + 1000);
        expect(inOneSecond).toBeGreaterThanOrEqual(0.8 * LIMIT.rate);
        expect(inOneSecond).toBeLessThanOrEqual(1.5 * LIMIT.rate);
      }
      expect(mostBeyondRate(passed, LIMIT)).toBeLessThanOrEqual(1.05 * LIMIT.burst);
      expect(fewestIn(passed, 10_000, BACK_MS + 3000, 40_000)).toBeGreaterThanOrEqual(0.99 * 10_000);
      expect(cluster.isAlone).not.toContain(true);
    },
  );

  it('a store that flaps is left alone, not followed', async () => {
    const cluster = new SimulatedCluster(LIMIT, [from(0, 600), from(0, 600)]);
    await cluster.time.runUntil(5000);
    let changes = 0;
    let before = false;
    for (let atMs = 5000; atMs < 35_000; atMs += 100) {
      if (atMs % 500 === 0) cluster.store.state = atMs % 1000 < 500 ? 'down' : 2;
      await cluster.time.runUntil(atMs);
      const [isAlone = false] = cluster.isAlone;
      changes += Number(isAlone !== before);
      before = isAlone;
    }
    expect(changes).toBe(1);
  });

  it('a bucket that was not used when the store came back is shared again when it is', async () => {
    const cluster = new SimulatedCluster(LIMIT, [
      (nowMs) => (nowMs < 6000 || nowMs > 12_000 ? 900 : 0),
      (nowMs) => (nowMs < 6000 ? 100 : 0),
    ]);
    cluster.time.after(5000, () => (cluster.store.state = 'down'));
    cluster.time.after(8000, () => (cluster.store.state = 2));
    // It is away again just when the nodes have come back to it.
    cluster.store.awayOnce = ({ length }) => length > 0 && cluster.time.monotonicMs() > 8000;
    await cluster.time.runUntil(24_000);
    expect(cluster.refused.filter((atMs) => atMs > 14_000)).toEqual([]);
  });

  it('calls below a node’s share are never refused', async () => {
    const cluster = new SimulatedCluster(LIMIT, [from(0, 400), from(0, 400)]);
    for (const [i, state] of (['down', 2, 'frozen', 2, 200, 2] as const).entries())
      cluster.time.after(4000 * (i + 1), () => (cluster.store.state = state));
    await cluster.time.runUntil(30_000);
    expect(cluster.refused).toEqual([]);
  });

  it('a bucket that is smaller than the cluster lets single calls pass', async () => {
    const cluster = new SimulatedCluster({ rate: 1, burst: 1 }, [from(9000, 3), from(9000, 3)]);
    cluster.time.after(5000, () => (cluster.store.state = 'down'));
    await cluster.time.runUntil(29_000);
    expect(cluster.passed.length).toBeGreaterThanOrEqual(16);
    expect(cluster.passed.length).toBeLessThanOrEqual(24);
  });
});
