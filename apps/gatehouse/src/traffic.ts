/** The data plane of `gatehouse start`: in this process, or in workers of it that get their snapshots over its channel to them. */
import cluster, { type Worker } from 'node:cluster';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { absolveWorker, startDataPlane, Supervisor, workerEnvironment } from '@gatehouse/data-plane';
import {
  ConfigError,
  MemoryLimits,
  readPublicKeys,
  serveFeed,
  serveLimits,
  startTelemetry,
  type Address,
  type Config,
  type Feed,
  type FeedChannel,
  type LimitChannel,
  type Logger,
  type Probe,
} from '@gatehouse/platform';
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
  { feed, ownAddresses, accessLogFile }: TrafficParts,
  started: Started,
): Promise<Traffic> {
  const accessLog = createWriteStream(accessLogFile, { flags: 'a', mode: 0o600 });
  const telemetry = started.keep(
    startTelemetry({ environment, nodeId: config.nodeId, version: VERSION, accessLog }),
    (one) => one.stop(2000),
  );
  const publicKeys = readPublicKeys(config.snapshotPublicKeyFile);
  const store = limitStore(config, logger, started);
  return started.keep(
    await startDataPlane({
      config,
      feed,
      publicKeys,
      logger,
      telemetry,
      ownAddresses: () => ownAddresses,
      ...(store && { limitStore: store }),
      newcomersMs: 0,
    }),
    (one) => one.stop(),
  );
}

async function startWorkers(
  { config, logger, workers }: GatehouseOptions,
  { feed, ...orders }: TrafficParts,
  started: Started,
): Promise<Traffic> {
  const told: WorkerOrders = orders;
  let hopeless = (): void => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    hopeless = () => reject(new ConfigError('no worker could start'));
  });
  failed.catch(() => undefined);
  const bound = addressesOf(workers);
  const limits = limitStore(config, logger, started) ?? new MemoryLimits();
  const supervisor = started.keep(
    new Supervisor({
      workers,
      program: {
        exec: join(__dirname, 'worker.js'),
        args: [JSON.stringify(told)],
        serialization: 'advanced',
      },
      logger,
      environmentOf: (place) => ({ ...workerEnvironment(config, place), ...functionsEnvironment(config) }),
      onFork: (worker) => serveWorker(feed, limits, worker),
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

/** Shared with other nodes where there is a Redis. */
function limitStore({ redisUrl }: Config, logger: Logger, started: Started): RedisLimits | undefined {
  if (redisUrl === undefined) return undefined;
  return started.keep(new RedisLimits({ url: redisUrl, logger }), async (one) => one.close());
}

function serveWorker(feed: Feed, limits: RedisLimits | MemoryLimits, worker: Worker): void {
  const channel: FeedChannel & LimitChannel = {
    send: (message: object) => {
      if (worker.isConnected()) worker.send(message, () => undefined);
    },
    listen: (listener: (message: unknown) => void) => {
      worker.on('message', listener);
      return () => worker.off('message', listener);
    },
  };
  worker.once('exit', serveLimits(limits, channel));
  void serveFeed(feed, channel).then((stop) => worker.once('exit', () => void stop()));
}
