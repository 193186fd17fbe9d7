/**
 * Keeps the publisher going: a wake-up after each commit and a constant beat. Wake-ups travel through BullMQ when there is
 * a Redis (any control plane may take the job), else in the process. A failed run is repeated by the beat.
 */
import { reasonOf, type Logger } from '@gatehouse/platform';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Publisher } from './publisher';

const BEAT_MS = 2000;

export interface PublishLoop {
  /** Returns at once. */
  wake(): void;
  stop(): Promise<void>;
}

interface WakeUps {
  send(): void;
  close(): Promise<void>;
}

export function startPublishLoop(
  publisher: Publisher,
  logger: Logger,
  redisUrl: string | undefined,
): PublishLoop {
  const runs = new SerialRuns((error) =>
    logger.warn('publishing failed, it will be repeated', { reason: reasonOf(error) }),
  );
  const drain = (): Promise<void> => runs.run(() => publisher.drain());
  const wakeUps = redisUrl === undefined ? inProcess(drain) : overBullMq(redisUrl, drain, logger);
  const beat = setInterval(() => void runs.run(() => publisher.reconcile()), BEAT_MS);
  return {
    wake: () => wakeUps.send(),
    stop: async () => {
      clearInterval(beat);
      await wakeUps.close();
      await runs.idle();
    },
  };
}

/** One run at a time; what is asked for during a run happens once after it. Never rejects. */
class SerialRuns {
  private tail: Promise<void> = Promise.resolve();
  private waiting = 0;

  constructor(private readonly onError: (error: unknown) => void) {}

  run(work: () => Promise<void>): Promise<void> {
    if (this.waiting > 1) return this.tail;
    this.waiting++;
    this.tail = this.tail.then(work).catch(this.onError);
    void this.tail.then(() => this.waiting--);
    return this.tail;
  }

  idle(): Promise<void> {
    return this.tail;
  }
}

function inProcess(drain: () => Promise<void>): WakeUps {
  return { send: () => void drain(), close: async () => undefined };
}

function overBullMq(url: string, drain: () => Promise<void>, logger: Logger): WakeUps {
  const connections = [0, 1].map(
    () => new Redis(url, { maxRetriesPerRequest: null, enableOfflineQueue: false }),
  );
  for (const connection of connections) connection.on('error', () => undefined);
  const [forQueue, forWorker] = connections as [Redis, Redis];
  const queue = new Queue('gatehouse-publish', { connection: forQueue });
  const worker = new Worker('gatehouse-publish', drain, { connection: forWorker });
  // Redis away: the beat drains the outbox meanwhile, so these are no news beyond the feed's own warning.
  queue.on('error', (error) => logger.debug('publish queue', { reason: reasonOf(error) }));
  worker.on('error', (error) => logger.debug('publish worker', { reason: reasonOf(error) }));
  return {
    send: () =>
      void queue.add('drain', {}, { removeOnComplete: true, removeOnFail: true }).catch(() => void drain()),
    close: async () => {
      await worker.close();
      await queue.close();
      for (const connection of connections) connection.disconnect();
    },
  };
}
