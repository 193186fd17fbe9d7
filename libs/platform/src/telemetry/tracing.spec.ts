import { execFile } from 'node:child_process';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SpanRecord } from '@gatehouse/engine';
import { ConfigError } from '../config/config';
import { readTracingSettings } from './span-settings';
import { typeScriptArguments } from '../testing/run-typescript';
import { startOtlpReceiver, type OtlpReceiver } from './testing/otlp-receiver';
import { noTracing, startTracing, type RunningTracing } from './tracing';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const span = (members: Partial<SpanRecord> = {}): SpanRecord => ({
  traceId: TRACE,
  spanId: '00f067aa0ba902b7',
  parentSpanId: 'b7ad6b7169203331',
  name: 'GET /pets',
  kind: 'server',
  startMs: 1_583_349_317_000.25,
  endMs: 1_583_349_317_012.5,
  error: false,
  attributes: { 'http.request.method': 'GET', 'http.response.status_code': 200, cached: true, ratio: 0.5 },
  ...members,
});
const start = (environment: Record<string, string>): RunningTracing =>
  startTracing(readTracingSettings(environment), { version: '0.1.0', nodeId: 'n1' });

/** The exporters load node:http by `import()`, which Jest's sandbox refuses. */
async function inOwnProcess(environment: Record<string, string>, spans: SpanRecord[]): Promise<void> {
  const args = typeScriptArguments(join(__dirname, 'testing', 'export-spans.ts'), JSON.stringify(spans));
  await promisify(execFile)(process.execPath, args, {
    cwd: __dirname,
    env: { PATH: process.env.PATH, ...environment },
  });
}

describe('settings', () => {
  it.each<[string, Record<string, string>]>([
    ['nothing is set', {}],
    ['the SDK is disabled', { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x:1' }],
    ['the exporter is none', { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x:1' }],
  ])('off when %s', (_when, environment) => {
    expect(readTracingSettings(environment)).toBeUndefined();
    expect(start(environment)).toBe(noTracing);
    expect(start(environment).sampleRoot({ traceId: TRACE })).toBe(false);
  });

  it.each<[Record<string, string>, string, string]>([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }, 'http://c:4318/v1/traces', 'http/protobuf'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/' }, 'http://c:4318/v1/traces', 'http/protobuf'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/own' }, 'http://c/own', 'http/protobuf'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      'http://c:4317',
      'grpc',
    ],
    [
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c',
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      },
      'http://c/v1/traces',
      'http/json',
    ],
  ])('%j goes to %s', (environment, url, protocol) => {
    expect(readTracingSettings(environment)?.target).toMatchObject({ url, protocol });
  });

  it('reads the rest', () => {
    const settings = readTracingSettings({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20x, x-b=2',
      OTEL_EXPORTER_OTLP_TIMEOUT: '1500',
      OTEL_SERVICE_NAME: 'edge',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,deployment.environment=prod',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
      OTEL_BSP_MAX_QUEUE_SIZE: '100',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    });
    expect(settings).toMatchObject({
      target: { headers: { authorization: 'Bearer x', 'x-b': '2' }, timeoutMs: 1500 },
      serviceName: 'edge',
      resource: { 'deployment.environment': 'prod' },
      sampler: 'traceidratio',
      ratio: 0.25,
      maxQueueSize: 100,
      maxExportBatchSize: 100,
      scheduledDelayMs: 50,
    });
  });

  it.each([
    { OTEL_EXPORTER_OTLP_PROTOCOL: 'thrift' },
    { OTEL_TRACES_SAMPLER: 'sometimes' },
    { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '2' },
    { OTEL_TRACES_EXPORTER: 'zipkin' },
    { OTEL_BSP_SCHEDULE_DELAY: 'soon' },
    { OTEL_EXPORTER_OTLP_HEADERS: 'nonsense' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'c:::' },
  ])('refuses %j', (environment) => {
    expect(() => readTracingSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', ...environment })).toThrow(
      ConfigError,
    );
  });
});

describe('sampling of traces that begin here', () => {
  const share = (environment: Record<string, string>): number => {
    const tracing = start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', ...environment });
    let sampled = 0;
    for (let i = 0; i < 10_000; i++) {
      const id = Buffer.from(Array.from({ length: 16 }, () => Math.floor(Math.random() * 256))).toString(
        'hex',
      );
      if (tracing.sampleRoot({ traceId: id })) sampled++;
    }
    void tracing.stop(0);
    return sampled / 10_000;
  };

  it.each<[string, string, number, number]>([
    ['always_on', '', 1, 1],
    ['parentbased_always_on', '', 1, 1],
    ['always_off', '', 0, 0],
    ['parentbased_always_off', '', 0, 0],
    ['traceidratio', '0.1', 0.08, 0.12],
    ['parentbased_traceidratio', '0', 0, 0],
    ['traceidratio', '1', 1, 1],
  ])('%s %s', (OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG, low, high) => {
    const seen = share({ OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG });
    expect(seen).toBeGreaterThanOrEqual(low);
    expect(seen).toBeLessThanOrEqual(high);
  });
});

describe('export', () => {
  let receiver: OtlpReceiver;
  beforeEach(async () => (receiver = await startOtlpReceiver()));
  afterEach(() => receiver.stop());

  it.each(['http/protobuf', 'http/json'])('%s carries a span whole', async (protocol) => {
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-team=edge',
      OTEL_SERVICE_NAME: 'edge',
    };
    const clientSpan = span({ kind: 'client', name: 'GET', error: true, spanId: '00f067aa0ba902b8' });
    await inOwnProcess(environment, [span(), clientSpan]);
    expect(receiver.headers[0]).toMatchObject({ ':path': '/v1/traces', 'x-team': 'edge' });
    const [server, client] = receiver.spans;
    expect(server).toMatchObject({
      traceId: TRACE,
      spanId: '00f067aa0ba902b7',
      parentSpanId: 'b7ad6b7169203331',
      name: 'GET /pets',
      kind: 2,
      startNs: 1_583_349_317_000_250_000n,
      endNs: 1_583_349_317_012_500_000n,
      isError: false,
    });
    expect(server?.attributes).toEqual(span().attributes);
    expect(server?.resource).toMatchObject({
      'service.name': 'edge',
      'service.instance.id': 'n1',
      'service.version': '0.1.0',
    });
    expect(client).toMatchObject({ kind: 3, name: 'GET', isError: true });
  });

  it('drops what a dead collector cannot take, without a throw and without waiting', async () => {
    const held = new Set<Socket>();
    const frozen = createServer((socket) => void held.add(socket));
    await new Promise<void>((resolve) => frozen.listen(0, '127.0.0.1', resolve));
    for (const port of [9, (frozen.address() as AddressInfo).port]) {
      const tracing = start({
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        OTEL_BSP_MAX_QUEUE_SIZE: '1000',
      });
      const from = performance.now();
      for (let i = 0; i < 20_000; i++) tracing.record(span());
      expect(performance.now() - from).toBeLessThan(1000);
      const stopping = performance.now();
      await tracing.stop(200);
      expect(performance.now() - stopping).toBeLessThan(1000);
    }
    for (const socket of held) socket.destroy();
    await new Promise((resolve) => frozen.close(resolve));
  });
});
