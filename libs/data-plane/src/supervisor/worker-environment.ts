import { join } from 'node:path';
import type { Config } from '@gatehouse/platform';

/** Each worker is a node of its own, with a disk copy of its own; the trusted keys are the same. `place` counts from 1. */
export function workerEnvironment(config: Config, place: number): NodeJS.ProcessEnv {
  return {
    GATEHOUSE_NODE_ID: `${config.nodeId}-${place}`,
    GATEHOUSE_DATA_DIR: join(config.dataDir, `worker-${place}`),
    GATEHOUSE_SNAPSHOT_PUBLIC_KEY_FILE: config.snapshotPublicKeyFile,
  };
}
