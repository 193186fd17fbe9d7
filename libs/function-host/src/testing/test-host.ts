/** A function host for tests on a free port, with signed calls. It runs real processes; `stop` leaves none behind. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, readConfig } from '@gatehouse/platform';
import { startFunctionHost, type FunctionHost } from '../start-function-host';
import { signedClient, type CallOptions, type Reply, type SignedClient } from './signed-client';
import { zipOf } from './zip';

export const ACCOUNT = '000000000000';
export const GATEWAY = { accessKeyId: 'GHSVCGATEWAY', secret: 'gateway-secret' };
const OWNER = { accessKeyId: 'AKIAOWNER', secret: 'owner-secret' };
const ROLE = `arn:aws:iam::${ACCOUNT}:role/any`;

export interface TestHost {
  readonly host: FunctionHost;
  readonly dataDir: string;
  readonly call: SignedClient['call'];
  /** CreateFunction with a zip of `files`. */
  create(name: string, files: Record<string, string>, more?: Record<string, unknown>): Promise<Reply>;
  invoke(name: string, payload?: unknown, options?: CallOptions): Promise<Reply>;
  /** The log file's text; empty while there is none. */
  logOf(name: string): string;
  stop(): Promise<void>;
}

export interface TestHostOptions {
  /** Kept after `stop`; a folder of its own where absent. */
  readonly dataDir?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly eventRetryDelaysMs?: readonly number[];
}

export async function startTestHost(options: TestHostOptions = {}): Promise<TestHost> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'gatehouse-functions-'));
  const config = readConfig({
    GATEHOUSE_DATA_DIR: dataDir,
    GATEHOUSE_FUNCTIONS_LISTEN: '127.0.0.1:0',
    GATEHOUSE_DRAIN_SECONDS: '1',
    ...options.environment,
  });
  if (!config.functionsListen) throw new Error('no address');
  const host = await startFunctionHost({
    config,
    listen: config.functionsListen,
    credentialOf: (id) => {
      if (id === OWNER.accessKeyId) return { secret: OWNER.secret, accountId: ACCOUNT };
      if (id !== GATEWAY.accessKeyId) return undefined;
      return { secret: GATEWAY.secret, accountId: ACCOUNT, mayInvokeOnly: true };
    },
    searchPath: process.env.PATH ?? '',
    logger: createLogger('error'),
    ...(options.eventRetryDelaysMs && { eventRetryDelaysMs: options.eventRetryDelaysMs }),
  });
  const client = signedClient(host.address.port, OWNER);
  const call: TestHost['call'] = (...args) => client.call(...args);
  return {
    host,
    dataDir,
    call,
    create: (name, files, more = {}) =>
      call('POST', '/2015-03-31/functions', {
        FunctionName: name,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: ROLE,
        Code: { ZipFile: zipOf(files).toString('base64') },
        ...more,
      }),
    invoke: (name, payload, more) =>
      call('POST', `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`, payload, more),
    logOf: (name) => {
      const file = join(dataDir, 'functions', ACCOUNT, name, 'logs', 'function.log');
      return existsSync(file) ? readFileSync(file, 'utf8') : '';
    },
    stop: async () => {
      client.close();
      await host.stop();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
