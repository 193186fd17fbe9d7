// What a request waits for Redis: an open loop through a stage whose limits are shared over it, while it is well, while it is
// frozen, and while it is gone. Nobody should notice.
import { setTimeout as sleep } from 'node:timers/promises';
import { openLoop } from '../open-loop.mjs';
import { until } from '../processes.mjs';
import { restProxy } from '../snapshots.mjs';
import { median, rounded } from '../statistics.mjs';
import { scrape, startGatehouse, startOrigin, startRedisProcess } from '../targets.mjs';
import { GET_1K } from '../traffic.mjs';

const LOAD = { rate: 2000, seconds: 6, connections: 64 };
/** Of these seconds Redis is well; a frozen one is given up after two. */
const FAILS_AFTER_MS = 500;
const HIGH = 1_000_000;
const WELL = 'well';
const FAULTS = {
  [WELL]: { fail: () => undefined, mend: (redis) => redis },
  frozen: {
    fail: ({ child }) => child.kill('SIGSTOP'),
    mend: (redis) => {
      redis.child.kill('SIGCONT');
      return redis;
    },
  },
  gone: {
    fail: ({ child }) => {
      child.isStopping = true;
      child.kill('SIGKILL');
    },
    mend: ({ port }) => startRedisProcess(port),
  },
};
const TOLD = { p50Ms: 'p50', p99Ms: 'p99', p999Ms: 'p99.9', maxMs: 'slowest' };

export const redisAway = {
  name: 'redis-away',
  title: 'latency through limits over Redis while it is frozen or gone, beside while it is well (open loop)',
  async run(bench) {
    let redis = await startRedisProcess();
    if (redis === undefined) return { notMeasured: 'there is no redis-server' };
    const snapshot = { ...restProxy(await startOrigin(bench)), throttle: { rate: HIGH, burst: HIGH } };
    const target = await startGatehouse(bench, snapshot, {
      settings: {
        REDIS_URL: redis.url,
        GATEHOUSE_ACCOUNT_RATE_LIMIT: String(HIGH),
        GATEHOUSE_ACCOUNT_BURST_LIMIT: String(HIGH),
      },
    });
    const load = bench.isSmoke ? { ...LOAD, seconds: 1 } : LOAD;
    await openLoop(bench, target, GET_1K, load);
    const rounds = [];
    for (let round = 1; round <= bench.rounds; round++)
      for (const [name, { fail, mend }] of Object.entries(FAULTS)) {
        await until(async () => (await scrape(target))('gatehouse_limits_local') === 0, 'limits are shared');
        const result = await openLoop(bench, target, GET_1K, load, async () => {
          await sleep(FAILS_AFTER_MS);
          fail(redis);
        });
        const isLocal = (await scrape(target))('gatehouse_limits_local') === 1;
        redis = await mend(redis);
        // A Redis that nobody missed would make a fine figure. The short form ends before a frozen one is given up.
        if (isLocal !== (name !== WELL) && !bench.isSmoke)
          throw new Error(`limits were ${isLocal ? '' : 'not '}local while Redis was ${name}`);
        rounds.push({ round, case: name, isLocal, ...result });
      }
    return { load, rounds, figures: figures(rounds) };
  },
};

function figures(rounds) {
  const of = (name, member) => median(rounds.filter((one) => one.case === name).map((one) => one[member]));
  return Object.keys(FAULTS)
    .filter((name) => name !== WELL)
    .flatMap((name) =>
      Object.entries(TOLD).map(([member, what]) => ({
        what: `${what} while Redis is ${name}, ms`,
        gatehouse: rounded(of(name, member), 3),
        beside: `${WELL} ${rounded(of(WELL, member), 3)}`,
      })),
    );
}
