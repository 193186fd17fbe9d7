/** The data plane over several processes: this one holds the listener and the management address, workers serve. */
import cluster from 'node:cluster';
import { absolveWorker, Supervisor, workerEnvironment } from '@gatehouse/data-plane';
import { createLogger, format, startManagementServer, type Config } from '@gatehouse/platform';

export interface Supervised {
  stop(): Promise<void>;
}

export async function supervise(config: Config, workers: number): Promise<Supervised> {
  const logger = createLogger(config.logLevel);
  const listening = new Promise<string>((resolve) =>
    cluster.once('listening', (_worker, { address, port }) => resolve(format({ host: address, port }))),
  );
  const supervisor = new Supervisor({
    workers,
    logger,
    environmentOf: (place) => workerEnvironment(config, place, workers),
    onKilled: (place) => absolveWorker(config, place),
    onHopeless: () => process.exit(1),
  });
  const management = await startManagementServer(config.managementListen, [supervisor.probe]);
  logger.info('data plane started', {
    node: config.nodeId,
    workers,
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
