/** The control plane as its own process: needs PostgreSQL and Redis. */
import '@gatehouse/platform/node-version';
import { startControlPlane } from '@gatehouse/control-plane';
import {
  schemeOf,
  ConfigError,
  createLogger,
  format,
  readConfig,
  startManagementServer,
} from '@gatehouse/platform';
import { RedisFeed } from '@gatehouse/platform/redis-feed';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const { databaseUrl, redisUrl } = config;
  if (databaseUrl === undefined || redisUrl === undefined) {
    throw new ConfigError(
      'The control plane as its own process needs DATABASE_URL and REDIS_URL; `gatehouse start` needs neither.',
    );
  }
  const logger = createLogger(config.logLevel);
  const feed = new RedisFeed({ url: redisUrl, logger });
  const endpointUrl = (): string =>
    config.endpointUrl ?? `${schemeOf(config)}://{apiId}.execute-api.localhost:${config.gatewayListen.port}`;
  const controlPlane = await startControlPlane({ config, databaseUrl, feed, logger, endpointUrl });
  const management = await startManagementServer(config.managementListen, [controlPlane.probe]);
  logger.info('control plane is ready', {
    admin: format(controlPlane.address),
    management: format(management.address),
  });
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    void Promise.allSettled([management.stop(), controlPlane.stop()])
      .then(() => feed.close())
      .then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
