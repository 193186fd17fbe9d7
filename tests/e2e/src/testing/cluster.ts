/** The roles as processes of their own, over a real PostgreSQL and a real Redis. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import type { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import {
  startTestPostgres,
  startTestRedis,
  until,
  type TestRedis,
  type TestServer,
} from '@gatehouse/platform/testing';
import { sdkClients } from './gatehouse';
import { startNode, type NodeProcess } from './node';
import { runApp, type Program } from './processes';

export interface ControlPlaneProcess {
  readonly program: Program;
  readonly admin: string;
  readonly rest: APIGatewayClient;
  readonly http: ApiGatewayV2Client;
  /** A call of the native surface. */
  native(path: string, init?: RequestInit): Promise<Response>;
}

export class Cluster {
  readonly home = mkdtempSync(join(tmpdir(), 'gatehouse-cluster-'));
  private constructor(
    readonly postgres: TestServer,
    readonly redis: TestRedis,
  ) {}

  static async start(): Promise<Cluster> {
    const [postgres, redis] = await Promise.all([startTestPostgres(), startTestRedis()]);
    return new Cluster(postgres, redis);
  }

  settings(name: string): NodeJS.ProcessEnv {
    return {
      DATABASE_URL: this.postgres.url,
      REDIS_URL: this.redis.url,
      GATEHOUSE_DATA_DIR: join(this.home, name),
      GATEHOUSE_SNAPSHOT_PUBLIC_KEY_FILE: join(this.home, 'control-plane', 'signing-key.pub.pem'),
      GATEHOUSE_NODE_KEY_FILE: join(this.home, 'control-plane', 'node-key'),
    };
  }

  async controlPlane(env: NodeJS.ProcessEnv = {}): Promise<ControlPlaneProcess> {
    const program = runApp('control-plane', [], { ...this.settings('control-plane'), ...env });
    const [, address = ''] = await program.printed(/"control plane is ready","admin":"([^"]+)"/);
    const admin = `http://${address}`;
    const dataDir = join(this.home, 'control-plane');
    const token = readFileSync(join(dataDir, 'admin-token'), 'utf8').trim();
    const authorization = `Bearer ${token}`;
    return {
      program,
      admin,
      ...sdkClients(admin, dataDir),
      native: (path, init = {}) =>
        fetch(`${admin}/admin/v1/${path}`, { ...init, headers: { authorization } }),
    };
  }

  async node(nodeId: string, env: NodeJS.ProcessEnv = {}): Promise<NodeProcess> {
    return startNode(nodeId, { ...this.settings(nodeId), ...env });
  }

  async stop(): Promise<void> {
    await this.redis.stop();
    await this.postgres.stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Resolves with the milliseconds it took until every node answers as `accept` says. */
export async function everywhere(
  nodes: readonly NodeProcess[],
  path: string,
  accept: (answer: Response) => boolean | Promise<boolean>,
): Promise<number> {
  const started = performance.now();
  await Promise.all(
    nodes.map((node) =>
      until(`${path} on ${node.nodeId}`, async () => accept(await fetch(`${node.gateway}${path}`))),
    ),
  );
  return performance.now() - started;
}
