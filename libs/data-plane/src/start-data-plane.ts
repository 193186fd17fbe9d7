/**
 * The data plane, put together: gateway, listener, upstream, and the subscription that keeps the gateway at the published
 * revision. It serves from the moment it has a revision, be it from disk; the feed may be away.
 */
import { randomUUID, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import {
  DecisionCache,
  Gateway,
  type LeasedLimits,
  OWN_ENTRIES,
  ResponseCache,
  OwnLimits,
  type SharedEntries,
  type Functions,
  type Kit,
  type Limits,
  type LimitStore,
  type Observer,
} from '@gatehouse/engine';
import {
  configuredFunctions,
  gauge,
  SocketListener,
  nodeSecrets,
  noTracing,
  OidcTokens,
  reasonOf,
  SocketUpstream,
  type Address,
  type ClosableFunctions,
  type Config,
  type Feed,
  type Logger,
  type MeterStore,
  type Probe,
  type Telemetry,
} from '@gatehouse/platform';
import { CanaryCounts } from './canary-counts';
import { limitMetrics, nodeLimits } from './limits/node-limits';
import { NodeMetering } from './metering/node-metering';
import { systemClock, systemRandom } from './random-and-clock';
import { tuneForTraffic } from './machine-settings';
import { boundRegularExpressions } from './regular-expressions';
import { DiskStore } from './snapshots/disk-store';
import { Faults } from './snapshots/faults';
import { Reporter } from './snapshots/reporter';
import { Served } from './snapshots/served';
import { Subscription } from './snapshots/subscription';
import { Trials, trialsFile } from './snapshots/trials';

export interface DataPlaneOptions {
  readonly config: Pick<
    Config,
    | 'gatewayListen'
    | 'gatewayTls'
    | 'dataDir'
    | 'region'
    | 'hostSuffixes'
    | 'privateOrigins'
    | 'nodeId'
    | 'drainSeconds'
    | 'maxConnections'
    | 'tunnelIdleSeconds'
    | 'maxOriginConnections'
    | 'functionsEndpoint'
    | 'functionsEndpoints'
    | 'functionsCredentialsFile'
    | 'nodeKeyFile'
    | 'responseCacheBytes'
    | 'accountLimit'
    | 'expectedNodes'
  >;
  /** Its owner closes it, after `stop`. */
  readonly feed: Feed;
  readonly publicKeys: readonly KeyObject[];
  /** Its owner closes it, after `stop`. Absent = what authorizers say is not shared with other nodes. */
  readonly decisions?: SharedEntries;
  /** Its owner closes it, after `stop`. Absent = what the response cache holds is not shared with other nodes. */
  readonly answers?: SharedEntries;
  /** Its owner closes it, after `stop`. Absent = every limit is this node's alone. */
  readonly limitStore?: LimitStore;
  /** Its owner closes it, after `stop`. Absent = nothing is metered. */
  readonly meterStore?: MeterStore;
  readonly logger: Logger;
  /** Listeners that no integration may call, beside the gateway's own (a request would call itself without end): admin, management, embedded PostgreSQL. Asked at each new connection. */
  readonly ownAddresses: () => Iterable<Address>;
  /** After `stop`, new connections are taken for so long; 0 where nobody balances load over nodes. Default 3,000. */
  readonly newcomersMs?: number;
  /** Absent = nothing is told. Its owner stops it, after `stop`. */
  readonly telemetry?: Pick<Telemetry, 'tracing' | 'observer' | 'accessLog' | 'metrics'>;
}

export interface DataPlane {
  readonly gatewayAddress: Address;
  readonly probe: Probe;
  /** Open client connections as a share of the most that may be, 0 to 1. */
  occupancy(): number;
  /** Off: new connections are left to other processes behind the same listener. At the start it is on. */
  takeConnections(isOn: boolean): void;
  /** Follows `takeConnections`, when that is done. */
  isTakingConnections(): boolean;
  /** Of what is applied; -1 = nothing yet. */
  revision(): number;
  /** Resolves when this revision or a newer one is applied; rejects after `timeoutMs` (default 10 s). */
  applied(revision: number, timeoutMs?: number): Promise<void>;
  /** What could not be applied, by place: `{apiId}/{stage}`, `manifest`, `feed`. */
  faults(): Readonly<Record<string, string>>;
  /** Drains: no new revision, running requests to their end or to the drain limit. Calling it again waits for the first. */
  stop(): Promise<void>;
}

/** Rejects with `ConfigError` when the gateway's address cannot be used. */
export async function startDataPlane(options: DataPlaneOptions): Promise<DataPlane> {
  boundRegularExpressions();
  tuneForTraffic();
  const node = new Node(options);
  try {
    await node.start();
    return node;
  } catch (error) {
    await node.stop();
    throw error;
  }
}

/** Of authorizers' results, in one process. */
const MAX_DECISION_BYTES = 32 * 1024 * 1024;

class Node implements DataPlane {
  private readonly upstream: SocketUpstream;
  private readonly functions: ClosableFunctions;
  private readonly gateway: Gateway;
  private readonly limits: LeasedLimits | undefined;
  private readonly canaryCounts: CanaryCounts;
  private readonly metering: NodeMetering | undefined;
  private readonly faultBook: Faults;
  private readonly subscription: Subscription;
  private readonly startedAt = Date.now();
  private readonly waiting = new Set<() => void>();
  private reporter: Reporter | undefined;
  private listener: SocketListener | undefined;
  private stopping: Promise<void> | undefined;

  constructor(private readonly options: DataPlaneOptions) {
    const { config, feed, logger, publicKeys, ownAddresses } = options;
    this.upstream = new SocketUpstream({
      privateOrigins: config.privateOrigins,
      maxConnections: config.maxOriginConnections,
      ownAddresses: () => [this.gatewayAddress, ...ownAddresses()],
      onDefect: (error) => this.tellDefect(error),
    });
    this.functions = configuredFunctions(config, (error) => this.tellDefect(error));
    const { limitStore: store } = options;
    this.limits = store && nodeLimits({ config, store, logger });
    this.canaryCounts = new CanaryCounts(options.telemetry?.observer ?? { observe: () => undefined });
    this.metering = nodeMetering(options);
    const kit = kitOf(options, this.upstream, this.functions, this.canaryCounts, this.limits);
    this.gateway = new Gateway(
      { ...kit, ...(this.metering && { metering: this.metering.meters }) },
      {
        region: config.region,
        defaultHostSuffixes: config.hostSuffixes,
      },
    );
    this.faultBook = new Faults(logger, () => this.reporter?.send());
    const folder = join(config.dataDir, 'snapshots');
    const trials = new Trials(trialsFile(config.dataDir), () => this.subscription.wake());
    this.subscription = new Subscription({
      feed,
      publicKeys,
      logger,
      faults: this.faultBook,
      trials,
      served: new Served(this.gateway, this.faultBook, trials, (apiId, stage) =>
        options.telemetry?.observer.forget(apiId, stage),
      ),
      disk: new DiskStore(folder, (hash) => trials.isProven(hash)),
      onApplied: () => this.onApplied(),
    });
  }

  async start(): Promise<void> {
    const { config, feed, logger } = this.options;
    await Promise.all([this.subscription.loadFromDisk(), this.limits?.started]);
    this.reporter = new Reporter(feed, logger, () => ({
      nodeId: config.nodeId,
      revision: this.subscription.revision,
      appliedAt: this.subscription.appliedAt,
      startedAt: this.startedAt,
      faults: this.faults(),
      canaries: this.canaryCounts.take(),
    }));
    await this.subscription.start();
    await this.limits?.informed();
    this.listener = await SocketListener.start({
      listen: config.gatewayListen,
      setting: 'GATEHOUSE_GATEWAY_LISTEN',
      maxConnections: config.maxConnections,
      tunnelIdleSeconds: config.tunnelIdleSeconds,
      ...(config.gatewayTls && { tls: { files: config.gatewayTls, logger } }),
      handle: (request) => this.gateway.handle(request),
      onDefect: (error) => this.tellDefect(error),
    });
    this.reporter.send();
  }

  get gatewayAddress(): Address {
    return this.listener?.address ?? this.options.config.gatewayListen;
  }

  readonly probe: Probe = {
    role: 'data-plane',
    ready: () => {
      if (this.stopping !== undefined) return 'draining';
      return this.revision() < 0 ? 'no revision applied yet' : undefined;
    },
    metrics: () => this.metrics(),
  };

  occupancy(): number {
    return (this.listener?.openConnections ?? 0) / this.options.config.maxConnections;
  }

  takeConnections(isOn: boolean): void {
    this.listener?.takeConnections(isOn);
  }

  isTakingConnections(): boolean {
    return this.listener?.isTakingConnections ?? false;
  }

  revision(): number {
    return this.subscription.revision;
  }

  faults(): Readonly<Record<string, string>> {
    return this.faultBook.toRecord();
  }

  applied(revision: number, timeoutMs = 10_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(check);
        reject(new Error(`revision ${revision} was not applied within ${timeoutMs} ms`));
      }, timeoutMs);
      const check = (): void => {
        if (this.revision() < revision) return;
        clearTimeout(timer);
        this.waiting.delete(check);
        resolve();
      };
      this.waiting.add(check);
      check();
    });
  }

  stop(): Promise<void> {
    return (this.stopping ??= this.drain());
  }

  private async drain(): Promise<void> {
    const drainMs = this.options.config.drainSeconds * 1000;
    await Promise.all([this.subscription.stop(), this.listener?.stop(drainMs, this.options.newcomersMs)]);
    this.reporter?.stop();
    await Promise.all([this.limits?.stop(), this.metering?.stop(METERING_STOP_MS)]);
    this.upstream.close();
    this.functions.close();
  }

  private onApplied(): void {
    for (const check of [...this.waiting]) check();
    this.reporter?.send();
  }

  private tellDefect(error: unknown): void {
    this.options.logger.error('a defect of a connection or of the listener', { reason: reasonOf(error) });
  }

  private metrics(): string {
    return (
      gauge('gatehouse_applied_revision', 'Snapshot revision that is applied; -1 = none.', this.revision()) +
      gauge('gatehouse_snapshot_faults', 'Places not as published.', Object.keys(this.faults()).length) +
      gauge('gatehouse_client_connections', 'Open client connections.', this.listener?.openConnections ?? 0) +
      gauge('gatehouse_origin_connections', 'Open origin connections.', this.upstream.connections) +
      limitMetrics(this.limits) +
      (this.options.telemetry?.metrics() ?? '')
    );
  }
}

