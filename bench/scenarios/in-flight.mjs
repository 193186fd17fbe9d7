// Calls that wait for a slow origin, as many as `--calls` says: how many were in flight at once, and whether any was lost.
// Limits on the way: descriptors of a process (two a call in a worker), 10,000 clients a worker, 1,024 connections from a
// worker to one origin, 28,000 ports from one address to another. So there are many of each.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { residentBytes } from '../accounting.mjs';
import { converse, freePort } from '../processes.mjs';
import { PREFIX, restRoutes } from '../snapshots.mjs';
import { rounded } from '../statistics.mjs';
import { here, startGatehouse } from '../targets.mjs';
import { GET_1K, HOST } from '../traffic.mjs';

const HOLD_MS = 10_000;
/** All calls are sent within this time, so that the last is there before the first is answered. */
const SENDING_SECONDS = 7;
const CALLS_PER_WORKER = 8000;
const CALLS_PER_PROCESS = 12_500;
const ORIGIN_ADDRESSES = 64;

export const inFlight = {
  name: 'in-flight',
  title: `calls in flight to an origin that answers after ${HOLD_MS / 1000} s`,
  byNameOnly: true,
  async run(bench) {
    const answerFile = join(bench.folder, 'slow.answer');
    writeFileSync(answerFile, GET_1K.answer);
    const processes = Math.ceil(bench.calls / CALLS_PER_PROCESS);
    const origins = await startOrigins(processes, answerFile);
    const workers = Math.max(2, Math.ceil(bench.calls / CALLS_PER_WORKER));
    const options = { role: 'anywhere', settings: { GATEHOUSE_WORKERS: String(workers) } };
    const target = await startGatehouse(bench, restRoutes(origins.uris), options);
    const clients = startClients(bench.calls, processes, target, answerFile);
    const connected = await Promise.all(clients.map(({ next }) => next()));
    const before = residentBytes(target.pid);
    for (const { tell } of clients) tell('go');
    const memory = watchMemory(target.pid);
    const results = await Promise.all(clients.map(({ next }) => next()));
    const summary = {
      ...{ calls: bench.calls, workers, originAddresses: ORIGIN_ADDRESSES, clientProcesses: processes },
      ...total(results),
      connected: connected.reduce((sum, { open }) => sum + open, 0),
      mostHeldByOrigins: await mostHeld(origins.servers),
      residentBytesBefore: before,
      residentBytesMost: memory.stop(),
    };
    return { summary, rounds: results, figures: figures(summary) };
  },
};

async function startOrigins(processes, answerFile) {
  const port = await freePort();
  const all = Array.from({ length: ORIGIN_ADDRESSES }, (_, i) => `127.0.2.${i + 1}`);
  const servers = Array.from({ length: processes }, (_, i) => {
    const addresses = all.filter((_address, place) => place % processes === i);
    return converse('anywhere', here('servers/slow-origin.mjs'), {
      port,
      addresses,
      holdMs: HOLD_MS,
      answerFile,
    });
  });
  await Promise.all(servers.map(({ next }) => next()));
  const uris = all.map((address) => `http://${address}:${port}/slow`);
  return { servers, uris: [...uris, `http://${all[0]}:${port}/quick`] };
}

function startClients(calls, processes, { port }, answerFile) {
  const paths = Array.from({ length: ORIGIN_ADDRESSES }, (_, i) => `${PREFIX.REST}/r${i}`);
  return Array.from({ length: processes }, (_, i) =>
    converse('anywhere', here('clients/calls.mjs'), {
      ...{ port, host: HOST, paths, answerFile, source: `127.0.1.${i + 1}` },
      firstPath: `${PREFIX.REST}/r${ORIGIN_ADDRESSES}`,
      count: Math.floor((calls + i) / processes),
      rate: calls / processes / SENDING_SECONDS,
    }),
  );
}

function watchMemory(pid) {
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, residentBytes(pid))), 500);
  return {
    stop: () => {
      clearInterval(timer);
      return most;
    },
  };
}

function total(results) {
  const sum = (member) => results.reduce((all, one) => all + one[member], 0);
  const max = (member) => Math.max(...results.map((one) => one[member]));
  return {
    answered: sum('answered'),
    lost: sum('lost'),
    sendingMs: max('sendingMs'),
    slowestMs: max('maxMs'),
  };
}

/** Added up per tenth of a second over all origins: what they held at the same time. */
async function mostHeld(servers) {
  const held = new Map();
  for (const { tell, next } of servers) {
    tell('how many?');
    for (const [at, count] of Object.entries((await next()).heldAt))
      held.set(at, (held.get(at) ?? 0) + count);
  }
  return Math.max(...held.values());
}

function figures(summary) {
  const { mostHeldByOrigins, lost, slowestMs, residentBytesMost, residentBytesBefore, calls } = summary;
  const kib = rounded((residentBytesMost - residentBytesBefore) / mostHeldByOrigins / 1024, 1);
  return [
    { what: `most in flight at once, of ${calls} calls`, gatehouse: mostHeldByOrigins },
    { what: 'calls lost', gatehouse: lost },
    { what: 'slowest call, ms', gatehouse: slowestMs },
    { what: 'memory per call in flight beside its idle connection, KiB', gatehouse: kib },
  ];
}
