// Our data plane as apps/data-plane runs it (settings, workers, metrics, traces, access log to stdout), except that snapshots
// come from a folder instead of Redis; limits are shared where there is a REDIS_URL. Argument: that folder. Settings come from the environment.
import cluster from 'node:cluster';
import { createRequire } from 'node:module';
import { FolderFeed } from './folder-feed.mjs';

const require = createRequire(import.meta.url);
const { onStopSignal, placed, runNode, Supervisor, workerEnvironment } = require('@gatehouse/data-plane');
const { RedisLimits } = require('@gatehouse/platform/redis-limits');
const { createLogger, readConfig, readPublicKeys, startManagementServer } = require('@gatehouse/platform');

await placed(process.env);
const config = readConfig(process.env);

async function supervise(workers) {
  const supervisor = new Supervisor({
    workers,
    logger: createLogger(config.logLevel),
    environmentOf: (place) => workerEnvironment(config, place, workers),
    onHopeless: () => process.exit(1),
  });
  await startManagementServer(config.managementListen, [supervisor.probe]);
  onStopSignal(() => supervisor.stop());
}

function serve() {
  return runNode({
    config,
    environment: process.env,
    version: 'bench',
    openFeed: () => new FolderFeed(process.argv[2]),
    ...(config.redisUrl && {
      openLimits: (logger) => new RedisLimits({ url: config.redisUrl, logger }),
    }),
    publicKeys: readPublicKeys(config.snapshotPublicKeyFile),
    accessLog: process.stdout,
    ownAddresses: () => [config.adminListen, config.managementListen],
    newcomersMs: 0,
  });
}

const { workers = 1 } = config;
await (workers > 1 && cluster.isPrimary ? supervise(workers) : serve());
