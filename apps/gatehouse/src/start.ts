/** Composes all roles; each is the same `start*()` that its own process would call. */
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { credentialFiles, startControlPlane, type ControlPlane } from '@gatehouse/control-plane';
import { startFunctionHost, type FunctionHost } from '@gatehouse/function-host';
import {
  format,
  loadOrCreateServiceKey,
  schemeOf,
  MemoryFeed,
  startEchoOrigin,
  startEmbeddedPostgres,
  startManagementServer,
  type Address,
  type Config,
  type EchoOrigin,
  type Feed,
  type Logger,
  type NodeReport,
  type Probe,
} from '@gatehouse/platform';
import { RedisFeed } from '@gatehouse/platform/redis-feed';
import { ensureDemo, type Demo } from './demo';
import { Started } from './started';
import { startTraffic } from './traffic';

export interface GatehouseOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Read for `OTEL_*` and, for functions, `PATH`. */
  readonly environment: NodeJS.ProcessEnv;
  readonly demo: boolean;
  /** Processes that carry traffic; 1 = this one. */
  readonly workers: number;
}

export interface Running {
  readonly config: Config;
  readonly admin: Address;
  readonly gateway: Address;
  readonly management: Address;
  /** The Lambda API; absent where settings leave it out. */
  readonly functions?: Address;
  readonly credentialsFile: string;
  readonly accessLogFile: string;
  readonly demo?: Demo;
  stop(): Promise<void>;
}

export async function startGatehouse(options: GatehouseOptions): Promise<Running> {
  const started = new Started();
  try {
    return await startRoles(options, started);
  } catch (error) {
    await started.stopAll().catch(() => undefined);
    throw error;
  }
}

/** The same keys as the control plane's, and the gateway's own, with which it calls functions. */
async function openFunctions(
  { config, logger, environment }: GatehouseOptions,
  controlPlane: ControlPlane,
  started: Started,
): Promise<FunctionHost | undefined> {
  if (config.functionsListen === undefined) return undefined;
  const gateway = loadOrCreateServiceKey(config.functionsServiceKeyFile);
  const credential = { secret: gateway.secretAccessKey, accountId: config.accountId, mayInvokeOnly: true };
  const host = await startFunctionHost({
    config,
    listen: config.functionsListen,
    credentialOf: (id) => (id === gateway.accessKeyId ? credential : controlPlane.credentialOf(id)),
    searchPath: environment.PATH ?? '',
    logger,
  });
  return started.keep(host, (one) => one.stop());
}

/** Integrations call the functions of this host, unless a setting says where functions are. */
function withFunctions(options: GatehouseOptions, functions: FunctionHost | undefined): GatehouseOptions {
  const { config } = options;
  if (!functions || config.functionsEndpoint !== undefined) return options;
  const functionsEndpoint = `http://${format(functions.address)}`;
  const functionsCredentialsFile = config.functionsServiceKeyFile;
  return { ...options, config: { ...config, functionsEndpoint, functionsCredentialsFile } };
}

function ownFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
}

/** What is known only later: a port of a setting may be 0. */
interface Bound {
  gateway: Address;
  management: Address;
  traffic?: Probe;
  functions?: FunctionHost;
}

function endpointUrl(config: Config, gateway: Address): string {
  return config.endpointUrl ?? `${schemeOf(config)}://{apiId}.execute-api.localhost:${gateway.port}`;
}

async function startRoles(options: GatehouseOptions, started: Started): Promise<Running> {
  const { config, logger, demo } = options;
  ownFolder(config.dataDir);
  const bound: Bound = { gateway: config.gatewayListen, management: config.managementListen };
  const database = await openDatabase(config, started);
  const feed = started.keep(
    openFeed(config, logger, (report) => controlPlane.record(report)),
    (one) => one.close(),
  );
  const controlPlane: ControlPlane = started.keep(
    await startControlPlane({
      ...{ config, logger, feed, databaseUrl: database.url },
      endpointUrl: () => endpointUrl(config, bound.gateway),
      functions: () => withFunctions(options, bound.functions).config,
      ownAddresses: () => [bound.gateway, bound.management, ...database.addresses],
    }),
    (one) => one.stop(),
  );
  const functions = await openFunctions(options, controlPlane, started);
  if (functions) bound.functions = functions;
  const accessLogFile = join(config.dataDir, 'access.log');
  const trafficProbe: Probe = {
    role: 'data-plane',
    ready: () => (bound.traffic === undefined ? 'starting' : bound.traffic.ready()),
    metrics: () => bound.traffic?.metrics?.() ?? '',
  };
  const management = started.keep(
    await startManagementServer(config.managementListen, [
      controlPlane.probe,
      trafficProbe,
      ...(functions ? [functions.probe] : []),
    ]),
    (one) => one.stop(),
  );
  bound.management = management.address;
  const ownAddresses = [
    controlPlane.address,
    bound.management,
    ...database.addresses,
    ...(functions ? [functions.address] : []),
  ];
  const traffic = await startTraffic(
    withFunctions(options, functions),
    { feed, meterStore: controlPlane.meters, ownAddresses, accessLogFile },
    started,
  );
  bound.gateway = traffic.gatewayAddress;
  bound.traffic = traffic.probe;
  const running = {
    config,
    admin: controlPlane.address,
    gateway: bound.gateway,
    management: bound.management,
    ...(functions && { functions: functions.address }),
    credentialsFile: credentialFiles(config.dataDir).credentials,
    accessLogFile,
    stop: () => started.stopAll(),
  };
  return demo ? { ...running, demo: await startDemo(running, started) } : running;
}

function openFeed(config: Config, logger: Logger, onReport: (report: NodeReport) => Promise<void>): Feed {
  if (config.redisUrl === undefined) return new MemoryFeed(onReport);
  return new RedisFeed({ url: config.redisUrl, logger });
}

async function startDemo(running: Omit<Running, 'demo'>, started: Started): Promise<Demo> {
  const stateFile = join(running.config.dataDir, 'demo.json');
  const tokenFile = credentialFiles(running.config.dataDir).token;
  const tls = running.config.adminTls !== undefined;
  return ensureDemo({
    adminUrl: `${tls ? 'https' : 'http'}://${running.admin.host}:${running.admin.port}`,
    tokenFile,
    stateFile,
    startOrigin: async (port) => started.keep(await echoOriginAt(port), (one) => one.stop()),
  });
}

/** The port of the last start, so that nothing changes; any other when it is taken. */
async function echoOriginAt(port: number): Promise<EchoOrigin> {
  try {
    return await startEchoOrigin(port);
  } catch {
    return startEchoOrigin();
  }
}

async function openDatabase(
  config: Config,
  started: Started,
): Promise<{ url: string; addresses: readonly Address[] }> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, addresses: [] };
  const postgres = started.keep(await startEmbeddedPostgres({ dataDir: config.dataDir }), (one) =>
    one.stop(),
  );
  const { hostname, port } = new URL(postgres.url);
  return { url: postgres.url, addresses: [{ host: hostname, port: Number(port) }] };
}
