/** A worker's side: tells its state once a second and on a change of readiness, and drains when asked or left alone. */
import cluster from 'node:cluster';
import type { Probe } from '@gatehouse/platform';
import { isStop, type WorkerState } from './messages';

const BEAT_MS = 1000;
const LOOK_MS = 20;

export interface WorkerLink {
  close(): void;
}

/** Nothing happens in a process that is no worker. */
export function linkToSupervisor(probe: Probe, onStop: () => void): WorkerLink {
  const { worker } = cluster;
  if (!worker) return { close: () => undefined };
  let told: string | undefined = 'nothing told yet';
  let toldAt = 0;
  const look = (): void => {
    const reason = probe.ready();
    if (reason === told && Date.now() - toldAt < BEAT_MS) return;
    [told, toldAt] = [reason, Date.now()];
    const state: WorkerState = {
      kind: 'gatehouse.state',
      ...(reason !== undefined && { reason }),
      metrics: probe.metrics?.() ?? '',
    };
    if (worker.isConnected()) worker.send(state, () => undefined);
  };
  const timer = setInterval(look, LOOK_MS);
  process.on('message', (message: unknown) => {
    if (isStop(message)) onStop();
  });
  // A supervisor that is gone holds no listener any more: what runs is finished, then the worker ends.
  process.once('disconnect', onStop);
  look();
  return {
    close: () => {
      clearInterval(timer);
      if (worker.isConnected()) worker.disconnect();
    },
  };
}
