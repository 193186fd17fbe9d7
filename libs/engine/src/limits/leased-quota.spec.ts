/** Nodes with a store between them, in simulated time. */
import fc from 'fast-check';
import { collected } from '../testing/collected';
import { drawn, SimulatedStore, SimulatedTime } from '../testing/simulated-cluster';
import { LeasedLimits } from './leased-limits';
import type { Quota, QuotaTerms } from './quota';
import { QuotaAccount } from './quota-account';

jest.setTimeout(60_000);
const terms = (limit: number): QuotaTerms => ({ limit, period: 'DAY', offset: 0 });
const MIDNIGHT_MS = 10_000;
const DAY_MS = 86_400_000;

class Cluster {
  readonly time: SimulatedTime;
  readonly random: () => number;
  readonly store: SimulatedStore;
  readonly limits: LeasedLimits[] = [];
  readonly quotas: Quota[] = [];
  readonly passed: { readonly atMs: number; readonly node: number }[] = [];
  readonly refused: number[] = [];

  constructor(nodes: number, limit: number, seed = 1, startMs?: number) {
    this.time = new SimulatedTime(startMs);
    this.random = drawn(seed);
    this.store = new SimulatedStore(this.time, this.random);
    for (let i = 0; i < nodes; i++) this.join(limit);
  }

  join(limit: number): number {
    const place = this.limits.length;
    const { store, time } = this;
    const node = new LeasedLimits({ node: `n${place}`, store, clock: time, timers: time });
    this.limits.push(node);
    this.quotas.push(node.quota('p1:k1', terms(limit)));
    return place;
  }

  /** On every node. */
  change(terms: QuotaTerms): void {
    for (const limits of this.limits) limits.quota('p1:k1', terms);
  }

  /** As many calls at once, by turns to each node. */
  burst(calls: number): number {
    const before = this.passed.length;
    for (let i = 0; i < calls; i++) this.call(i % this.limits.length);
    return this.passed.length - before;
  }

  async pass(ms: number): Promise<void> {
    await this.time.runUntil(this.time.monotonicMs() + ms);
  }

  call(node: number): boolean {
    const isFine = this.quotas[node]?.hasCall(this.time.now()) ?? false;
    if (isFine) this.quotas[node]?.take();
    if (isFine) this.passed.push({ atMs: this.time.monotonicMs(), node });
    else this.refused.push(this.time.monotonicMs());
    return isFine;
  }

  /** So many calls a second to a node, from now on for so long. */
  async load(perSecond: readonly number[], forMs: number): Promise<void> {
    const endMs = this.time.monotonicMs() + forMs;
    perSecond.forEach((rate, node) => {
      const next = (): void => {
        if (rate <= 0 || this.time.monotonicMs() >= endMs) return;
        this.time.afterPlainly((1000 / rate) * (0.5 + this.random()), () => {
          this.call(node);
          next();
        });
      };
      next();
    });
    await this.time.runUntil(endMs);
  }
}

it.each<[string, number, number[]]>([
  ['one node', 500, [100]],
  ['two nodes', 1000, [300, 100]],
  ['two nodes, one of which has nearly all', 1000, [300, 1]],
  ['four nodes, three of which have none', 400, [300, 0, 0, 0]],
  ['a limit below the number of nodes', 3, [5, 5, 5, 5, 5]],
  ['one call', 1, [10, 10]],
  ['many calls a second', 20_000, [4000, 3000]],
])('just as many calls pass as the quota says: %s', async (_name, limit, rates) => {
  const cluster = new Cluster(rates.length, limit);
  await cluster.time.runUntil(2000);
  await cluster.load(rates, 12_000);
  expect(cluster.passed).toHaveLength(limit);
});

it('refuses calls for no longer than 150 ms while another node holds what it does not use', async () => {
  const cluster = new Cluster(4, 400);
  await cluster.time.runUntil(2000);
  await cluster.load([300, 0, 0, 0], 8000);
  const { passed } = cluster;
  expect(passed).toHaveLength(400);
  const gaps = passed.map(({ atMs }, i) => atMs - (passed[i - 1]?.atMs ?? atMs));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(150);
});

