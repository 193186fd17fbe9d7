/** The node as it is deployed: a process of its own, Redis beside it, signals, settings. */
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, startEchoOrigin, type EchoOrigin } from '@gatehouse/platform';
import { RedisFeed } from '@gatehouse/platform/redis-feed';
import { publishProxy } from './testing/publish-proxy';
import { freePort, startMain, startRedis, until, type NodeProcess } from './testing/node-process';

const isRequired = (process.env.GATEHOUSE_REQUIRE ?? '').split(',').includes('redis');
const keys = generateKeyPairSync('ed25519');
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-main-'));
const nodes: NodeProcess[] = [];
let redis: Awaited<ReturnType<typeof startRedis>>;
let redisUrl = '';
let origin: EchoOrigin;
let feed: RedisFeed;

beforeAll(async () => {
  const port = await freePort();
  redis = await startRedis(port);
  redisUrl = `redis://127.0.0.1:${port}`;
  origin = await startEchoOrigin();
  writeFileSync(join(folder, 'key.pem'), keys.publicKey.export({ type: 'spki', format: 'pem' }));
  if (redis === undefined) {
    if (isRequired) throw new Error('NOT RUN: there is no redis-server program');
    console.warn('NOT RUN: most specs of the data-plane process, since there is no redis-server program');
    return;
  }
  feed = new RedisFeed({ url: redisUrl, logger: createLogger('error') });
  await publishProxy(feed, keys.privateKey, 1, origin.url);
});
afterEach(async () => {
  for (const { child, ended } of nodes.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});
afterAll(async () => {
  await feed?.close();
  await origin.stop();
  redis?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Ports {
  readonly gateway: number;
  readonly management: number;
}

async function start(more: Record<string, string> = {}): Promise<NodeProcess & Ports> {
  const [gateway, management] = [await freePort(), await freePort()];
  const node = startMain({
    GATEHOUSE_GATEWAY_LISTEN: `127.0.0.1:${gateway}`,
    GATEHOUSE_MANAGEMENT_LISTEN: `127.0.0.1:${management}`,
    GATEHOUSE_DATA_DIR: join(folder, 'data'),
    GATEHOUSE_SNAPSHOT_PUBLIC_KEY_FILE: join(folder, 'key.pem'),
    GATEHOUSE_DRAIN_SECONDS: '3',
    REDIS_URL: redisUrl,
    ...more,
  });
  nodes.push(node);
  return { ...node, gateway, management };
}

interface Heard {
  readonly status: number;
  readonly body: string;
}

function get(port: number, path: string, headers: Record<string, string> = {}): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const call = request(
      { host: '127.0.0.1', port, path, headers, agent: false },
      (response: IncomingMessage) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    call.on('error', reject);
    call.end();
  });
}

const API = { host: 'api1.execute-api.localhost' };
const isReady = async ({ management }: Ports): Promise<boolean> =>
  get(management, '/readyz').then(
    ({ status }) => status === 200,
    () => false,
  );

describe('settings', () => {
  it.each<[string, Record<string, string>, string]>([
    ['no Redis', { REDIS_URL: '' }, 'REDIS_URL is missing'],
    ['a wrong name', { GATEHOUSE_GATEWAY_LISTN: 'x' }, 'did you mean GATEHOUSE_GATEWAY_LISTEN?'],
    [
      'no key',
      { GATEHOUSE_SNAPSHOT_PUBLIC_KEY_FILE: '/nowhere' },
      'GATEHOUSE_SNAPSHOT_PUBLIC_KEY_FILE cannot be used',
    ],
    [
      'a wrong sampler',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_TRACES_SAMPLER: 'x' },
      'OTEL_TRACES_SAMPLER',
    ],
  ])('%s ends the start with exit code 1 and one plain line', async (_what, environment, message) => {
    const { ended, out } = await start(environment);
    expect(await ended).toBe(1);
    expect(out.stderr).toContain(message);
    expect(out.stderr).not.toMatch(/\n\s+at /);
  });

  it.each(['GATEHOUSE_GATEWAY_LISTEN', 'GATEHOUSE_MANAGEMENT_LISTEN'])(
    'a taken address is told by its setting: %s',
    async (setting) => {
      const taken: Server = createServer();
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
      const { port } = taken.address() as AddressInfo;
      const { ended, out } = await start({ [setting]: `127.0.0.1:${port}` });
      expect(await ended).toBe(1);
      expect(out.stderr).toContain(`address 127.0.0.1:${port} (${setting}) is already in use\n`);
      await new Promise((resolve) => taken.close(resolve));
    },
  );
});

