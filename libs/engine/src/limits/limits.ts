/** Where steps get their buckets from. */
import type { Clock } from '../ports';
import { OwnBucket, type Bucket, type Limit } from './bucket';
import { Held } from './held';
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
