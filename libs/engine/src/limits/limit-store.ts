/**
 * What nodes share of their limits. A node leases tokens from the store in slices and spends them by itself. Adapters live in
 * `platform/limits`; what a store does with a request is written down in `shared-bucket.ts`, and all of them pass one contract
 * suite.
 */
import type { Limit } from './bucket';

export interface LeaseRequest extends Limit {
  /** Name of the bucket; whoever names it alike shares it. */
  readonly bucket: string;
  /** Calls that this node has let pass since it began, all told; so an answer that is lost is counted once all the same. */
  readonly spent: number;
  /** `spent` plus what the node holds unspent, by the last answer that it got. */
  readonly charged: number;
  /** What the store has written down of this node is not continued: `charged` counts. */
  readonly isFresh: boolean;
  /** Tokens that are hoped for; below 0 = none, and what is held is given back. */
  readonly want: number;
  /**
   * Level of the bucket beside what the node holds, as far as it knows: where the store has lost the bucket it goes on from
   * here, and where `isFresh` it goes no higher. Absent = not known.
   */
  readonly level?: number;
}

export interface LeaseAnswer {
  /** Whole tokens that the node holds from now on, beside none that it held before. */
  readonly granted: number;
  /** What is left, with fractions; below 0 = a debt. */
  readonly level: number;
}

export interface LeaseAnswers {
  /** Nodes that were heard of within `NODE_TTL_MS`, the asking one included. */
  readonly nodes: number;
  /** In the order of the requests. */
  readonly answers: readonly LeaseAnswer[];
}

export interface LimitStore {
  /** One round trip for all. No request = a sign of life. Rejects where the store cannot say; may take as long as it likes. */
  lease(node: string, requests: readonly LeaseRequest[]): Promise<LeaseAnswers>;
}

/** For how long a node that says nothing counts as living. */
export const NODE_TTL_MS = 5000;
/** What a node holds counts as spent when it says nothing for so long. */
export const LEASE_TTL_MS = 2000;
/** For how long a store remembers a node's account of a bucket. */
export const ACCOUNT_TTL_MS = 60_000;
