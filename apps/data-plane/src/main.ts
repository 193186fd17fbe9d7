/**
 * A data plane of its own: traffic on the gateway's address, state on the management address, snapshots from Redis. With
 * more than one worker this process supervises, and each worker is this program again.
 */
import '@gatehouse/platform/node-version';
import cluster from 'node:cluster';
import { fail, onStopSignal, placed, runNode } from '@gatehouse/data-plane';
import {
  ConfigError,
  nodeSealer,
  readConfig,
  readPublicKeys,
  type Address,
  type Config,
  type Logger,
} from '@gatehouse/platform';
import { RedisEntries } from '@gatehouse/platform/redis-entries';
import { RedisFeed } from '@gatehouse/platform/redis-feed';
import { RedisLimits } from '@gatehouse/platform/redis-limits';
import { RedisMeters } from '@gatehouse/platform/redis-meters';
import { supervise } from './supervise';

const VERSION = '0.1.0';
/** A request may wait for it before its authorizer, or its integration, is asked. */
const ENTRY_TIMEOUT_MS = 250;

async function main(): Promise<void> {
  await placed(process.env);
  const config = readConfig(process.env);
  const { redisUrl } = config;
  if (redisUrl === undefined) {
    throw new ConfigError('REDIS_URL is missing: a data plane of its own gets its snapshots from Redis');
  }
  const { workers = 1 } = config;
  if (workers > 1 && cluster.isPrimary) {
    const supervised = await supervise(config, workers);
    onStopSignal(() => supervised.stop());
    return;
  }
  const redis = addressOf(redisUrl);
  const openEntries = (kind: 'decision' | 'answer', logger: Logger): RedisEntries =>
    new RedisEntries({
      ...{ kind, logger, url: redisUrl },
      commandTimeoutMs: ENTRY_TIMEOUT_MS,
      sealer: nodeSealer(config.nodeKeyFile),
    });
  await runNode({
    config,
    environment: process.env,
    version: VERSION,
    openFeed: (logger) => new RedisFeed({ url: redisUrl, logger }),
    openDecisions: (logger) => openEntries('decision', logger),
    openAnswers: (logger) => openEntries('answer', logger),
    openLimits: (logger) => new RedisLimits({ url: redisUrl, logger }),
    openMeters: (logger) =>
      new RedisMeters({ url: redisUrl, logger, sealer: nodeSealer(config.nodeKeyFile) }),
    publicKeys: trustedKeys(config),
    accessLog: process.stdout,
    ownAddresses: () => [config.adminListen, config.managementListen, redis],
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

main().catch(fail);
