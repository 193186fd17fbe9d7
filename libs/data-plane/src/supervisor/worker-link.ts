/**
 * A worker's side: tells its state once a second and on a change of readiness, and how many connections it holds when that has
 * changed; takes connections, or leaves them to others, as it is told; and drains when asked or left alone.
 */
import cluster from 'node:cluster';
import type { DataPlane } from '../start-data-plane';
import { isStop, isTakeConnections, type Occupancy, type WorkerState } from './messages';

const BEAT_MS = 1000;
const LOOK_MS = 20;
/** A smaller change of occupancy is not told. */
const STEP = 0.01;

export interface WorkerLink {
  close(): void;
}

/** Nothing happens in a process that is no worker. */
export function linkToSupervisor(
  dataPlane: Pick<DataPlane, 'probe' | 'occupancy' | 'takeConnections' | 'isTakingConnections'>,
  onStop: () => void,
): WorkerLink {
  const { probe } = dataPlane;
  const { worker } = cluster;
  if (!worker) return { close: () => undefined };
  let told: string | undefined = 'nothing told yet';
  let toldAt = 0;
  let toldOccupancy = 0;
  let toldTaking = true;
  const tell = (message: WorkerState | Occupancy): void => {
    if (worker.isConnected()) worker.send(message, () => undefined);
  };
  const look = (): void => {
    const occupancy = dataPlane.occupancy();
    const isTaking = dataPlane.isTakingConnections();
    if (Math.abs(occupancy - toldOccupancy) >= STEP || isTaking !== toldTaking) {
      [toldOccupancy, toldTaking] = [occupancy, isTaking];
      tell({ kind: 'gatehouse.occupancy', occupancy, isTaking });
    }
    const reason = probe.ready();
    if (reason === told && Date.now() - toldAt < BEAT_MS) return;
    [told, toldAt] = [reason, Date.now()];
    tell({
      kind: 'gatehouse.state',
      ...(reason !== undefined && { reason }),
      metrics: probe.metrics?.() ?? '',
    });
  };
  const timer = setInterval(look, LOOK_MS);
  process.on('message', (message: unknown) => {
    if (isStop(message)) onStop();
    if (isTakeConnections(message)) dataPlane.takeConnections(message.isOn);
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
