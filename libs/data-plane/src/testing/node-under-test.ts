/** A data plane on free loopback ports with its own folder and keys, and what a spec needs to talk to it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyObject } from 'node:crypto';
import type { SharedEntries, LimitStore } from '@gatehouse/engine';
import { createLogger, type Feed, type MeterStore, type Telemetry } from '@gatehouse/platform';
import { startDataPlane, type DataPlane, type DataPlaneOptions } from '../start-data-plane';

export interface Answered {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface StartOptions {
  readonly feed: Feed;
  readonly publicKey: KeyObject;
  readonly dataDir: string;
  readonly log?: string[];
  readonly telemetry?: Telemetry;
  readonly decisions?: SharedEntries;
  readonly answers?: SharedEntries;
  readonly limitStore?: LimitStore;
  readonly expectedNodes?: number;
  readonly meterStore?: MeterStore;
  readonly config?: Partial<DataPlaneOptions['config']>;
}

export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-node-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export function startNode(options: StartOptions): Promise<DataPlane> {
  const {
    feed,
    publicKey,
    dataDir,
    log = [],
    telemetry,
    config,
    decisions,
    answers,
    limitStore,
    meterStore,
    expectedNodes = 1,
  } = options;
  return startDataPlane({
    config: {
      gatewayListen: { host: '127.0.0.1', port: 0 },
      dataDir,
      region: 'us-east-1',
      privateOrigins: 'loopback',
      hostSuffixes: [],
      nodeId: 'node-1',
      expectedNodes,
      drainSeconds: 3,
      maxConnections: 10_000,
      tunnelIdleSeconds: 600,
      maxOriginConnections: 1024,
      responseCacheBytes: 16_000_000,
      functionsEndpoints: [],
      functionsCredentialsFile: '',
      nodeKeyFile: join(dataDir, 'node-key'),
      ...config,
    },
    feed,
    publicKeys: [publicKey],
    logger: createLogger('info', { write: (line: string) => log.push(line) }),
    ownAddresses: () => [],
    newcomersMs: 0,
    ...(telemetry && { telemetry }),
    ...(decisions && { decisions }),
    ...(answers && { answers }),
    ...(limitStore && { limitStore }),
    ...(meterStore && { meterStore }),
  });
}

export function ask(node: DataPlane, apiId: string, asked: Asked = {}): Promise<Answered> {
  const { host, port } = node.gatewayAddress;
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host,
        port,
        agent: false,
        method: asked.method ?? 'GET',
        path: asked.path ?? '/',
        headers: { host: `${apiId}.execute-api.localhost`, ...asked.headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    call.on('error', reject);
    call.end(asked.body);
  });
}

export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
