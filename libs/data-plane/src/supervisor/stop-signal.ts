/** How the processes of a data plane end. */
import cluster from 'node:cluster';
import { ConfigError } from '@gatehouse/platform';

/** The first signal stops; the second ends the process at once. A worker leaves Ctrl-C to its supervisor. */
export function onStopSignal(stop: () => Promise<void>): () => void {
  let isStopping = false;
  const begin = (): void => {
    if (isStopping) return;
    isStopping = true;
    stop().then(() => process.exit(0), fail);
  };
  const onSignal = (): void => {
    if (isStopping) process.exit(1);
    begin();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', cluster.isWorker ? () => undefined : onSignal);
  return begin;
}

/** Settings that cannot be used need no stack. */
export function fail(error: unknown): never {
  const isSettings = error instanceof ConfigError;
  process.stderr.write(
    `${isSettings ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(1);
}
