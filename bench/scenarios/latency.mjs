// What a gateway adds to the 99th percentile at half of our load: an open loop at half the rate that saturates us, through
// us, through nginx, and straight to the origin, in turns. What the origin itself takes is subtracted within the round.
import { openLoop } from '../open-loop.mjs';
import { load } from '../rounds.mjs';
import { restProxy } from '../snapshots.mjs';
import { median, rounded } from '../statistics.mjs';
import { startGatehouse, startNginxProxy, startOrigin } from '../targets.mjs';
import { GET_1K } from '../traffic.mjs';

const CONNECTIONS = 64;

export const latency = {
  name: 'latency',
  title: 'latency that is added at half load (open loop), GET 1 KB through a REST API',
  async run(bench) {
    const originPort = await startOrigin(bench);
    const direct = { name: 'direct', port: originPort, prefix: '' };
    const ours = await startGatehouse(bench, restProxy(originPort));
    const nginx = await startNginxProxy(bench, originPort);
    const targets = [direct, ours, nginx].filter((target) => target !== undefined);
    const rate = await halfLoad(bench, ours);
    const rounds = await takeTurns(bench, targets, {
      rate,
      seconds: bench.seconds,
      connections: CONNECTIONS,
    });
    const summary = {
      rate,
      connections: CONNECTIONS,
      added: [ours, nginx].flatMap((one) => added(rounds, one)),
    };
    return { summary, rounds, figures: figures(summary) };
  },
};

/** Twice, since the first time compiles our code. */
async function halfLoad(bench, target) {
  const seconds = bench.isSmoke ? 1 : 3;
  await load(bench, target, GET_1K, seconds);
  const { requests, seconds: took } = await load(bench, target, GET_1K, seconds);
  return Math.round(requests / took / 2);
}

async function takeTurns(bench, targets, settings) {
  const rounds = [];
  for (let round = 1; round <= bench.rounds; round++) {
    const order = round % 2 === 1 ? targets : [...targets].reverse();
    for (const target of order) {
      const result = await openLoop(bench, target, GET_1K, settings);
      rounds.push({ round, target: target.name, ...result });
    }
  }
  return rounds;
}

function added(rounds, target) {
  if (target === undefined) return [];
  const of = (name) => rounds.filter((one) => one.target === name).sort((a, b) => a.round - b.round);
  const direct = of('direct');
  const medianOf = (member) =>
    rounded(median(of(target.name).map((one, i) => one[member] - direct[i][member])), 3);
  return [
    { target: target.name, p50Ms: medianOf('p50Ms'), p99Ms: medianOf('p99Ms'), p999Ms: medianOf('p999Ms') },
  ];
}

function figures({ rate, added: [ours, nginx] }) {
  return ['p50Ms', 'p99Ms'].map((member) => ({
    what: `${member.slice(0, 3)} added at ${rate} requests/s, ms`,
    gatehouse: ours[member],
    beside: nginx && `nginx ${nginx[member]}`,
  }));
}
