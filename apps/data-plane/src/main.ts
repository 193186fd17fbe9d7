/**
 * A data plane of its own: traffic on the gateway's address, state on the management address, snapshots from Redis. With
 * more than one worker this process supervises, and each worker is this program again.
 */
import '@gatehouse/platform/node-version';
import cluster from 'node:cluster';
import { linkToSupervisor, startDataPlane } from '@gatehouse/data-plane';
import {
  ConfigError,
  createLogger,
  format,
  readConfig,
  readPublicKeys,
  RedisFeed,
  startManagementServer,
  startTelemetry,
  type Address,
  type Config,
} from '@gatehouse/platform';
import { supervise } from './supervise';

const VERSION = '0.1.0';
const TELEMETRY_FLUSH_MS = 2000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  if (config.redisUrl === undefined) {
    throw new ConfigError('REDIS_URL is missing: a data plane of its own gets its snapshots from Redis');
  }
  if (config.workers > 1 && cluster.isPrimary) {
    const supervised = await supervise(config);
    onStopSignal(() => supervised.stop());
    return;
  }
  await serve(config, config.redisUrl);
}

async function serve(config: Config, redisUrl: string): Promise<void> {
  const redis = addressOf(redisUrl);
  const logger = createLogger(config.logLevel);
  const telemetry = startTelemetry({
    environment: process.env,
    nodeId: config.nodeId,
    version: VERSION,
    accessLog: process.stdout,
  });
  const publicKeys = trustedKeys(config);
  const feed = new RedisFeed({ url: redisUrl, logger });
  const dataPlane = await startDataPlane({
    config,
    feed,
    publicKeys,
    logger,
    telemetry,
    ownAddresses: () => [config.adminListen, config.managementListen, redis],
  });
  const management = cluster.isWorker
    ? undefined
    : await startManagementServer(config.managementListen, [dataPlane.probe]);
  logger.info(cluster.isWorker ? 'worker started' : 'data plane started', {
    node: config.nodeId,
    revision: dataPlane.revision(),
    gateway: format(dataPlane.gatewayAddress),
    ...(management && { management: format(management.address) }),
  });
  const stop = onStopSignal(async () => {
    await dataPlane.stop();
    await management?.stop();
    await feed.close();
    await telemetry.stop(TELEMETRY_FLUSH_MS);
    link.close();
  });
  const link = linkToSupervisor(dataPlane.probe, stop);
}

function trustedKeys({ snapshotPublicKeyFile }: Config) {
  try {
    return readPublicKeys(snapshotPublicKeyFile);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`GATEHOUSE_SNAPSHOT_PUBLIC_KEY_FILE cannot be used: ${reason}`);
  }
}

/** No integration may reach the snapshots' Redis, where it is on this machine. */
function addressOf(redisUrl: string): Address {
  if (!URL.canParse(redisUrl)) throw new ConfigError('REDIS_URL is no URL');
  const { hostname, port } = new URL(redisUrl);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6379) };
}

/** The first signal drains; the second ends the process at once. A worker leaves Ctrl-C to its supervisor. */
function onStopSignal(stop: () => Promise<void>): () => void {
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

function fail(error: unknown): void {
  const isSettings = error instanceof ConfigError;
  process.stderr.write(
    `${isSettings ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(1);
}

main().catch(fail);
