/**
 * DIFFERS: waiting asynchronous invocations; they are kept in memory.
 *
 * Asynchronous invocations: taken at once, tried again when the function fails. A stop of the host
 * loses those that wait.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
import { AwsError } from '@gatehouse/aws-wire';
import { reasonOf, type Logger } from '@gatehouse/platform';
import { throttled } from '../lambda-fault';

export interface EventQueueOptions {
  /** Waits before the repeats of an event whose function failed; AWS: two, after one and two minutes. */
  readonly retryDelaysMs: readonly number[];
  readonly logger: Logger;
}

/** One event. `attempt` resolves with whether the function answered without an error. */
export interface QueuedEvent {
  readonly requestId: string;
  readonly bytes: number;
  attempt(): Promise<boolean>;
}

const MAX_EVENTS = 10_000;
const MAX_BYTES = 64 * 1024 * 1024;
/** A function at its concurrency is asked again after this, doubled each time up to the other. */
const THROTTLE_MS = 50;
const MAX_THROTTLE_MS = 5000;
/** AWS keeps trying a throttled event for six hours. */
const MAX_AGE_MS = 6 * 3600 * 1000;

export class EventQueue {
  private readonly timers = new Set<NodeJS.Timeout>();
  private count = 0;
  private bytes = 0;

  constructor(private readonly options: EventQueueOptions) {}

  /** Throws `TooManyRequestsException` when too much waits. */
  add(event: QueuedEvent): void {
    if (this.count >= MAX_EVENTS || this.bytes + event.bytes > MAX_BYTES) {
      throw throttled('ConcurrentInvocationLimitExceeded');
    }
    this.count++;
    this.bytes += event.bytes;
    void this.work(event).finally(() => {
      this.count--;
      this.bytes -= event.bytes;
    });
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    if (this.count > 0) this.options.logger.warn('asynchronous invocations were lost', { count: this.count });
  }

  /** A broken promise of ours ends this event alone. */
  private async work(event: QueuedEvent): Promise<void> {
    try {
      for (const delayMs of [0, ...this.options.retryDelaysMs]) {
        await this.pause(delayMs);
        if (await this.whenThereIsRoom(event)) return;
      }
      this.options.logger.warn('an asynchronous invocation failed for good', { requestId: event.requestId });
    } catch (error) {
      const { requestId } = event;
      this.options.logger.warn('an asynchronous invocation was dropped', {
        requestId,
        reason: reasonOf(error),
      });
    }
  }

  private async whenThereIsRoom(event: QueuedEvent): Promise<boolean> {
    const endMs = Date.now() + MAX_AGE_MS;
    for (let waitMs = THROTTLE_MS; ; waitMs = Math.min(waitMs * 2, MAX_THROTTLE_MS)) {
      try {
        return await event.attempt();
      } catch (error) {
        const isThrottled = error instanceof AwsError && error.status === 429;
        if (!isThrottled || Date.now() > endMs) throw error;
        await this.pause(waitMs);
      }
    }
  }

  /** Never ends after a stop. */
  private pause(ms: number): Promise<void> {
    if (ms === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        resolve();
      }, ms).unref();
      this.timers.add(timer);
    });
  }
}
