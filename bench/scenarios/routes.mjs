// What the number of routes costs: per request, and at the moment in which a snapshot with many of them is applied.
import { setTimeout as sleep } from 'node:timers/promises';
import { openLoop } from '../open-loop.mjs';
import { until } from '../processes.mjs';
import { summarise, takeTurns } from '../rounds.mjs';
import { restRoutes } from '../snapshots.mjs';
import { median } from '../statistics.mjs';
import { scrape, startGatehouse, startOrigin } from '../targets.mjs';
import { GET_1K } from '../traffic.mjs';
import { cpuFigures } from './cpu-per-request.mjs';

const MANY = 50_000;
const FEW_NAME = '1 route';
const MANY_NAME = `${MANY} routes`;
/** Strides over the routes, so that no neighbours follow one another; prime, so that it meets all of them. */
const STRIDE = 7919;

const uris = (originPort, count) => Array.from({ length: count }, () => `http://127.0.0.1:${originPort}/1k`);
const pathsOf = (count) => Array.from({ length: count }, (_, i) => `/r${(i * STRIDE) % count}`);

export const routes = {
  name: 'routes',
  title: `GET 1 KB through a REST API of ${MANY} routes, each asked in turn, beside one of 1 route`,
  async run(bench) {
    const originPort = await startOrigin(bench);
    const few = await startGatehouse(bench, restRoutes(uris(originPort, 1)), { name: FEW_NAME });
    const many = await startGatehouse(bench, restRoutes(uris(originPort, MANY)), { name: MANY_NAME });
    const traffic = new Map([
      [few, { ...GET_1K, paths: pathsOf(1) }],
      [many, { ...GET_1K, paths: pathsOf(MANY) }],
    ]);
    const rounds = await takeTurns(bench, [few, many], (target) => traffic.get(target));
    const summary = summarise(rounds, FEW_NAME);
    return { summary, rounds, figures: cpuFigures(summary, MANY_NAME, FEW_NAME) };
  },
};

const PROBE = { rate: 500, seconds: 8, connections: 64 };
const DEPLOY_AFTER_MS = 2000;
const TOLD = { maxMs: 'slowest request, ms', loopDelayMaxMs: 'longest delay of the event loop, ms' };

export const deploy = {
  name: 'deploy',
  title: `the longest stall of requests while ${MANY} routes are deployed, and with no deployment`,
  async run(bench) {
    const originPort = await startOrigin(bench);
    const all = uris(originPort, MANY);
    const target = await startGatehouse(bench, restRoutes(all.slice(0, 1)));
    const rounds = [];
    for (let round = 1; round <= bench.rounds; round++) {
      rounds.push({ round, case: 'quiet', ...(await probe(bench, target)) });
      const prepared = target.publisher.prepare(restRoutes(all, `many ${round}`));
      rounds.push({ round, case: 'deployment', ...(await probe(bench, target, prepared)) });
      // To one route again, so that each deployment brings all of them.
      const revision = target.publisher.publish(restRoutes(all.slice(0, 1), `one ${round}`));
      await until(async () => (await scrape(target))('gatehouse_applied_revision') === revision, 'one route');
    }
    return { probe: PROBE, rounds, figures: deployFigures(rounds) };
  },
};

async function probe(bench, target, prepared) {
  // The event loop's longest delay is told since it was last asked for, so nobody may ask in between.
  await scrape(target);
  const result = await openLoop(bench, target, { ...GET_1K, path: '/r0' }, PROBE, async () => {
    if (prepared === undefined) return;
    await sleep(DEPLOY_AFTER_MS);
    target.publisher.announce(prepared);
  });
  const metric = await scrape(target);
  if (prepared !== undefined && metric('gatehouse_applied_revision') !== prepared.revision)
    throw new Error(`revision ${prepared.revision} was not applied while it was watched`);
  return { ...result, loopDelayMaxMs: Math.round(1000 * metric('nodejs_eventloop_lag_max_seconds')) };
}

function deployFigures(rounds) {
  const of = (name, member) => median(rounds.filter((one) => one.case === name).map((one) => one[member]));
  return Object.entries(TOLD).map(([member, what]) => ({
    what,
    gatehouse: of('deployment', member),
    beside: `quiet ${of('quiet', member)}`,
  }));
}
