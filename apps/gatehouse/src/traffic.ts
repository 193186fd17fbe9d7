/** The data plane of `gatehouse start`: in this process, or in workers of it that get their snapshots over its channel to them. */
import cluster, { type Worker } from 'node:cluster';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { absolveWorker, startDataPlane, Supervisor, workerEnvironment } from '@gatehouse/data-plane';
import {
  ConfigError,
  MemoryEntries,
  MemoryLimits,
  QuotaFile,
  nodeSealer,
  readPublicKeys,
  serveEntries,
  serveFeed,
  serveLimits,
  serveMeters,
  startTelemetry,
  type Address,
  type Config,
  type EntryChannel,
  type EntryKind,
  type Feed,
  type FeedChannel,
  type LimitChannel,
  type Logger,
  type MeterChannel,
  type MeterStore,
  type Probe,
} from '@gatehouse/platform';
import { RedisEntries } from '@gatehouse/platform/redis-entries';
import { RedisLimits } from '@gatehouse/platform/redis-limits';
import type { GatehouseOptions } from './start';
import type { Started } from './started';
import { VERSION } from './version';

export interface Traffic {
  readonly gatewayAddress: Address;
  readonly probe: Probe;
}

export interface TrafficParts {
  readonly feed: Feed;
  /** Who adds up what is metered. */
  readonly meterStore: MeterStore;
  /** Where no integration may call. */
  readonly ownAddresses: readonly Address[];
  /** The terminal stays readable. */
  readonly accessLogFile: string;
}

/** What a worker is told, as its one argument. */
export type WorkerOrders = Pick<TrafficParts, 'ownAddresses' | 'accessLogFile'>;

/** Resolves when the gateway's address is bound. */
export function startTraffic(
  options: GatehouseOptions,
  parts: TrafficParts,
  started: Started,
): Promise<Traffic> {
  return options.workers === 1 ? startHere(options, parts, started) : startWorkers(options, parts, started);
}

async function startHere(
  { config, logger, environment }: GatehouseOptions,
  { feed, meterStore, ownAddresses, accessLogFile }: TrafficParts,
  started: Started,
): Promise<Traffic> {
  const accessLog = createWriteStream(accessLogFile, { flags: 'a', mode: 0o600 });
  const telemetry = started.keep(
    startTelemetry({ environment, nodeId: config.nodeId, version: VERSION, accessLog }),
    (one) => one.stop(2000),
  );
  const publicKeys = readPublicKeys(config.snapshotPublicKeyFile);
  const store = limitStore(config, logger, started);
  const decisions = entries('decision', config, logger, started);
  const answers = entries('answer', config, logger, started);
  return started.keep(
    await startDataPlane({
      config,
      feed,
      publicKeys,
      logger,
      telemetry,
      ownAddresses: () => ownAddresses,
      limitStore: store,
      ...(decisions && { decisions }),
      ...(answers && { answers }),
      meterStore,
      newcomersMs: 0,
    }),
    (one) => one.stop(),
  );
}

async function startWorkers(
  { config, logger, workers }: GatehouseOptions,
  { feed, meterStore, ...orders }: TrafficParts,
  started: Started,
): Promise<Traffic> {
  const told: WorkerOrders = orders;
  let hopeless = (): void => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    hopeless = () => reject(new ConfigError('no worker could start'));
  });
  failed.catch(() => undefined);
  const bound = addressesOf(workers);
  const shared: Shared = {
    limits: limitStore(config, logger, started),
    decision: entries('decision', config, logger, started) ?? new MemoryEntries(DECISION_BYTES),
    answer: entries('answer', config, logger, started) ?? new MemoryEntries(config.responseCacheBytes),
  };
  const supervisor = started.keep(
    new Supervisor({
      workers,
      program: {
        exec: join(__dirname, 'worker.js'),
        args: [JSON.stringify(told)],
        serialization: 'advanced',
      },
      logger,
      environmentOf: (place) => ({
        ...workerEnvironment(config, place, workers),
        ...functionsEnvironment(config),
      }),
      onPlaced: (worker) => serveWorker({ feed, meterStore, ...shared }, worker),
      onKilled: (place) => absolveWorker(config, place),
      onHopeless: () => hopeless(),
    }),
    (one) => one.stop(),
  );
  const gatewayAddress = await Promise.race([bound, failed]);
  return { gatewayAddress, probe: supervisor.probe };
}

/** What this process knows of functions: its settings may not say it, and a worker's folder is its own. */
function functionsEnvironment({ functionsEndpoint, functionsCredentialsFile }: Config): NodeJS.ProcessEnv {
  return {
    ...(functionsEndpoint !== undefined && { GATEHOUSE_FUNCTIONS_ENDPOINT: functionsEndpoint }),
    GATEHOUSE_FUNCTIONS_CREDENTIALS_FILE: functionsCredentialsFile,
  };
}

/** Resolves when so many workers listen. */
function addressesOf(workers: number): Promise<Address> {
  let listening = 0;
  return new Promise((resolve) => {
    const onListening = (_worker: Worker, { address, port }: { address: string; port: number }): void => {
      if (++listening < workers) return;
      cluster.off('listening', onListening);
      resolve({ host: address, port });
    };
    cluster.on('listening', onListening);
  });
}

/** Shared with other nodes where there is a Redis; else of this machine, and quotas outlive a restart. */
function limitStore(
  { redisUrl, dataDir }: Config,
  logger: Logger,
  started: Started,
): RedisLimits | MemoryLimits {
  const store =
    redisUrl === undefined
      ? new MemoryLimits(new QuotaFile(join(dataDir, 'quotas'), logger))
      : new RedisLimits({ url: redisUrl, logger });
  return started.keep(store, async (one) => one.close());
}

/** What workers have in common. */
interface Shared extends Readonly<Record<EntryKind, RedisEntries | MemoryEntries>> {
  readonly limits: RedisLimits | MemoryLimits;
}

const DECISION_BYTES = 32 * 1024 * 1024;
/** A request may wait for it before its authorizer, or its integration, is asked. */
const ENTRY_TIMEOUT_MS = 250;

/** Shared with other nodes where there is a Redis. */
function entries(
  kind: EntryKind,
  { redisUrl, nodeKeyFile }: Config,
  logger: Logger,
  started: Started,
): RedisEntries | undefined {
  if (redisUrl === undefined) return undefined;
  const options = { kind, url: redisUrl, logger, commandTimeoutMs: ENTRY_TIMEOUT_MS };
  const opened = new RedisEntries({ ...options, sealer: nodeSealer(nodeKeyFile) });
  return started.keep(opened, async (one) => one.close());
}

interface Served extends Shared {
  readonly feed: Feed;
  readonly meterStore: MeterStore;
}

function serveWorker(served: Served, worker: Worker): void {
  const channel: FeedChannel & LimitChannel & EntryChannel & MeterChannel = {
    send: (message: object) => {
      if (worker.isConnected()) worker.send(message, () => undefined);
    },
    listen: (listener: (message: unknown) => void) => {
      worker.on('message', listener);
      return () => worker.off('message', listener);
    },
  };
  worker.once('exit', serveLimits(served.limits, channel));
  worker.once('exit', serveMeters(served.meterStore, channel));
  for (const kind of ['decision', 'answer'] as const)
    worker.once('exit', serveEntries(served[kind], channel, kind));
  void serveFeed(served.feed, channel).then((stop) => worker.once('exit', () => void stop()));
}
