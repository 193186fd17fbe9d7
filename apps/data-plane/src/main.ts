/** One data-plane node: traffic on the gateway's address, state on the management address, snapshots from Redis. */
import { startDataPlane } from '@gatehouse/data-plane';
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

const VERSION = '0.1.0';
const TELEMETRY_FLUSH_MS = 2000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  if (config.redisUrl === undefined) {
    throw new ConfigError('REDIS_URL is missing: a data plane of its own gets its snapshots from Redis');
  }
  const redis = addressOf(config.redisUrl);
  const logger = createLogger(config.logLevel);
  const telemetry = startTelemetry({
    environment: process.env,
    nodeId: config.nodeId,
    version: VERSION,
    accessLog: process.stdout,
  });
  const publicKeys = trustedKeys(config);
  const feed = new RedisFeed({ url: config.redisUrl, logger });
  const dataPlane = await startDataPlane({
    config,
    feed,
    publicKeys,
    logger,
    telemetry,
    ownAddresses: () => [config.adminListen, config.managementListen, redis],
  });
  const management = await startManagementServer(config.managementListen, [dataPlane.probe]);
  logger.info('data plane started', {
    node: config.nodeId,
    revision: dataPlane.revision(),
    gateway: format(dataPlane.gatewayAddress),
    management: format(management.address),
  });
  onStopSignal(async () => {
    await dataPlane.stop();
    await management.stop();
    await feed.close();
    await telemetry.stop(TELEMETRY_FLUSH_MS);
  });
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

/** The first signal drains; the second ends the process at once. */
function onStopSignal(stop: () => Promise<void>): void {
  let isStopping = false;
  const onSignal = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    stop().then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

function fail(error: unknown): void {
  const isSettings = error instanceof ConfigError;
  process.stderr.write(
    `${isSettings ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(1);
}

main().catch(fail);
