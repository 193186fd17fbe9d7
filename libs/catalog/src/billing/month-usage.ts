/** What an account used in a month, as it was metered. */
import type { CacheSize } from '../rest/cache-size';

/** `bytesIn` and `bytesOut` are of bodies. */
export interface UsageCounts {
  readonly calls: bigint;
  /** What of the calls is charged. */
  readonly billed: bigint;
  readonly bytesIn: bigint;
  readonly bytesOut: bigint;
  readonly cacheHits: bigint;
}

/** Of one API with one key. */
export interface KeyedUsage extends UsageCounts {
  readonly apiId: string;
  /** '' = no key was needed. */
  readonly keyId: string;
}

/** For how long a stage had a cache of this size in the month. */
export interface CacheUsage {
  readonly apiId: string;
  readonly stage: string;
  readonly size: CacheSize;
  readonly seconds: bigint;
}

/** What is known of an API or a key beside its id. */
export interface Named {
  readonly name?: string;
  readonly isDeleted?: true;
}

export interface NamedApi extends Named {
  readonly kind: 'REST' | 'HTTP';
}

export interface MonthUsage {
  /** One for each API and key; the order does not matter. */
  readonly keyed: readonly KeyedUsage[];
  readonly caches: readonly CacheUsage[];
  /** By id. What is missing was deleted before names were kept. */
  readonly apis: ReadonlyMap<string, NamedApi>;
  readonly keys: ReadonlyMap<string, Named>;
}

const NO_COUNTS: UsageCounts = { calls: 0n, billed: 0n, bytesIn: 0n, bytesOut: 0n, cacheHits: 0n };

export function sumCounts(all: readonly UsageCounts[]): UsageCounts {
  return all.reduce<UsageCounts>(
    (sum, one) => ({
      calls: sum.calls + one.calls,
      billed: sum.billed + one.billed,
      bytesIn: sum.bytesIn + one.bytesIn,
      bytesOut: sum.bytesOut + one.bytesOut,
      cacheHits: sum.cacheHits + one.cacheHits,
    }),
    NO_COUNTS,
  );
}
