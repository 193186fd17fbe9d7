/** Failures that are thrown again for a while, so that what is broken is left alone. Bounded; the oldest are forgotten. */
import type { Clock } from '../ports';

export interface Failure {
  readonly error: unknown;
  readonly untilMs: number;
}

const MAX_FAILURES = 10_000;

export class FailureMemory {
  readonly #failures = new Map<string, Failure>();

  constructor(private readonly clock: Pick<Clock, 'monotonicMs'>) {}

  remember(key: string, error: unknown, forMs: number): void {
    if (forMs <= 0) return;
    this.#failures.delete(key);
    this.#failures.set(key, { error, untilMs: this.clock.monotonicMs() + forMs });
    const [oldest = key] = this.#failures.keys();
    if (this.#failures.size > MAX_FAILURES) this.#failures.delete(oldest);
  }

  recall(key: string): Failure | undefined {
    const failure = this.#failures.get(key);
    return failure !== undefined && failure.untilMs > this.clock.monotonicMs() ? failure : undefined;
  }
}
