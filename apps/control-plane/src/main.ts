/** The control plane as its own process: needs PostgreSQL and Redis. */
import { startControlPlane } from '@gatehouse/control-plane';
import {
  ConfigError,
  createLogger,
  listenFault,
  readConfig,
  RedisFeed,
  startManagement,
} from '@gatehouse/platform';

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
    config.endpointUrl ?? `http://{apiId}.execute-api.localhost:${config.gatewayListen.port}`;
  const controlPlane = await startControlPlane({ config, databaseUrl, feed, logger, endpointUrl });
  const management = await startManagement({
    listen: config.managementListen,
    probes: [{ role: 'control-plane', ready: () => controlPlane.ready() }],
  });
  logger.info('control plane is ready', { port: controlPlane.address.port });
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
  console.error(error instanceof ConfigError ? error.message : (listenFault(error) ?? error));
  process.exit(1);
});
