/** A control plane for specs: real database, real listener, real SDK clients. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { createLogger, MemoryFeed, readConfig } from '@gatehouse/platform';
import { startTestPostgres, until } from '@gatehouse/platform/testing';
import { decodePart, type Manifest, type Snapshot } from '@gatehouse/snapshot';
import { credentialFiles, startControlPlane, type ControlPlane } from '..';

export interface AdminUnderTest {
  readonly url: string;
  readonly dataDir: string;
  readonly databaseUrl: string;
  readonly token: string;
  readonly rest: APIGatewayClient;
  readonly http: ApiGatewayV2Client;
  readonly feed: MemoryFeed;
  readonly controlPlane: ControlPlane;
  stop(): Promise<void>;
}

export async function startAdmin(environment: NodeJS.ProcessEnv = {}): Promise<AdminUnderTest> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-admin-'));
  const postgres = await startTestPostgres();
  const config = readConfig({
    GATEHOUSE_DATA_DIR: dataDir,
    GATEHOUSE_ADMIN_LISTEN: '127.0.0.1:0',
    ...environment,
  });
  const feed = new MemoryFeed((report) => controlPlane.record(report));
  const controlPlane: ControlPlane = await startControlPlane({
    config,
    databaseUrl: postgres.url,
    feed,
    logger: createLogger('error'),
    endpointUrl: () => 'http://{apiId}.execute-api.localhost:8080',
  });
  const url = `http://127.0.0.1:${controlPlane.address.port}`;
  const credentials = readCredentials(dataDir);
  const client = { endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 };
  return {
    url,
    dataDir,
    databaseUrl: postgres.url,
    token: readFileSync(credentialFiles(dataDir).token, 'utf8').trim(),
    rest: new APIGatewayClient(client),
    http: new ApiGatewayV2Client(client),
    feed,
    controlPlane,
    stop: async () => {
      await controlPlane.stop();
      await postgres.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export function readCredentials(dataDir: string): { accessKeyId: string; secretAccessKey: string } {
  const text = readFileSync(credentialFiles(dataDir).credentials, 'utf8');
  const value = (name: string): string => new RegExp(`^${name} = (.+)$`, 'm').exec(text)?.[1] ?? '';
  return { accessKeyId: value('aws_access_key_id'), secretAccessKey: value('aws_secret_access_key') };
}

/** What nodes get for the stage once it `holds`. */
export async function published(
  { feed }: AdminUnderTest,
  apiId: string,
  stage: string,
  holds: (snapshot: Snapshot) => boolean = () => true,
): Promise<Snapshot> {
  let found: Snapshot | undefined;
  await until(`${apiId}/${stage} is published as wanted`, async () => {
    found = await snapshotOf(feed, apiId, stage);
    return found !== undefined && holds(found);
  });
  if (!found) throw new Error('nothing is published');
  return found;
}

async function snapshotOf(feed: MemoryFeed, apiId: string, stage: string): Promise<Snapshot | undefined> {
  const sealed = JSON.parse(Buffer.from((await feed.manifest()) ?? []).toString() || '{}') as {
    payload?: string;
  };
  const { entries } = JSON.parse(sealed.payload ?? '{"entries":[]}') as Manifest;
  const entry = entries.find((one) => one.apiId === apiId && one.stage === stage);
  const bytes = entry && (await feed.part(entry.hash));
  return entry && bytes && decodePart({ hash: entry.hash, bytes });
}
