// Many calls in flight at once: opens a connection for each, says `{"open", "wrong"}`, waits for a line, sends one call on
// each at a fixed rate, and tells what became of them. Argument: JSON (port, host, firstPath, paths, answerFile, count,
// source, rate).
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../statistics.mjs';
import { getRequest } from './connection.mjs';
import { openAll, openOnes } from './open-all.mjs';

const { host, firstPath, paths, answerFile, rate, ...options } = JSON.parse(process.argv[2]);
const requests = paths.map((path) => getRequest(host, path));
const answer = readFileSync(answerFile);
const { connections, wrong } = await openAll({ ...options, answer, request: getRequest(host, firstPath) });
console.log(JSON.stringify({ open: openOnes(connections), wrong }));
await once(process.stdin, 'data');

const latencies = [];
let lost = 0;
const startedAt = performance.now();

function call(i) {
  const sentAt = performance.now();
  return new Promise((resolve) =>
    connections[i].send(requests[i % requests.length], (isRight) => {
      if (isRight) latencies.push(performance.now() - sentAt);
      else lost++;
      resolve();
    }),
  );
}

const running = [];
while (running.length < connections.length) {
  const due = Math.min(connections.length, Math.ceil(((performance.now() - startedAt) / 1000) * rate));
  while (running.length < due) running.push(call(running.length));
  await sleep(1);
}
const sendingMs = performance.now() - startedAt;
await Promise.all(running);
latencies.sort((a, b) => a - b);
const [p50Ms = 0, maxMs = 0] = [quantile(latencies, 0.5), latencies.at(-1)].map((ms) => Math.round(ms ?? 0));
console.log(
  JSON.stringify({ answered: latencies.length, lost, sendingMs: Math.round(sendingMs), p50Ms, maxMs }),
);
process.exit(0);