it('never lets more pass than the quota says, with calls and pauses as they come and nodes that join late', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.record({ node: fc.integer({ min: 0, max: 3 }), gapMs: fc.integer({ min: 0, max: 400 }) }), {
        minLength: 80,
        maxLength: 160,
      }),
      fc.integer({ min: 1, max: 1e6 }),
      async (limit, calls, seed) => {
        const cluster = new Cluster(3, limit, seed);
        // What a new node is told comes before its first call.
        await cluster.time.runUntil(100);
        let nowMs = 100;
        for (const [i, { node, gapMs }] of calls.entries()) {
          if (i === 40) cluster.join(limit);
          await cluster.time.runUntil((nowMs += i === 40 ? gapMs + 50 : gapMs));
          if (node < cluster.limits.length) cluster.call(node);
        }
        expect(cluster.passed.length).toBeLessThanOrEqual(limit);
        for (let i = 0; i < limit && cluster.passed.length < limit; i++) {
          await cluster.time.runUntil((nowMs += 200));
          cluster.call(0);
          await cluster.time.runUntil((nowMs += 200));
          cluster.call(0);
        }
        expect(cluster.passed).toHaveLength(limit);
      },
    ),
    { numRuns: 60 },
  );
});

it('begins anew at midnight, on every node, with none of yesterday’s calls', async () => {
  const cluster = new Cluster(2, 100, 1, Date.UTC(2026, 0, 2) - MIDNIGHT_MS);
  await cluster.time.runUntil(MIDNIGHT_MS - 3000);
  await cluster.load([100, 100], 2500);
  expect(cluster.passed).toHaveLength(100);
  await cluster.time.runUntil(MIDNIGHT_MS);
  await cluster.load([100, 100], 5000);
  expect(cluster.passed).toHaveLength(200);
  expect(cluster.passed.filter(({ atMs }) => atMs >= MIDNIGHT_MS)).toHaveLength(100);
});

it.each<[string, number, number]>([
  ['a limit below the number of nodes', 3, 5],
  ['ten for four', 10, 4],
])('lets no more pass in the very moment of midnight: %s', async (_name, limit, nodes) => {
  const cluster = new Cluster(nodes, limit, 1, Date.UTC(2026, 0, 2) - MIDNIGHT_MS);
  await cluster.time.runUntil(MIDNIGHT_MS);
  cluster.burst(20 * nodes);
  await cluster.load(Array<number>(nodes).fill(50), 3000);
  expect(cluster.passed).toHaveLength(limit);
});

it('lets calls pass in the very moment of midnight, and hours later a first one, without a wait', async () => {
  const cluster = new Cluster(2, 100, 1, Date.UTC(2026, 0, 2) - MIDNIGHT_MS);
  await cluster.time.runUntil(MIDNIGHT_MS);
  expect(cluster.burst(2)).toBe(2);
  await cluster.time.runUntil(MIDNIGHT_MS + DAY_MS + 8000);
  expect(cluster.burst(2)).toBe(2);
});

it('lets nothing pass before its first answer, where a node has just heard of the key', async () => {
  const cluster = new Cluster(1, 100);
  await cluster.time.runUntil(1000);
  await cluster.load([100], 3000);
  cluster.join(100);
  expect(cluster.burst(20)).toBe(0);
});

it('takes an answer that comes after midnight for no call of the new day', async () => {
  const cluster = new Cluster(2, 10, 1, Date.UTC(2026, 0, 2) - MIDNIGHT_MS);
  await cluster.time.runUntil(MIDNIGHT_MS - 300);
  cluster.store.state = 80;
  await cluster.time.runUntil(MIDNIGHT_MS - 30);
  cluster.burst(2);
  await cluster.load([100, 100], 200);
  cluster.store.state = 2;
  await cluster.load([50, 50], 3000);
  expect(cluster.passed.filter(({ atMs }) => atMs >= MIDNIGHT_MS)).toHaveLength(10);
});

