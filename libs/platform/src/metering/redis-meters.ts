/**
 * Metering over Redis: what a source has to say at `gatehouse:usage-of:{source}`, one delivery of each; who has something to say, in a
 * list at `gatehouse:usage`; and at `gatehouse:usage-mark:{source}` up to which number a source is counted. Redis promises nothing
 * here: a node says again whatever is not marked in time, and whoever counts takes each number once. So this needs neither groups
 * nor a queue's book-keeping, holds no more than one delivery of a source however long nobody takes any, and any number of
 * control planes may take.
 */
import type { Redis } from 'ioredis';
import { connectRedis, whenReady, type RedisOptions } from '../feed/redis-connection';
import { reasonOf } from '../logging/logger';
import { deliveryIn, type MeterDelivery, type MeterStore } from './meter-store';

const LIST = 'gatehouse:usage';
const OF = 'gatehouse:usage-of:';
const MARK = 'gatehouse:usage-mark:';
/** Who is left out says it again. */
const LONGEST = 10_000;
/** Longer than a node waits before it says it again. */
const SAID_SECONDS = 60;
const LOOK_MS = 100;
const PATIENCE_MS = 5000;
const TAKE_SECONDS = 1;
const RETRY_MS = 500;

/** The node's end. */
export class RedisMeters implements MeterStore {
  private readonly redis: Redis;
  private isClosed = false;

  private readonly patienceMs: number;

  /** `patienceMs`: how long an answer is waited for; default 5,000. */
  constructor({ patienceMs = PATIENCE_MS, ...options }: RedisOptions & { readonly patienceMs?: number }) {
    this.redis = connectRedis(options, 'metering');
    this.patienceMs = patienceMs;
  }

  async deliver(delivery: MeterDelivery): Promise<void> {
    const { source, batches } = delivery;
    const last = batches.at(-1)?.sequence ?? 0;
    const redis = await whenReady(this.redis);
    if (await this.isMarked(source, last)) return;
    await redis.set(OF + source, JSON.stringify(delivery), 'EX', SAID_SECONDS);
    await redis.lrem(LIST, 0, source);
    await redis.lpush(LIST, source);
    await redis.ltrim(LIST, 0, LONGEST - 1);
    const untilMs = performance.now() + this.patienceMs;
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

/** One that is taken and then lost comes again from its node. What is said is forgotten before the node is told to go on. */
async function takeOne(redis: Redis, store: MeterStore): Promise<void> {
  const [, source] = (await (await whenReady(redis)).brpop(LIST, TAKE_SECONDS)) ?? [];
  const text = source === undefined ? null : await redis.get(OF + source);
  if (text === null) return;
  const delivery = deliveryIn(JSON.parse(text));
  if (delivery === undefined) return;
  await store.deliver(delivery);
  await redis.del(OF + delivery.source);
  await redis.set(MARK + delivery.source, delivery.batches.at(-1)?.sequence ?? 0, 'EX', MARK_SECONDS);
}

/** A source that is not heard of for so long has nothing to ask. */
const MARK_SECONDS = 86_400;
