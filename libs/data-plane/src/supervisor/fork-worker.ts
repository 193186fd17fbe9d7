/** A worker process whose failures cost nothing but itself. */
import cluster, { type Worker } from 'node:cluster';
import { reasonOf, type Logger } from '@gatehouse/platform';

export function forkWorker(environment: NodeJS.ProcessEnv, logger: Logger): Worker {
  const worker = cluster.fork(environment);
  // Node answers messages of a worker by itself; where that worker has just died this fails, which nobody else would hear.
  worker.on('error', (error) => logger.warn('a worker cannot be told', { reason: reasonOf(error) }));
  return worker;
}
