/** A connection to Redis that holds nobody up: every command has a deadline, and none is queued while disconnected. */
import { Redis } from 'ioredis';
import { reasonOf, type Logger } from '../logging/logger';

export interface RedisOptions {
  readonly url: string;
  readonly logger: Logger;
  /** Deadline of one command, milliseconds; default 2,000. */
  readonly commandTimeoutMs?: number;
}

/** `name` is for the log. */
export function connectRedis({ url, logger, commandTimeoutMs = 2000 }: RedisOptions, name: string): Redis {
  const redis = new Redis(url, {
    connectTimeout: commandTimeoutMs,
    commandTimeout: commandTimeoutMs,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    // Full jitter between 50 ms and 1 s: a returning Redis is not met by a herd.
    retryStrategy: () => 50 + Math.floor(Math.random() * 950),
  });
  let reachable = true;
  redis.on('ready', () => (reachable = true));
  redis.on('error', (error) => {
    if (reachable) logger.warn('redis is out of reach', { connection: name, reason: reasonOf(error) });
    reachable = false;
  });
  return redis;
}

/** Waits at most 2 s for the first connection; afterwards ioredis refuses at once while disconnected. */
export async function whenReady(redis: Redis): Promise<Redis> {
  if (redis.status !== 'connecting' && redis.status !== 'connect' && redis.status !== 'wait') return redis;
  await new Promise<void>((resolve, reject) => {
    const settle = (act: () => void) => () => {
      clearTimeout(timer);
      redis.off('ready', onReady);
      redis.off('error', onError);
      act();
    };
    const onReady = settle(resolve);
    const onError = settle(() => reject(new Error('redis is out of reach')));
    const timer = setTimeout(onError, 2000);
    redis.once('ready', onReady);
    redis.once('error', onError);
  });
  return redis;
}
