/** The data plane over several processes: this one holds the listener and the management address, workers serve. */
import cluster from 'node:cluster';
import { join } from 'node:path';
import { Supervisor } from '@gatehouse/data-plane';
import { createLogger, format, startManagementServer, type Config } from '@gatehouse/platform';

export interface Supervised {
  stop(): Promise<void>;
}

export async function supervise(config: Config): Promise<Supervised> {
  const logger = createLogger(config.logLevel);
  const listening = new Promise<string>((resolve) =>
    cluster.once('listening', (_worker, { address, port }) => resolve(format({ host: address, port }))),
  );
  const supervisor = new Supervisor({
    workers: config.workers,
    logger,
    environmentOf: (place) => workerEnvironment(config, place),
    onHopeless: () => process.exit(1),
  });
  const management = await startManagementServer(config.managementListen, [supervisor.probe]);
  logger.info('data plane started', {
    node: config.nodeId,
    workers: config.workers,
    gateway: await listening,
    management: format(management.address),
  });
  return {
    stop: async () => {
      await supervisor.stop();
      await management.stop();
    },
  };
}

/** Each worker is a node of its own, with a disk copy of its own; the trusted keys are the same. */
function workerEnvironment(config: Config, place: number): NodeJS.ProcessEnv {
  return {
    GATEHOUSE_NODE_ID: `${config.nodeId}-${place}`,
    GATEHOUSE_DATA_DIR: join(config.dataDir, `worker-${place}`),
    GATEHOUSE_SNAPSHOT_PUBLIC_KEY_FILE: config.snapshotPublicKeyFile,
  };
}
