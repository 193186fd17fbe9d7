/** Where steps get their buckets from. */
import type { Clock } from '../ports';
import { OwnBucket, type Bucket, type Limit } from './bucket';

export interface Limits {
  /** The same one for the same name; the limit given last counts. Names come from configuration, and from keys that it knows. */
  bucket(name: string, limit: Limit): Bucket;
  /** Is what nodes share out of reach, so that buckets hold this node's share only? */
  readonly isAlone: boolean;
}

/**
 * Of a node that shares nothing. A bucket lives as long as anybody holds it: a program holds what its routes need, so those of
 * retired snapshots go. Who deploys may thus find a full bucket once.
 */
export class OwnLimits implements Limits {
  readonly isAlone = false;
  readonly #buckets = new NamedBuckets<OwnBucket>();

  constructor(private readonly clock: Pick<Clock, 'monotonicMs'>) {}

  bucket(name: string, limit: Limit): Bucket {
    const known = this.#buckets.get(name);
    if (known === undefined) return this.#buckets.add(name, new OwnBucket(limit, this.clock.monotonicMs()));
    known.changeLimit(limit, this.clock.monotonicMs());
    return known;
  }
}

/** By name, for as long as somebody else holds them. */
export class NamedBuckets<T extends Bucket> {
  readonly #buckets = new Map<string, WeakRef<T>>();
  /** Names are dropped when there are twice as many as were left the last time. */
  #sweepAt = 1024;

  get(name: string): T | undefined {
    return this.#buckets.get(name)?.deref();
  }

  add(name: string, bucket: T): T {
    this.#buckets.set(name, new WeakRef(bucket));
    if (this.#buckets.size >= this.#sweepAt) this.#sweep();
    return bucket;
  }

  #sweep(): void {
    for (const [name, held] of this.#buckets) if (held.deref() === undefined) this.#buckets.delete(name);
    this.#sweepAt = Math.max(1024, 2 * this.#buckets.size);
  }
}
