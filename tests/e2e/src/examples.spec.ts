/** Each example of `examples/` as a user runs it: its own script, the AWS environment variables, a started Gatehouse. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '@gatehouse/platform/testing';
import { onEveryWorker, startGatehouse, type Gatehouse } from './testing/gatehouse';
import { startOrigin, type Origin } from './testing/origin';
import { cleanEnvironment, killAll, ROOT } from './testing/processes';

jest.setTimeout(120_000);

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** OTLP: 2 = server, 3 = client. */
  readonly kind: number;
}

/** An OTLP/HTTP receiver that takes JSON. */
async function startReceiver(): Promise<{ url: string; spans: Span[]; stop(): Promise<void> }> {
  const spans: Span[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const document = JSON.parse(Buffer.concat(chunks).toString()) as {
        resourceSpans: { scopeSpans: { spans: Span[] }[] }[];
      };
      spans.push(
        ...document.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
      );
      response.setHeader('content-type', 'application/json');
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('examples', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-examples-'));
  let gatehouse: Gatehouse;
  let origin: Origin;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  beforeAll(async () => {
    origin = await startOrigin('one');
    receiver = await startReceiver();
    gatehouse = await startGatehouse(dataDir, {
      args: ['--no-demo'],
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_TRACES_SAMPLER: 'parentbased_always_off',
        OTEL_BSP_SCHEDULE_DELAY: '50',
      },
    });
  });
  afterAll(async () => {
    await killAll();
    await Promise.all([origin.stop(), receiver.stop()]);
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** The paths that the example's script prints, each answering already. */
  async function create(example: string, ...args: string[]): Promise<string[]> {
    const env = cleanEnvironment({
      AWS_ENDPOINT_URL: gatehouse.admin,
      AWS_SHARED_CREDENTIALS_FILE: join(dataDir, 'credentials'),
      AWS_REGION: 'us-east-1',
    });
    const script = join(ROOT, 'examples', example, 'create.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], { env, cwd: ROOT });
    const paths = stdout.trim().split('\n');
    for (const path of paths)
      await until(path, () =>
        onEveryWorker(async () => (await fetch(`${gatehouse.gateway}${path}`)).status === 200),
      );
    return paths;
  }

  it('hello-http-proxy: both APIs reach the origin', async () => {
    const paths = await create('hello-http-proxy', origin.url);
    expect(paths).toHaveLength(2);
    for (const path of paths) {
      const answer = await fetch(`${gatehouse.gateway}${path}`);
      expect([answer.headers.get('x-origin'), await answer.json()]).toEqual([
        'one',
        expect.objectContaining({ url: '/hello' }),
      ]);
    }
  });

  it('cors: both preflights let the web origin in, and another one not into the HTTP API', async () => {
    const [restPath = '', httpPath = ''] = await create('cors', origin.url, 'https://app.example');
    const preflight = (path: string, from: string) =>
      fetch(`${gatehouse.gateway}${path}`, {
        method: 'OPTIONS',
        headers: { origin: from, 'access-control-request-method': 'GET' },
      });
    const rest = await preflight(restPath, 'https://app.example');
    expect([rest.status, rest.headers.get('access-control-allow-origin')]).toEqual([
      200,
      'https://app.example',
    ]);
    const http = await preflight(httpPath, 'https://app.example');
    expect([http.status, http.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://app.example',
    ]);
    expect(
      (await preflight(httpPath, 'https://evil.example')).headers.get('access-control-allow-origin'),
    ).toBeNull();
    const actual = await fetch(`${gatehouse.gateway}${httpPath}`, {
      headers: { origin: 'https://app.example' },
    });
    expect([actual.status, actual.headers.get('access-control-allow-origin')]).toEqual([
      200,
      'https://app.example',
    ]);
  });

  it('jaeger-tracing: server and client span join the caller’s trace; an unsampled call sends none', async () => {
    const [path = ''] = await create('hello-http-proxy', origin.url);
    receiver.spans.length = 0;
    const unsampled = '00-11111111111111111111111111111111-2222222222222222-00';
    const sampled = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await fetch(`${gatehouse.gateway}${path}`, { headers: { traceparent: unsampled } });
    await fetch(`${gatehouse.gateway}${path}`, { headers: { traceparent: sampled } });
    await until('two spans', () => receiver.spans.length >= 2);
    const [server, client] = [2, 3].map((kind) => receiver.spans.find((span) => span.kind === kind));
    expect(server).toMatchObject({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentSpanId: 'b7ad6b7169203331',
      name: 'GET $default',
    });
    expect(client).toMatchObject({ traceId: server?.traceId, parentSpanId: server?.spanId });
    expect(receiver.spans).toHaveLength(2);
    const seen = origin.requests.at(-1)?.headers;
    expect(seen?.traceparent).toBe(`00-${server?.traceId}-${client?.spanId}-01`);
    expect(seen?.['x-amzn-trace-id']).toContain('Root=1-0af76519-16cd43dd8448eb211c80319c');
  });
});