it('counts in the day that it is, when a clock that was wrong by days is set right', async () => {
  const cluster = new Cluster(2, 100, 1, Date.UTC(2026, 0, 2) - MIDNIGHT_MS);
  await cluster.time.runUntil(1000);
  await cluster.load([100, 100], 300);
  const today = cluster.passed.length;
  cluster.time.wrongByMs = 400 * DAY_MS;
  await cluster.load([10, 10], 1000);
  const wrong = cluster.passed.length - today;
  cluster.time.wrongByMs = 0;
  await cluster.load([100, 100], 4000);
  expect(cluster.passed).toHaveLength(100 + wrong);
  await cluster.time.runUntil(MIDNIGHT_MS);
  await cluster.load([100, 100], 3000);
  expect(cluster.passed).toHaveLength(200 + wrong);
});

it('begins nothing anew when a clock goes back over midnight by less than an hour', async () => {
  const cluster = new Cluster(2, 100, 1, Date.UTC(2026, 0, 2) - MIDNIGHT_MS);
  await cluster.time.runUntil(MIDNIGHT_MS + 1000);
  await cluster.load([100, 100], 2000);
  cluster.time.wrongByMs = -60_000;
  await cluster.load([100, 100], 2000);
  expect(cluster.passed).toHaveLength(100);
});

describe('what a node holds is not lost', () => {
  /** Everybody holds some and has told of all calls. */
  async function settled(limit: number): Promise<Cluster> {
    const cluster = new Cluster(2, limit);
    await cluster.time.runUntil(2000);
    await cluster.load([20, 20], 1000);
    await cluster.pass(500);
    return cluster;
  }

  it('when its key leaves the plan', async () => {
    const cluster = await settled(1000);
    await collected(new WeakRef(cluster.quotas.pop() as Quota));
    await cluster.load([400, 0], 5000);
    expect(cluster.passed).toHaveLength(1000);
  });

  it('when its plan counts by months for a while, nor does it let more pass', async () => {
    const cluster = await settled(1000);
    const before = cluster.passed.length;
    cluster.change({ ...terms(1000), period: 'MONTH' });
    await cluster.load([20, 20], 500);
    const byMonth = cluster.passed.length - before;
    expect(byMonth).toBeGreaterThan(0);
    cluster.change(terms(1000));
    await cluster.load([200, 200], 5000);
    expect(cluster.passed).toHaveLength(1000 + byMonth);
    cluster.change({ ...terms(1000), period: 'MONTH' });
    cluster.change(terms(1000));
    expect(cluster.burst(200)).toBe(0);
    await cluster.pass(1000);
    const { quotaCalls } = cluster.store;
    await cluster.pass(5000);
    expect(cluster.store.quotaCalls - quotaCalls).toBeLessThan(10);
  });

  it('when it stops while it does not trust its store again yet', async () => {
    const cluster = await settled(1000);
    const before = cluster.passed.length;
    cluster.store.state = 'down';
    await cluster.load([0, 500], 1000);
    const alone = cluster.passed.length - before;
    expect(alone).toBeGreaterThan(100);
    cluster.store.state = 2;
    await cluster.pass(400);
    expect(cluster.limits[1]?.isAlone).toBe(true);
    const stopped = cluster.limits[1]?.stop();
    await cluster.pass(100);
    await stopped;
    await cluster.pass(3000);
    await cluster.load([400, 0], 5000);
    expect(cluster.passed).toHaveLength(1000);
  });

  it('but when it dies: then what it held counts as used, and no more than that', async () => {
    const cluster = await settled(1000);
    cluster.quotas.pop();
    const dead = cluster.limits.pop();
    cluster.store.forsake('n1');
    await cluster.load([400], 6000);
    expect(cluster.passed.length).toBeLessThanOrEqual(1000);
    expect(cluster.passed.length).toBeGreaterThanOrEqual(900);
    expect(dead?.isAlone).toBe(true);
  });
});

