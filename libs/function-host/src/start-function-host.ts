/** Starts the function host: stored functions, their processes, the listener of the Lambda API. */
import type { Server } from 'node:http';
import { join } from 'node:path';
import { listenOn, reasonOf, type Address, type Config, type Logger, type Probe } from '@gatehouse/platform';
import { FolderWatch } from './code/folder-watch';
import { AliasService } from './functions/alias-service';
import type { FunctionRecord } from './functions/function-record';
import { FunctionService } from './functions/function-service';
import { FunctionStore } from './functions/function-store';
import { PermissionService } from './functions/permission-service';
import { EventQueue } from './invoke/event-queue';
import { Invoker, keyOf } from './invoke/invoker';
import { SandboxPool } from './sandbox/sandbox-pool';
import type { Credential } from './wire/guard';
import { LambdaApi } from './wire/lambda-api';
import { lambdaOperations } from './wire/operations';
import { createLambdaServer } from './wire/server';

/** AWS: the second attempt comes a minute after the first, the third two minutes after that. */
const EVENT_RETRY_DELAYS_MS = [60_000, 120_000];

export interface FunctionHostOptions {
  readonly config: Pick<
    Config,
    | 'dataDir'
    | 'region'
    | 'adminAllowedHosts'
    | 'drainSeconds'
    | 'functionsMaxConcurrency'
    | 'functionsIdleSeconds'
  >;
  readonly listen: Address;
  /** Who may call; asked for at every call, so that a key can be taken back. */
  readonly credentialOf: (accessKeyId: string) => Credential | undefined;
  /** The PATH on which functions and their runtimes are found. */
  readonly searchPath: string;
  readonly logger: Logger;
  /** Waits before the repeats of an asynchronous invocation that failed; AWS's where absent. */
  readonly eventRetryDelaysMs?: readonly number[];
}

export interface FunctionHost {
  readonly address: Address;
  /** For the management listener. */
  readonly probe: Probe;
  /** Running invocations have `GATEHOUSE_DRAIN_SECONDS`; then every process is ended. */
  stop(): Promise<void>;
}

/** Rejects as `listenOn` does, and where a stored function cannot be read. */
export async function startFunctionHost(options: FunctionHostOptions): Promise<FunctionHost> {
  const { config, logger } = options;
  const pool = new SandboxPool({
    maxConcurrency: config.functionsMaxConcurrency,
    idleMs: config.functionsIdleSeconds * 1000,
  });
  const store = new FunctionStore(join(config.dataDir, 'functions'));
  const watch = new FolderWatch((functionKey) => pool.retire(functionKey), logger);
  const functions = new FunctionService(
    store,
    changesOf(pool, watch, (record) => invoker.forget(record)),
    config.region,
  );
  const invoker = new Invoker({
    functions,
    pool,
    region: config.region,
    searchPath: options.searchPath,
    logger,
  });
  const retryDelaysMs = options.eventRetryDelaysMs ?? EVENT_RETRY_DELAYS_MS;
  const events = new EventQueue({ retryDelaysMs, logger });
  functions.sweep();
  for (const record of store.all()) watch.follow(keyOf(record), record);
  const services = {
    functions,
    aliases: new AliasService(functions, store),
    permissions: new PermissionService(functions, store),
  };
  const api = new LambdaApi(lambdaOperations(services), { functions, invoker, events }, (error) =>
    logger.error('a call of the Lambda API failed', { reason: reasonOf(error) }),
  );
  const server = createLambdaServer(api, {
    credentialOf: options.credentialOf,
    region: config.region,
    allowedHosts: [options.listen.host, ...config.adminAllowedHosts],
  });
  const stopParts = async (): Promise<void> => {
    events.stop();
    watch.stop();
    await pool.stop(config.drainSeconds * 1000);
    await invoker.stop();
  };
  return listen(server, options.listen, stopParts);
}

async function listen(server: Server, at: Address, stopParts: () => Promise<void>): Promise<FunctionHost> {
  const address = await listenOn(server, at, 'GATEHOUSE_FUNCTIONS_LISTEN').catch(async (error: unknown) => {
    await stopParts();
    throw error;
  });
  return {
    address,
    probe: { role: 'function-host', ready: () => undefined },
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await stopParts();
      server.closeIdleConnections();
      setImmediate(() => server.closeAllConnections());
      await closed;
    },
  };
}

function changesOf(pool: SandboxPool, watch: FolderWatch, forget: (record: FunctionRecord) => void) {
  return {
    changed: (record: FunctionRecord): void => {
      pool.retire(keyOf(record));
      watch.follow(keyOf(record), record);
    },
    deleted: (record: FunctionRecord): void => {
      pool.kill(keyOf(record));
      watch.forget(keyOf(record));
      forget(record);
    },
  };
}
