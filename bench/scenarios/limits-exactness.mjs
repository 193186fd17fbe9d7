// How exact limits are over several nodes: an uneven load of three times the limit, beginning with a full bucket. What passed is
// compared with `rate` x time + `burst`, over the first ten seconds, over every window, and over ten seconds once it is empty.
import { watchOthers } from '../accounting.mjs';
import { run } from '../processes.mjs';
import { restMock } from '../snapshots.mjs';
import { rounded } from '../statistics.mjs';
import { here, startGatehouse, startRedis } from '../targets.mjs';
import { HOST } from '../traffic.mjs';

const LIMIT = { rate: 500, burst: 500 };
/** Calls a second to each node. */
const LOADS = [[1500], [1100, 400], [900, 400, 150, 50]];
const WINDOW_MS = 10_000;
/** The bucket is empty by then. */
const EMPTY_MS = 2000;

export const limitsExactness = {
  name: 'limits-exactness',
  title: 'calls that pass a limit over 1, 2 and 4 nodes under uneven load, beside rate x t + burst',
  byNameOnly: true,
  async run(bench) {
    const redisUrl = await startRedis();
    if (redisUrl === undefined) return { notMeasured: 'there is no redis-server' };
    const rounds = [];
    for (const loads of LOADS) rounds.push(await measure(bench, loads, redisUrl));
    return { limit: LIMIT, rounds, figures: rounds.flatMap(figures) };
  },
};

async function measure(bench, loads, redisUrl) {
  // A bucket for each number of nodes, since names begin with the API's stage.
  const deployed = { ...restMock(), stage: `n${loads.length}`, throttle: LIMIT };
  const targets = [];
  for (const [i, perSecond] of loads.entries()) {
    const options = { name: `${loads.length} nodes, ${i + 1}`, settings: { REDIS_URL: redisUrl } };
    const { port } = await startGatehouse(bench, deployed, options);
    targets.push({ port, perSecond });
  }
  const seconds = bench.isSmoke ? 13 : 32;
  const path = `/${deployed.stage}/mock`;
  const othersShare = watchOthers();
  const output = await run('load', process.execPath, [
    here('clients/paced.mjs'),
    JSON.stringify({ targets, host: HOST, path, seconds }),
  ]);
  const { sent, passedMs } = JSON.parse(output.trim().split('\n').at(-1));
  return {
    nodes: loads.length,
    loads,
    seconds,
    sent,
    passed: passedMs.length,
    othersShare: rounded(othersShare(), 3),
    ...exactness(passedMs),
  };
}

function exactness(passedMs) {
  const inWindow = (fromMs) => passedMs.filter((at) => at >= fromMs && at < fromMs + WINDOW_MS).length;
  const later = [];
  for (let at = passedMs[0] + EMPTY_MS; at + WINDOW_MS <= passedMs.at(-1); at += 100)
    later.push(inWindow(at));
  const perWindow = (LIMIT.rate * WINDOW_MS) / 1000;
  return {
    first: rounded(inWindow(passedMs[0]) / (perWindow + LIMIT.burst), 4),
    fewestLater: rounded(Math.min(...later) / perWindow, 4),
    mostLater: rounded(Math.max(...later) / perWindow, 4),
    mostBeyondRate: rounded(mostBeyondRate(passedMs) / LIMIT.burst, 4),
  };
}

/** The most calls that any window, of whatever length, has beyond `rate` x its length. */
function mostBeyondRate(passedMs) {
  let lowest = Infinity;
  let most = 0;
  passedMs.forEach((at, i) => {
    const ahead = i - (LIMIT.rate * at) / 1000;
    lowest = Math.min(lowest, ahead);
    most = Math.max(most, ahead - lowest + 1);
  });
  return most;
}

function figures({ nodes, first, fewestLater, mostLater, mostBeyondRate: most }) {
  const who = `${nodes} node${nodes > 1 ? 's' : ''}`;
  return [
    { what: `${who}: first 10 s / (rate x 10 s + burst)`, gatehouse: first },
    { what: `${who}: 10 s later on / (rate x 10 s)`, gatehouse: `${fewestLater} to ${mostLater}` },
    { what: `${who}: most of any window beyond rate x t / burst`, gatehouse: most, goal: 1.01 },
  ];
}