it('keeps an account for an hour longer than its period lasts', () => {
  const account = new QuotaAccount('q', 1, 10, { startMs: 0, endMs: DAY_MS });
  expect(account.request(0, DAY_MS / 2).keepMs).toBe(DAY_MS / 2 + 3_600_000);
  expect(account.request(0, 2 * DAY_MS).keepMs).toBe(3_600_000);
});

describe('without its store', () => {
  it.each(['down', 'frozen'] as const)(
    'a node goes on with its share of what was left: %s',
    async (state) => {
      const cluster = new Cluster(2, 1000);
      await cluster.time.runUntil(2000);
      await cluster.load([100, 100], 1000);
      const before = cluster.passed.length;
      cluster.store.state = state;
      await cluster.load([1000, 0], 5000);
      const alone = cluster.passed.length - before;
      expect(alone).toBeGreaterThan(0.4 * (1000 - before));
      expect(alone).toBeLessThan(0.7 * (1000 - before));
      cluster.store.state = 2;
      await cluster.time.runUntil(cluster.time.monotonicMs() + 3000);
      await cluster.load([100, 100], 8000);
      expect(cluster.passed).toHaveLength(1000);
    },
  );

  it('a node takes its share of what is granted meanwhile, and lets less pass where less is', async () => {
    const cluster = new Cluster(2, 100);
    await cluster.time.runUntil(2000);
    cluster.store.state = 'down';
    await cluster.load([500, 500], 2000);
    expect(cluster.burst(10)).toBe(0);
    const before = cluster.passed.length;
    cluster.change(terms(300));
    await cluster.load([200, 200], 100);
    cluster.change(terms(200));
    await cluster.load([500, 500], 2000);
    expect(cluster.passed.length - before).toBe(100);
  });

  it('nodes tell one that was emptied what they know, and the quota stays what it was', async () => {
    const cluster = new Cluster(2, 1000);
    await cluster.time.runUntil(2000);
    await cluster.load([200, 200], 1000);
    cluster.store.empty();
    await cluster.load([200, 200], 8000);
    // What was handed out since a node was last told may be handed out again.
    expect(cluster.passed.length).toBeGreaterThanOrEqual(950);
    expect(cluster.passed.length).toBeLessThanOrEqual(1050);
  });
});

it('more that is granted can be used at once, less is enforced at once', async () => {
  const cluster = new Cluster(2, 50);
  await cluster.time.runUntil(1000);
  await cluster.load([100, 100], 2000);
  expect(cluster.passed).toHaveLength(50);
  const change = (limit: number): void => {
    for (const limits of cluster.limits)
      limits.quota('p1:k1', { ...terms(50), extra: { from: '2026-01-01', calls: limit - 50 } });
  };
  change(90);
  await cluster.load([100, 100], 3000);
  expect(cluster.passed).toHaveLength(90);
  change(60);
  await cluster.load([100, 100], 1000);
  change(100);
  await cluster.load([100, 100], 3000);
  expect(cluster.passed).toHaveLength(100);
});

it('not a call passes once a limit is known that is lower than what was handed out', async () => {
  const cluster = new Cluster(2, 1000);
  await cluster.time.runUntil(2000);
  await cluster.load([100, 100], 1000);
  cluster.change(terms(10));
  expect(cluster.burst(200)).toBe(0);
  await cluster.load([100, 100], 1000);
  cluster.change(terms(1000));
  await cluster.load([200, 200], 5000);
  expect(cluster.passed).toHaveLength(1000);
});

it('what a node that stops holds can be used by others', async () => {
  const cluster = new Cluster(2, 1000);
  await cluster.time.runUntil(2000);
  await cluster.load([100, 100], 1000);
  const stopped = cluster.limits[1]?.stop();
  await cluster.time.runUntil(cluster.time.monotonicMs() + 100);
  await stopped;
  await cluster.load([400, 0], 5000);
  expect(cluster.passed).toHaveLength(1000);
});
