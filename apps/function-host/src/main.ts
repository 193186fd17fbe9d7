/**
 * The function host as a process of its own: the Lambda API for functions of this machine. Its keys are the first credential,
 * from settings or the data folder, and the gateway's.
 */
import '@gatehouse/platform/node-version';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startFunctionHost, type Credential } from '@gatehouse/function-host';
import {
  ConfigError,
  createLogger,
  format,
  loadOrCreateServiceKey,
  readAccessKey,
  readConfig,
  reasonOf,
  startManagementServer,
  type AccessKey,
  type Config,
} from '@gatehouse/platform';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel);
  if (config.functionsListen === undefined) throw new ConfigError('GATEHOUSE_FUNCTIONS_LISTEN is none');
  const keys = credentials(config);
  const host = await startFunctionHost({
    config,
    listen: config.functionsListen,
    credentialOf: (accessKeyId) => keys.get(accessKeyId),
    searchPath: process.env.PATH ?? '',
    logger,
  });
  const management = await startManagementServer(config.managementListen, [host.probe]);
  logger.info('function host is ready', {
    functions: format(host.address),
    management: format(management.address),
  });
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    void Promise.all([host.stop(), management.stop()]).then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function credentials(config: Config): Map<string, Credential> {
  const { accountId } = config;
  const first = firstKey(config);
  const gateway = loadOrCreateServiceKey(config.functionsServiceKeyFile);
  return new Map<string, Credential>([
    [gateway.accessKeyId, { secret: gateway.secretAccessKey, accountId, mayInvokeOnly: true }],
    [first.accessKeyId, { secret: first.secretAccessKey, accountId }],
  ]);
}

function firstKey({ adminAccessKeyId, adminSecretAccessKey, dataDir }: Config): AccessKey {
  if (adminAccessKeyId !== undefined && adminSecretAccessKey !== undefined) {
    return { accessKeyId: adminAccessKeyId, secretAccessKey: adminSecretAccessKey };
  }
  const file = join(dataDir, 'credentials');
  if (existsSync(file)) return readAccessKey(file, 'GATEHOUSE_DATA_DIR');
  throw new ConfigError(
    'There is no credential: set GATEHOUSE_ADMIN_ACCESS_KEY_ID and GATEHOUSE_ADMIN_SECRET_ACCESS_KEY, or use the data folder of a control plane',
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : reasonOf(error));
  process.exit(1);
});
