import type { CanaryReport } from './canary-report';

/**
 * The feed carries published snapshots from the control plane to the nodes, and the nodes' reports back. What it holds
 * is signed and content-addressed, so the feed itself is not trusted.
 */
export interface Feed {
  /**
   * Makes `manifest` current unless a newer revision is there already, with the parts that it needs and that may be
   * missing. Subscribers are told after all of it can be read, also when only parts were news: another publisher's newer
   * manifest may have named them first. Rejects when the feed is out of reach.
   */
  publish(publication: Publication): Promise<void>;
  /** The sealed manifest; `undefined` when nothing was published yet. */
  manifest(): Promise<Uint8Array | undefined>;
  part(hash: string): Promise<Uint8Array | undefined>;
  /**
   * `listener` is called after every publication, and after a lost connection came back; never again from the moment that
   * what this resolves with, or `close`, is called.
   */
  subscribe(listener: () => void): Promise<() => Promise<void>>;
  /** Tells the control plane what this node runs. Fails open: a lost report is repeated by the next one. */
  report(report: NodeReport): Promise<void>;
  close(): Promise<void>;
}

export interface Publication {
  readonly revision: number;
  readonly manifest: Uint8Array;
  readonly parts: ReadonlyMap<string, Uint8Array>;
  /** Hashes that no manifest names any longer; kept for a while for nodes that are behind. */
  readonly retired: readonly string[];
}

export interface NodeReport {
  readonly nodeId: string;
  /** Revision of the manifest that is applied. */
  readonly revision: number;
  /** Epoch milliseconds at which it was applied. */
  readonly appliedAt: number;
  /** Epoch milliseconds of the process's start. */
  readonly startedAt: number;
  /** What could not be applied: `{apiId}/{stage}` -> reason. */
  readonly faults: Readonly<Record<string, string>>;
  /** Calls of stages with a canary since the last report: `{apiId}/{stage}` -> counts. Absent = none. */
  readonly canaries?: Readonly<Record<string, CanaryReport>>;
}

/** Nest's event pattern of the reports (control plane's side). */
export const NODE_REPORT_PATTERN = 'gatehouse.node.report';
