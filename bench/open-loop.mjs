// Runs the open-loop client (clients/open-loop.mjs) against a target.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { watchOthers } from './accounting.mjs';
import { converse } from './processes.mjs';
import { rounded } from './statistics.mjs';
import { here } from './targets.mjs';
import { HOST } from './traffic.mjs';

/** `during` runs once the load has begun; resolves with the client's result when both are done. */
export async function openLoop(bench, target, traffic, { rate, seconds, connections }, during) {
  const answerFile = join(bench.folder, 'open-loop.answer');
  writeFileSync(answerFile, traffic.answer);
  const path = target.prefix + traffic.path;
  const options = { port: target.port, host: HOST, path, answerFile, rate, seconds, connections };
  const { next, tell } = converse('load', here('clients/open-loop.mjs'), options);
  await next();
  const othersShare = watchOthers();
  tell('go');
  const [result] = await Promise.all([next(), during?.()]);
  if (result.wrong > 0 || result.answered < result.requests)
    throw new Error(
      `${target.name}: ${result.answered} of ${result.requests} answered, ${result.wrong} wrong`,
    );
  return { ...result, othersShare: rounded(othersShare(), 3) };
}
