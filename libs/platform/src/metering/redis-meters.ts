/**
 * Metering over Redis: what a source has to say at `gatehouse:usage-of:{source}`, one delivery of each; who has something to say, in a
 * list at `gatehouse:usage`; and at `gatehouse:usage-mark:{source}` up to which number a source is counted. Redis promises nothing
 * here: a node says again whatever is not marked in time, and whoever counts takes each number once. So this needs neither groups
 * nor a queue's book-keeping, holds no more than one delivery of a source however long nobody takes any, and any number of
 * control planes may take. Nor does Redis bear witness: deliveries and marks are sealed under the nodes' key, so that nobody who
 * can write there bills anybody for calls, or makes a node forget calls that nobody has counted.
 */
import type { Redis } from 'ioredis';
import { connectRedis, whenReady, type RedisOptions } from '../feed/redis-connection';
import type { Sealer } from '../keys';
import { reasonOf, type Logger } from '../logging/logger';
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

export interface RedisMetersOptions extends RedisOptions {
  /** Of the key that nodes and control planes share. Without it nothing is delivered. */
  readonly sealer: () => Sealer | undefined;
  /** How long an answer is waited for. Default 5,000. */
  readonly patienceMs?: number;
}

const deliveryPurpose = (source: string): string => `metering/${source}`;
const markPurpose = (source: string): string => `metering-mark/${source}`;

/** The node's end. */
export class RedisMeters implements MeterStore {
  private readonly redis: Redis;
  private isClosed = false;

  constructor(private readonly options: RedisMetersOptions) {
    this.redis = connectRedis(options, 'metering');
  }

  async deliver(delivery: MeterDelivery): Promise<void> {
    const { source, batches } = delivery;
    const last = batches.at(-1)?.sequence ?? 0;
    const { patienceMs = PATIENCE_MS } = this.options;
    const sealer = this.options.sealer();
    if (sealer === undefined) throw new Error('there is no node key to seal it with');
    const redis = await whenReady(this.redis);
    if (await this.isMarked(sealer, source, last)) return;
    const sealed = sealer.seal(JSON.stringify(delivery), deliveryPurpose(source));
    await redis.set(OF + source, sealed, 'EX', SAID_SECONDS);
    await redis.lrem(LIST, 0, source);
    await redis.lpush(LIST, source);
    await redis.ltrim(LIST, 0, LONGEST - 1);
    const untilMs = performance.now() + patienceMs;
    while (!this.isClosed && performance.now() < untilMs) {
      if (await this.isMarked(sealer, source, last)) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    throw new Error('nobody has counted it yet');
  }

  close(): void {
    this.isClosed = true;
    this.redis.disconnect();
  }

  private async isMarked(sealer: Sealer, source: string, last: number): Promise<boolean> {
    const sealed = await this.redis.get(MARK + source);
    return sealed !== null && Number(sealer.openIfSealed(sealed, markPurpose(source))) >= last;
  }
}

/** The other end: takes deliveries one by one into `store` until what it returns is called, which waits for the one at hand. */
export function takeMeters(
  store: MeterStore,
  options: RedisOptions & { readonly sealer: Sealer },
): () => Promise<void> {
  // It waits for news in the server, longer than other commands may.
  const redis = connectRedis({ ...options, commandTimeoutMs: TAKE_SECONDS * 1000 + 2000 }, 'metering');
  let isStopped = false;
  const run = async (): Promise<void> => {
    while (!isStopped) {
      try {
        await takeOne(redis, store, options);
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
async function takeOne(
  redis: Redis,
  store: MeterStore,
  { sealer, logger }: { readonly sealer: Sealer; readonly logger: Logger },
): Promise<void> {
  const [, source] = (await (await whenReady(redis)).brpop(LIST, TAKE_SECONDS)) ?? [];
  if (source === undefined) return;
  const sealed = await redis.get(OF + source);
  if (sealed === null) return;
  const text = sealer.openIfSealed(sealed, deliveryPurpose(source));
  const delivery = text === undefined ? undefined : deliveryIn(JSON.parse(text));
  if (delivery?.source !== source)
    return logger.warn('what is metered is not taken: it is no delivery sealed under our key', { source });
  await store.deliver(delivery);
  await redis.del(OF + source);
  const mark = sealer.seal(String(delivery.batches.at(-1)?.sequence ?? 0), markPurpose(source));
  await redis.set(MARK + source, mark, 'EX', MARK_SECONDS);
}

/** A source that is not heard of for so long has nothing to ask. */
const MARK_SECONDS = 86_400;
