/** `gatehouse start` as a process, with the SDK clients of its generated credentials. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { runApp, type Program } from './processes';

export interface Gatehouse {
  readonly program: Program;
  readonly admin: string;
  readonly gateway: string;
  readonly management: string;
  readonly functions: string;
  readonly rest: APIGatewayClient;
  readonly http: ApiGatewayV2Client;
  readonly token: string;
}

export async function startGatehouse(
  dataDir: string,
  options: { readonly args?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Gatehouse> {
  const program = runApp('gatehouse', ['start', ...(options.args ?? [])], {
    GATEHOUSE_DATA_DIR: dataDir,
    ...options.env,
  });
  await program.printed(/tail -n 1 /);
  const address = (label: RegExp): string => label.exec(program.output())?.[1] ?? '';
  const admin = address(/admin \(AWS API, native API\) +(\S+)/);
  return {
    program,
    admin,
    gateway: address(/gateway +(\S+)/),
    management: address(/health, metrics +(\S+)/),
    functions: address(/functions \(Lambda API\) +(\S+)/),
    ...sdkClients(admin, dataDir),
    token: readFileSync(join(dataDir, 'admin-token'), 'utf8').trim(),
  };
}

export function sdkClients(
  endpoint: string,
  dataDir: string,
): { rest: APIGatewayClient; http: ApiGatewayV2Client } {
  const text = readFileSync(join(dataDir, 'credentials'), 'utf8');
  const value = (name: string): string => new RegExp(`^${name} = (.+)$`, 'm').exec(text)?.[1] ?? '';
  const credentials = {
    accessKeyId: value('aws_access_key_id'),
    secretAccessKey: value('aws_secret_access_key'),
  };
  const options = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  return { rest: new APIGatewayClient(options), http: new ApiGatewayV2Client(options) };
}

/** So many requests at once use connections to every worker. */
const AT_ONCE = 8;

export async function onEveryWorker(ask: () => Promise<boolean>): Promise<boolean> {
  return (await Promise.all(Array.from({ length: AT_ONCE }, ask))).every(Boolean);
}

export async function stop(gatehouse: Gatehouse): Promise<void> {
  gatehouse.program.signal('SIGTERM');
  await gatehouse.program.exited;
}
