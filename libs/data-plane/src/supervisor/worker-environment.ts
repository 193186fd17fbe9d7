import { join } from 'node:path';
import type { Config } from '@gatehouse/platform';
import { absolveTrials, trialsFile } from '../snapshots/trials';

/** Each of `workers` is a node of its own, with a disk copy of its own; its keys are the same. `place` counts from 1. */
export function workerEnvironment(config: Config, place: number, workers: number): NodeJS.ProcessEnv {
  return {
    GATEHOUSE_NODE_ID: `${config.nodeId}-${place}`,
    GATEHOUSE_EXPECTED_NODES: String(Math.min(1_000_000, config.expectedNodes * workers)),
    GATEHOUSE_DATA_DIR: workerFolder(config, place),
    GATEHOUSE_SNAPSHOT_PUBLIC_KEY_FILE: config.snapshotPublicKeyFile,
    GATEHOUSE_NODE_KEY_FILE: config.nodeKeyFile,
    // Node keeps compiled code there, so that a worker that replaces another is there sooner.
    NODE_COMPILE_CACHE: join(config.dataDir, 'compile-cache'),
  };
}

/** What the worker at this place had just taken over is not to blame for its death. */
export function absolveWorker(config: Config, place: number): void {
  absolveTrials(trialsFile(workerFolder(config, place)));
}

function workerFolder({ dataDir }: Config, place: number): string {
  return join(dataDir, `worker-${place}`);
}
