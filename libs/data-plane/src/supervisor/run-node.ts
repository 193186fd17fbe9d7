/** A process that is a data plane and nothing else: alone, or as a worker behind a supervisor. It runs until it is told to stop. */
import cluster from 'node:cluster';
import { flushCompileCache } from 'node:module';
import type { SharedEntries, LimitStore } from '@gatehouse/engine';
import {
  createLogger,
  format,
  startManagementServer,
  startTelemetry,
  type Address,
  type Config,
  type Feed,
  type Logger,
  type MeterStore,
  type TelemetryOptions,
} from '@gatehouse/platform';
import type { KeyObject } from 'node:crypto';
import { startDataPlane } from '../start-data-plane';
import { onStopSignal } from './stop-signal';
import { linkToSupervisor } from './worker-link';

const TELEMETRY_FLUSH_MS = 2000;

export interface NodeOptions {
  readonly config: Config;
  /** Read for `OTEL_*` only. */
  readonly environment: NodeJS.ProcessEnv;
  readonly version: string;
  readonly openFeed: (logger: Logger) => Feed;
  /** What nodes share of authorizers' results; absent = each asks for itself. */
  readonly openDecisions?: (logger: Logger) => SharedEntries & { close(): void };
  /** What nodes share of kept answers; absent = each keeps its own. */
  readonly openAnswers?: (logger: Logger) => SharedEntries & { close(): void };
  /** What nodes share of limits; absent = each limit is this node's alone. */
  readonly openLimits?: (logger: Logger) => LimitStore & { close(): void };
  /** Who adds up what is metered; absent = nothing is. */
  readonly openMeters?: (logger: Logger) => MeterStore & { close(): void };
  readonly publicKeys: readonly KeyObject[];
  readonly accessLog: TelemetryOptions['accessLog'];
  readonly ownAddresses: () => Iterable<Address>;
  readonly newcomersMs?: number;
}

/** What this node has in common with others. */
function openShared(options: NodeOptions, logger: Logger) {
  const decisions = options.openDecisions?.(logger);
  const answers = options.openAnswers?.(logger);
  const limitStore = options.openLimits?.(logger);
  const meterStore = options.openMeters?.(logger);
  return {
    ...(decisions && { decisions }),
    ...(answers && { answers }),
    ...(limitStore && { limitStore }),
    ...(meterStore && { meterStore }),
  };
}

export async function runNode(options: NodeOptions): Promise<void> {
  const { config, environment, version, accessLog, publicKeys, ownAddresses } = options;
  const logger = createLogger(config.logLevel);
  const telemetry = startTelemetry({ environment, nodeId: config.nodeId, version, accessLog });
  const feed = options.openFeed(logger);
  const shared = openShared(options, logger);
  const dataPlane = await startDataPlane({
    config,
    feed,
    publicKeys,
    logger,
    telemetry,
    ownAddresses,
    ...shared,
    ...(options.newcomersMs !== undefined && { newcomersMs: options.newcomersMs }),
  });
  const management = cluster.isWorker
    ? undefined
    : await startManagementServer(config.managementListen, [dataPlane.probe]);
  logger.info(cluster.isWorker ? 'worker started' : 'data plane started', {
    node: config.nodeId,
    revision: dataPlane.revision(),
    gateway: format(dataPlane.gatewayAddress),
    ...(management && { management: format(management.address) }),
  });
  const stop = onStopSignal(async () => {
    await dataPlane.stop();
    await management?.stop();
    await feed.close();
    for (const store of Object.values(shared)) store.close();
    await telemetry.stop(TELEMETRY_FLUSH_MS);
    link.close();
  });
  const link = linkToSupervisor(dataPlane, stop);
  // By itself Node writes it at an orderly end, which a worker that has to be replaced soon did not have.
  flushCompileCache();
}
