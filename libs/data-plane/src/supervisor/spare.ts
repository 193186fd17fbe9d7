/**
 * A spare worker: it has loaded its program and waits for a place, so that one that dies is replaced in the time that it takes
 * to open a listener, and not in the time that it takes to start Node.
 */
import { isStop, isTake, type Waiting } from './messages';

/** In the environment of a process that is a spare. */
const MARK = 'WORKER_WAITS_FOR_PLACE';

export const SPARE_ENVIRONMENT: NodeJS.ProcessEnv = { [MARK]: '1' };

/**
 * Resolves when this process has a place, whose environment is then in `environment` too: at once, unless it was started as a
 * spare. To be awaited before any setting is read. A spare that is not needed any longer ends here.
 */
export async function placed(environment: NodeJS.ProcessEnv): Promise<void> {
  if (environment[MARK] === undefined) return;
  delete environment[MARK];
  Object.assign(environment, await nextPlace());
}

function nextPlace(): Promise<NodeJS.ProcessEnv> {
  return new Promise((resolve) => {
    const end = (): never => process.exit(0);
    // A terminal sends it to every process; when a spare ends is its supervisor's to say.
    const ignore = (): void => undefined;
    const hear = (message: unknown): void => {
      if (isStop(message)) end();
      if (!isTake(message)) return;
      process.off('message', hear).off('disconnect', end).off('SIGTERM', end).off('SIGINT', ignore);
      resolve(message.environment);
    };
    process.on('message', hear).on('disconnect', end).on('SIGTERM', end).on('SIGINT', ignore);
    const waiting: Waiting = { kind: 'gatehouse.waiting' };
    process.send?.(waiting);
  });
}
