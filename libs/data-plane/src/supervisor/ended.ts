import type { Worker } from 'node:cluster';
import type { StopRequest } from './messages';

/** Asks a worker to drain; resolves when it is gone. */
export function ended(worker: Worker): Promise<void> {
  if (worker.isDead()) return Promise.resolve();
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const request: StopRequest = { kind: 'gatehouse.stop' };
  if (worker.isConnected()) worker.send(request);
  else worker.process.kill('SIGTERM');
  return exited;
}