describe('a node', () => {
  const withRedis = (run: () => Promise<void>) => async () => {
    if (redis !== undefined) await run();
  };

  it(
    'serves what Redis holds, shows its state, and drains on SIGTERM',
    withRedis(async () => {
      const node = await start();
      await until(() => isReady(node), 'ready');
      const { status, body } = await get(node.gateway, '/pets', API);
      expect([status, (JSON.parse(body) as { path: string }).path]).toEqual([200, '/base/pets']);
      const metrics = (await get(node.management, '/metrics')).body;
      expect(metrics).toContain('gatehouse_applied_revision 1\n');
      expect(metrics).toContain(
        'gatehouse_requests_total{api="api1",stage="$default",route="$default",status_class="2xx"} 1\n',
      );
      node.child.kill('SIGTERM');
      expect(await node.ended).toBe(0);
      expect(
        node.out.stdout
          .trim()
          .split('\n')
          .map((line) => (JSON.parse(line) as { path: string }).path),
      ).toEqual(['/pets']);
    }),
  );

  it(
    'ends at once at the second signal',
    withRedis(async () => {
      const node = await start({ GATEHOUSE_DRAIN_SECONDS: '60' });
      await until(() => isReady(node), 'ready');
      const held = get(node.gateway, '/hold', {
        ...API,
        connection: 'keep-alive',
        expect: '100-continue',
        'content-length': '5',
      }).catch(() => undefined);
      await until(
        async () => /gatehouse_client_connections 1/.test((await get(node.management, '/metrics')).body),
        'held',
      );
      node.child.kill('SIGTERM');
      await until(async () => !(await isReady(node)), 'draining');
      expect((await get(node.management, '/readyz')).body).toContain('data-plane: draining');
      node.child.kill('SIGINT');
      expect(await node.ended).toBe(1);
      await held;
    }),
  );

  it(
    'killed and started again with Redis gone, serves from its disk',
    withRedis(async () => {
      const first = await start();
      await until(() => isReady(first), 'ready');
      await until(() => existsSync(join(folder, 'data', 'snapshots', 'manifests', '1')), 'on disk');
      first.child.kill('SIGKILL');
      await first.ended;
      const again = await start({ REDIS_URL: `redis://127.0.0.1:${await freePort()}` });
      await until(() => isReady(again), 'ready without Redis');
      expect((await get(again.gateway, '/pets', API)).status).toBe(200);
      expect((await get(again.management, '/healthz')).status).toBe(200);
      again.child.kill('SIGTERM');
      expect(await again.ended).toBe(0);
    }),
  );

  it(
    'sends its server and client spans into the trace of its caller, and none when the caller says no',
    withRedis(async () => {
      const exports: JsonExport[] = [];
      const collector = createServer((asked, response) => {
        let text = '';
        asked.on('data', (chunk: Buffer) => (text += chunk.toString()));
        asked.on('end', () => {
          exports.push(JSON.parse(text) as JsonExport);
          response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        });
      });
      await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
      const node = await start({
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_BSP_SCHEDULE_DELAY: '50',
      });
      await until(() => isReady(node), 'ready');
      const sampled = '0af7651916cd43dd8448eb211c80319c';
      const unsampled = '1af7651916cd43dd8448eb211c80319c';
      await get(node.gateway, '/no', { ...API, traceparent: `00-${unsampled}-b7ad6b7169203331-00` });
      const { body } = await get(node.gateway, '/yes', {
        ...API,
        traceparent: `00-${sampled}-b7ad6b7169203331-01`,
      });
      node.child.kill('SIGTERM');
      expect(await node.ended).toBe(0);
      const spans = exports.flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
      );
      expect(spans.map(({ traceId }) => traceId)).toEqual([sampled, sampled]);
      const [server, client] = [spans.find(({ kind }) => kind === 2), spans.find(({ kind }) => kind === 3)];
      expect(server?.parentSpanId).toBe('b7ad6b7169203331');
      expect(client?.parentSpanId).toBe(server?.spanId);
      const seen = (JSON.parse(body) as { headers: Record<string, string[]> }).headers.traceparent;
      expect(seen).toEqual([`00-${sampled}-${client?.spanId}-01`]);
      await new Promise((resolve) => collector.close(resolve));
    }),
  );
});

interface JsonExport {
  readonly resourceSpans: {
    readonly scopeSpans: {
      readonly spans: {
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly kind: number;
      }[];
    }[];
  }[];
}
