import cluster from 'node:cluster';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@gatehouse/platform';
import { until } from '@gatehouse/platform/testing';
import { TRAFFIC_FLAGS } from '../machine-settings';
import { Supervisor } from './supervisor';

/** Ready at once; stays until it is told to stop. */
const WORKER = `
process.send({ kind: 'gatehouse.state', metrics: '' });
process.on('message', ({ kind }) => kind === 'gatehouse.stop' && process.exit(0));
`;

it('starts workers with the flags for traffic, and goes on where a message to a worker that has just died fails', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-supervisor-'));
  const program = join(folder, 'worker.cjs');
  writeFileSync(program, WORKER);
  const supervisor = new Supervisor({
    workers: 2,
    program: { exec: program },
    environmentOf: () => ({}),
    logger: createLogger('error'),
    onKilled: () => undefined,
    onHopeless: () => undefined,
  });
  await until('workers and their spare', () => Object.keys(cluster.workers ?? {}).length === 3);
  expect(cluster.settings.execArgv).toEqual([...TRAFFIC_FLAGS, ...process.execArgv]);
  // As Node does when its own answer to a message of the worker cannot be written.
  for (const worker of Object.values(cluster.workers ?? {})) worker?.emit('error', new Error('write EPIPE'));
  expect(supervisor.probe.ready()).toBeUndefined();
  await supervisor.stop();
  expect(Object.values(cluster.workers ?? {}).filter((worker) => !worker?.isDead())).toEqual([]);
  rmSync(folder, { recursive: true });
});
