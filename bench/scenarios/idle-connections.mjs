// Memory of connections that wait: what the resident sets of all processes grow by, per idle kept-alive connection that has
// carried one request.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentBytes } from '../accounting.mjs';
import { converse } from '../processes.mjs';
import { load } from '../rounds.mjs';
import { restProxy } from '../snapshots.mjs';
import { rounded } from '../statistics.mjs';
import { here, startGatehouse, startNginxProxy, startOrigin } from '../targets.mjs';
import { GET_1K, HOST } from '../traffic.mjs';

const CONNECTIONS = 20_000;
/** A process here may have about 20,000 descriptors, and a worker of ours takes 10,000 connections. */
const CLIENTS = 2;
const WORKERS = 3;
const SETTLE_MS = 3000;

export const idleConnections = {
  name: 'idle-connections',
  title: `memory per idle kept-alive connection, at ${CONNECTIONS} connections`,
  async run(bench) {
    const originPort = await startOrigin(bench);
    const settings = { GATEHOUSE_WORKERS: String(WORKERS) };
    const targets = [
      await startGatehouse(bench, restProxy(originPort), { settings }),
      await startNginxProxy(bench, originPort, { workers: WORKERS, connections: CONNECTIONS }),
    ].filter((target) => target !== undefined);
    const rounds = [];
    for (const target of targets) rounds.push(await hold(bench, target));
    return { workers: WORKERS, rounds, figures: [figure(rounds)] };
  },
};

async function hold(bench, target) {
  for (let i = 0; i < 2; i++) await load(bench, target, GET_1K, bench.isSmoke ? 1 : 3);
  await sleep(SETTLE_MS);
  const before = residentBytes(target.pid);
  const clients = startClients(bench, target);
  const told = await Promise.all(clients.map(({ next }) => next()));
  await sleep(SETTLE_MS);
  const after = residentBytes(target.pid);
  const sum = (all, member) => all.reduce((total, one) => total + one[member], 0);
  for (const { tell } of clients) tell('how many are open?');
  const open = sum(await Promise.all(clients.map(({ next }) => next())), 'open');
  if (sum(told, 'wrong') > 0) throw new Error(`${target.name}: ${sum(told, 'wrong')} wrong answers`);
  return {
    target: target.name,
    connections: open,
    residentBytesBefore: before,
    residentBytesAfter: after,
    bytesPerConnection: Math.round((after - before) / open),
  };
}

function startClients(bench, { port, prefix }) {
  const answerFile = join(bench.folder, 'idle.answer');
  writeFileSync(answerFile, GET_1K.answer);
  return Array.from({ length: CLIENTS }, (_, i) =>
    converse('load', here('clients/idle.mjs'), {
      ...{ port, host: HOST, path: prefix + GET_1K.path, answerFile },
      count: CONNECTIONS / CLIENTS,
      source: `127.0.1.${i + 1}`,
    }),
  );
}

function figure([ours, nginx]) {
  const kib = ({ bytesPerConnection }) => rounded(bytesPerConnection / 1024, 2);
  return {
    what: `memory per connection at ${ours.connections}, KiB`,
    gatehouse: kib(ours),
    beside: nginx && `nginx ${kib(nginx)} at ${nginx.connections}`,
  };
}
