// CPU time per request of several targets under the same closed-loop load, taken in turns.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpuMicros, watchOthers } from './accounting.mjs';
import { run } from './processes.mjs';
import { median, rounded } from './statistics.mjs';
import { here, TOOLS } from './targets.mjs';
import { HOST } from './traffic.mjs';

export const CONNECTIONS = 32;
const WARM_UP_SECONDS = 5;

/** Saturates one target for some seconds: `requests`, `wrong`, `seconds`. Every answer is compared in full. */
export async function load(bench, { name, port, prefix }, traffic, forSeconds) {
  const { method, body, answer, paths = [traffic.path], headers = {} } = traffic;
  const file = (kind, content) => {
    const path = join(bench.folder, `${port}.${kind}`);
    writeFileSync(path, content);
    return path;
  };
  const common = [
    ...[HOST, method, body === undefined ? '-' : file('body', body), file('answer', answer)],
    file('paths', paths.map((path) => prefix + path).join('\n')),
    file(
      'headers',
      Object.entries(headers)
        .map((field) => field.join(': '))
        .join('\n'),
    ),
  ];
  const whole = String(Math.ceil(forSeconds));
  const wrk = ['-t', '1', '-c', String(CONNECTIONS), '-d', `${whole}s`, '-s', here('clients/wrk.lua')];
  const output = TOOLS.wrk
    ? await run('load', 'wrk', [...wrk, `http://127.0.0.1:${port}`, '--', ...common])
    : await run('load', process.execPath, [
        here('clients/closed-loop.mjs'),
        ...[String(port), String(CONNECTIONS), whole, ...common],
      ]);
  const result = JSON.parse(output.trim().split('\n').at(-1));
  if (result.requests === 0 || result.wrong > 0)
    throw new Error(`${name}, ${traffic.name}: ${result.wrong} of ${result.requests} answers were wrong`);
  return result;
}

async function measure(bench, target, traffic, round) {
  const othersShare = watchOthers();
  const before = cpuMicros(target.pid);
  const { requests, seconds } = await load(bench, target, traffic, bench.seconds);
  const micros = cpuMicros(target.pid) - before;
  return {
    round,
    case: traffic.name,
    target: target.name,
    requests,
    seconds: rounded(seconds, 3),
    cpuMicros: Math.round(micros),
    cpuMicrosPerRequest: rounded(micros / requests, 2),
    requestsPerSecond: Math.round(requests / seconds),
    othersShare: rounded(othersShare(), 3),
  };
}

/** Every path is asked for at least once: what a first request makes is not to be measured. */
async function warmUp(bench, target, traffic) {
  const all = traffic.paths?.length ?? 0;
  let seconds = bench.isSmoke ? 1 : WARM_UP_SECONDS;
  while ((await load(bench, target, traffic, seconds)).requests < all) seconds *= 2;
}

/**
 * Targets take turns within a round, and who goes first changes from round to round. `trafficOf` tells what a target is
 * sent, where that differs.
 */
export async function takeTurns(bench, targets, trafficOf) {
  for (const target of targets) await warmUp(bench, target, trafficOf(target));
  const measured = [];
  for (let round = 1; round <= bench.rounds; round++) {
    const order = round % 2 === 1 ? targets : [...targets].reverse();
    for (const target of order) measured.push(await measure(bench, target, trafficOf(target), round));
  }
  return measured;
}

/** Per target the medians, and the ratio to the target `base`: the median of the ratios within one round. */
export function summarise(measured, base) {
  const names = [...new Set(measured.map(({ target }) => target))];
  const of = (name) => measured.filter(({ target }) => target === name).sort((a, b) => a.round - b.round);
  const bases = of(base);
  return names.map((name) => {
    const rounds = of(name);
    const ratios = bases.map((one, i) => rounds[i].cpuMicrosPerRequest / one.cpuMicrosPerRequest);
    return {
      target: name,
      cpuMicrosPerRequest: rounded(median(rounds.map((one) => one.cpuMicrosPerRequest)), 1),
      requestsPerSecond: median(rounds.map((one) => one.requestsPerSecond)),
      ...(bases.length > 0 && {
        ratio: rounded(median(ratios), 2),
        ratioOfRounds: ratios.map((ratio) => rounded(ratio, 2)),
      }),
    };
  });
}
