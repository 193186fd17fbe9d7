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

/** Of one period of one quota. Nothing comes back by itself, and what was handed out is spent unless its holder says otherwise. */
export interface QuotaRequest {
  /** Names the period too; whoever names it alike shares it. */
  readonly quota: string;
  /** Tells this account of the node from others that it had of the same name; so an answer that is lost is counted once. */
  readonly holder: number;
  /** Calls in the period, as far as this node knows. */
  readonly limit: number;
  /** Calls that this holder has let pass, all told. */
  readonly spent: number;
  /** `spent` plus what it holds, by the last answer that it got. */
  readonly charged: number;
  /** Calls that it would hold from now on; 0 = all is given back. */
  readonly want: number;
  /** What was left by the last answer; absent = none yet. */
  readonly level?: number;
  /** For so long the store must not forget it. */
  readonly keepMs: number;
}

export interface LeaseAnswers {
  /** Nodes that were heard of within `NODE_TTL_MS`, the asking one included. */
  readonly nodes: number;
  /** In the order of the requests. */
  readonly answers: readonly LeaseAnswer[];
  /** In the order of the requests for quotas. */
  readonly quotas: readonly LeaseAnswer[];
  /** Names of quotas of which somebody got nothing within `WANTED_MS`: whoever has no use for what he holds gives it back. */
  readonly wanted: readonly string[];
}

export interface LimitStore {
  /** One round trip for all. No request = a sign of life. Rejects where the store cannot say; may take as long as it likes. */
  lease(
    node: string,
    requests: readonly LeaseRequest[],
    quotas?: readonly QuotaRequest[],
  ): Promise<LeaseAnswers>;
}

/** For how long a node that says nothing counts as living. */
export const NODE_TTL_MS = 5000;
/** What a node holds counts as spent when it says nothing for so long. */
export const LEASE_TTL_MS = 2000;
/** For how long a store remembers a node's account of a bucket. */
export const ACCOUNT_TTL_MS = 60_000;
/** For how long a quota is told to be wanted. */
export const WANTED_MS = 500;
