// An open loop: requests become due at a fixed rate whatever the answers do, and latency counts from the moment a request
// was due, so that a stalled server cannot hide its stall by keeping the client from asking (coordinated omission).
// Argument: JSON (port, host, path, answerFile, rate, seconds, connections). Prints `{"ready"}`, waits for a line, then
// prints one line with the result.
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { quantile, rounded } from '../statistics.mjs';
import { Connection, getRequest } from './connection.mjs';

const { port, host, path, answerFile, rate, seconds, connections } = JSON.parse(process.argv[2]);
/** How long answers may be missing after the last request. */
const GRACE_MS = 30_000;
const WARM_UP_SECONDS = 1;
const request = getRequest(host, path);
const answer = readFileSync(answerFile);
/** At the full rate, but not counted: the client's own code is compiled in it. */
const warmUp = Math.round(rate * WARM_UP_SECONDS);
const total = warmUp + Math.round(rate * seconds);
const latencies = new Float64Array(total - warmUp);
const free = Array.from({ length: connections }, () => new Connection(port, answer));
await Promise.all(free.map(({ opened }) => opened));
// One answer each before it counts: both sides have the connection, and ours its compiled code.
await Promise.all(free.map((one) => new Promise((resolve) => one.send(request, resolve))));

console.log(JSON.stringify({ ready: true }));
await once(process.stdin, 'data');

// This process never sleeps. Where it shares a core with the origin it has to give way, or the kernel lets the origin wait
// for the end of a time slice, and milliseconds of ours are measured as its.
setPriority(19);

const startedAt = performance.now();
const dueAt = (i) => startedAt + (i * 1000) / rate;
let due = 0;
let sent = 0;
let answered = 0;
let counted = 0;
let wrong = 0;
let latest = 0;

function sendDue() {
  const now = performance.now();
  while (due < total && dueAt(due) <= now) due++;
  while (sent < due && free.length > 0) send(sent++);
}

function send(i) {
  const connection = free.pop();
  if (i >= warmUp) latest = Math.max(latest, performance.now() - dueAt(i));
  connection.send(request, (isRight) => {
    answered++;
    if (i >= warmUp) latencies[counted++] = performance.now() - dueAt(i);
    if (!isRight) wrong++;
    free.push(connection);
    if (sent < due) sendDue();
  });
}

function tick() {
  sendDue();
  const now = performance.now();
  if (answered === total || now > dueAt(total) + GRACE_MS) return tell();
  // Timers are good to a millisecond; what is due sooner is waited for in turns of the event loop.
  if (due < total && dueAt(due) - now < 2) setImmediate(tick);
  else setTimeout(tick, 1);
}

function tell() {
  const sorted = latencies.subarray(0, counted).sort();
  const ms = (value) => rounded(value, 3);
  const result = {
    requests: total,
    answered,
    wrong,
    p50Ms: ms(quantile(sorted, 0.5)),
    p99Ms: ms(quantile(sorted, 0.99)),
    p999Ms: ms(quantile(sorted, 0.999)),
    maxMs: ms(sorted.at(-1) ?? 0),
    latestSendMs: ms(latest),
  };
  console.log(JSON.stringify(result));
  process.exit(0);
}

tick();
