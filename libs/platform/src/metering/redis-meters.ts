/**
 * Metering over Redis: a list of deliveries at `gatehouse:usage`, and at `gatehouse:usage-mark:{source}` up to which number a source is
 * counted. Redis promises nothing here: a node sends again whatever is not marked in time, and whoever counts takes each number
 * once. So a list does, and needs neither groups nor a queue's book-keeping; any number of control planes may take from it.
 */
import type { Redis } from 'ioredis';
import { connectRedis, whenReady, type RedisOptions } from '../feed/redis-connection';
import { reasonOf } from '../logging/logger';
import { isDelivery, type MeterDelivery, type MeterStore } from './meter-store';

const LIST = 'gatehouse:usage';
const MARK = 'gatehouse:usage-mark:';
/** What nobody takes is sent again later; a Redis is no store for it. */
const LONGEST = 10_000;
const LOOK_MS = 100;
const PATIENCE_MS = 5000;
const TAKE_SECONDS = 1;
const RETRY_MS = 500;

/** The node's end. */
export class RedisMeters implements MeterStore {
  private readonly redis: Redis;
  private isClosed = false;

  constructor(options: RedisOptions) {
    this.redis = connectRedis(options, 'metering');
  }

  async deliver(delivery: MeterDelivery): Promise<void> {
    const { source, batches } = delivery;
    const last = batches.at(-1)?.sequence ?? 0;
    const redis = await whenReady(this.redis);
    if (await this.isMarked(source, last)) return;
    await redis.lpush(LIST, JSON.stringify(delivery));
    await redis.ltrim(LIST, 0, LONGEST - 1);
    const untilMs = performance.now() + PATIENCE_MS;
    while (!this.isClosed && performance.now() < untilMs) {
      if (await this.isMarked(source, last)) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    throw new Error('nobody has counted it yet');
  }

  close(): void {
    this.isClosed = true;
    this.redis.disconnect();
  }

  private async isMarked(source: string, last: number): Promise<boolean> {
    return Number((await this.redis.get(MARK + source)) ?? '0') >= last;
  }
}

/** The other end: takes deliveries one by one into `store` until what it returns is called, which waits for the one at hand. */
export function takeMeters(store: MeterStore, options: RedisOptions): () => Promise<void> {
  // It waits for news in the server, longer than other commands may.
  const redis = connectRedis({ ...options, commandTimeoutMs: TAKE_SECONDS * 1000 + 2000 }, 'metering');
  let isStopped = false;
  const run = async (): Promise<void> => {
    while (!isStopped) {
      try {
        await takeOne(redis, store);
      } catch (error) {
        if (isStopped) return;
        options.logger.debug('metering', { reason: reasonOf(error) });
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  };
  const done = run();
  return async () => {
    isStopped = true;
    await done;
    redis.disconnect();
  };
}

/** One that is taken and then lost comes again from its node. */
async function takeOne(redis: Redis, store: MeterStore): Promise<void> {
  const [, text] = (await (await whenReady(redis)).brpop(LIST, TAKE_SECONDS)) ?? [];
  if (text === undefined) return;
  const delivery: unknown = JSON.parse(text);
  if (!isDelivery(delivery)) return;
  await store.deliver(delivery);
  await redis.set(MARK + delivery.source, delivery.batches.at(-1)?.sequence ?? 0, 'EX', MARK_SECONDS);
}

/** A source that is not heard of for so long has nothing to ask. */
const MARK_SECONDS = 86_400;