/** What cannot be sent by then waits on disk for the next start. */
const METERING_STOP_MS = 3000;

function nodeMetering({ config, meterStore, logger, telemetry }: DataPlaneOptions): NodeMetering | undefined {
  if (meterStore === undefined) return undefined;
  return new NodeMetering({
    folder: join(config.dataDir, 'metering'),
    source: `${config.nodeId.replace(/[^\w.-]/g, '_').slice(0, 100)}.${randomUUID()}`,
    store: meterStore,
    logger,
    ...(telemetry && { accessLog: telemetry.accessLog }),
  });
}

function kitOf(
  { config, logger, telemetry, decisions = OWN_ENTRIES, answers }: DataPlaneOptions,
  upstream: SocketUpstream,
  functions: Functions,
  observer: Observer,
  limits: Limits = new OwnLimits(systemClock),
): Kit {
  return {
    upstream,
    functions,
    responses: new ResponseCache({
      clock: systemClock,
      store: answers,
      maxBytes: config.responseCacheBytes,
    }),
    decisions: new DecisionCache({
      clock: systemClock,
      store: decisions,
      maxBytes: MAX_DECISION_BYTES,
    }),
    limits,
    ...(config.accountLimit && { accountLimit: config.accountLimit }),
    tokens: new OidcTokens({ upstream }),
    secrets: nodeSecrets(config.nodeKeyFile),
    clock: systemClock,
    random: systemRandom(),
    tracing: telemetry?.tracing ?? noTracing,
    observer,
    accessLog: telemetry?.accessLog ?? { write: () => undefined },
    defects: {
      report: (error, requestId) =>
        logger.error('a defect ended a request', { requestId, reason: reasonOf(error) }),
    },
  };
}
