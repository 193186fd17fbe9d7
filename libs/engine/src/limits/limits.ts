/** Where steps get their buckets from. */
import type { Clock } from '../ports';
import { OwnBucket, type Bucket, type Limit } from './bucket';
import { OwnQuota, type Quota, type QuotaTerms } from './quota';

export interface Limits {
  /** The same one for the same name; the limit given last counts. Names come from configuration, and from keys that it knows. */
  bucket(name: string, limit: Limit): Bucket;
  /** Likewise. */
  quota(name: string, terms: QuotaTerms): Quota;
  /** Is what nodes share out of reach, so that buckets hold this node's share only? */
  readonly isAlone: boolean;
}

/**
 * Of a node that shares nothing. A bucket lives as long as anybody holds it: a program holds what its routes need, so those of
 * retired snapshots go. Who deploys may thus find a full bucket once.
 */
export class OwnLimits implements Limits {
  readonly isAlone = false;
  readonly #buckets = new Held<OwnBucket>();
  readonly #quotas = new Held<OwnQuota>();

  constructor(private readonly clock: Pick<Clock, 'monotonicMs'>) {}

  bucket(name: string, limit: Limit): Bucket {
    const known = this.#buckets.get(name);
    if (known === undefined) return this.#buckets.add(name, new OwnBucket(limit, this.clock.monotonicMs()));
    known.changeLimit(limit, this.clock.monotonicMs());
    return known;
  }

  quota(name: string, terms: QuotaTerms): Quota {
    const known = this.#quotas.get(name);
    if (known === undefined) return this.#quotas.add(name, new OwnQuota(terms));
    known.change(terms);
    return known;
  }
}

/** By name, for as long as somebody else holds them. */
export class Held<T extends object> {
  readonly #held = new Map<string, WeakRef<T>>();
  /** Names are dropped when there are twice as many as were left the last time. */
  #sweepAt = 1024;

  get(name: string): T | undefined {
    return this.#held.get(name)?.deref();
  }

  add(name: string, one: T): T {
    this.#held.set(name, new WeakRef(one));
    if (this.#held.size >= this.#sweepAt) this.#sweep();
    return one;
  }

  /** Those of names that are known, held or not. */
  get size(): number {
    return this.#held.size;
  }

  all(): T[] {
    return [...this.#held.values()].flatMap((held) => held.deref() ?? []);
  }

  #sweep(): void {
    for (const [name, held] of this.#held) if (held.deref() === undefined) this.#held.delete(name);
    this.#sweepAt = Math.max(1024, 2 * this.#held.size);
  }
}
