// Our data plane as apps/data-plane runs it (settings, workers, metrics, traces, access log to stdout), except that snapshots
// come from a folder instead of Redis. Argument: that folder. Settings come from the environment.
import cluster from 'node:cluster';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { FolderFeed } from './folder-feed.mjs';

const require = createRequire(import.meta.url);
const { linkToSupervisor, startDataPlane, Supervisor } = require('@gatehouse/data-plane');
const {
  createLogger,
  readConfig,
  readPublicKeys,
  startManagementServer,
  startTelemetry,
} = require('@gatehouse/platform');

const config = readConfig(process.env);
const logger = createLogger(config.logLevel);

async function supervise() {
  const supervisor = new Supervisor({
    workers: config.workers,
    logger,
    environmentOf: (place) => ({ GATEHOUSE_DATA_DIR: join(config.dataDir, `worker-${place}`) }),
    onHopeless: () => process.exit(1),
  });
  await startManagementServer(config.managementListen, [supervisor.probe]);
  onTerm(() => supervisor.stop());
}

async function serve() {
  const telemetry = startTelemetry({
    environment: process.env,
    nodeId: config.nodeId,
    version: 'bench',
    accessLog: process.stdout,
  });
  const dataPlane = await startDataPlane({
    config,
    feed: new FolderFeed(process.argv[2]),
    publicKeys: readPublicKeys(config.snapshotPublicKeyFile),
    logger,
    telemetry,
    ownAddresses: () => [config.adminListen, config.managementListen],
  });
  if (cluster.isPrimary) await startManagementServer(config.managementListen, [dataPlane.probe]);
  const stop = onTerm(async () => {
    await dataPlane.stop();
    await telemetry.stop(1000);
  });
  linkToSupervisor(dataPlane.probe, stop);
}

function onTerm(work) {
  const stop = () => void work().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  return stop;
}

await (config.workers > 1 && cluster.isPrimary ? supervise() : serve());
