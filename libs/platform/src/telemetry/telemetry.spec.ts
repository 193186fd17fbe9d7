import fc from 'fast-check';
import type { RequestOutcome } from '@gatehouse/engine';
import { AccessLogWriter } from './access-log-writer';
import { ProcessMetrics } from './process-metrics';
import { RequestMetrics } from './request-metrics';

const outcome = (members: Partial<RequestOutcome> = {}): RequestOutcome => ({
  accountId: '1',
  apiId: 'api1',
  stage: 'prod',
  route: 'GET /pets',
  status: 200,
  latencyMs: 12,
  requestBytes: 3,
  responseBytes: 5,
  integrationLatencyMs: undefined,
  cacheResult: undefined,
  canary: undefined,
  ...members,
});

/** Every line of the text form: a comment, or a name, labels, and a number. */
const LINE =
  /^(?:# (?:HELP|TYPE) \S+ .+|[a-z_0-9]+(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)*\})? -?[0-9.e+-]+(?:Inf)?)$/;
const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

describe('request metrics', () => {
  it('end with the stage they are of, and with no other', () => {
    const metrics = new RequestMetrics();
    for (const stage of ['prod', 'dev']) metrics.observe(outcome({ stage }));
    metrics.forget('api1', 'prod');
    expect(metrics.expose()).not.toContain('stage="prod"');
    expect(metrics.expose()).toContain('stage="dev"');
  });

  it('counts by route and class, and measures', () => {
    const metrics = new RequestMetrics();
    metrics.observe(outcome());
    metrics.observe(outcome({ status: 204, latencyMs: 600, integrationLatencyMs: 590 }));
    metrics.observe(outcome({ status: 503 }));
    const labels = 'api="api1",stage="prod",route="GET /pets"';
    const text = metrics.expose();
    expect(text).toContain(`gatehouse_requests_total{${labels},status_class="2xx"} 2\n`);
    expect(text).toContain(`gatehouse_requests_total{${labels},status_class="5xx"} 1\n`);
    expect(text).toContain(`gatehouse_request_duration_seconds_bucket{${labels},le="0.01"} 0\n`);
    expect(text).toContain(`gatehouse_request_duration_seconds_bucket{${labels},le="0.025"} 2\n`);
    expect(text).toContain(`gatehouse_request_duration_seconds_bucket{${labels},le="+Inf"} 3\n`);
    expect(text).toContain(`gatehouse_request_duration_seconds_count{${labels}} 3\n`);
    expect(text).toContain(`gatehouse_integration_duration_seconds_count{${labels}} 1\n`);
    expect(text).toContain(`gatehouse_request_bytes_total{${labels}} 9\n`);
    expect(text).toContain(`gatehouse_response_bytes_total{${labels}} 15\n`);
    expect(lines(text).filter((line) => !LINE.test(line))).toEqual([]);
  });

  it('counts a tunnel, which may last, apart from requests', () => {
    const metrics = new RequestMetrics();
    metrics.observe(outcome());
    expect(metrics.expose()).not.toContain('gatehouse_tunnel_duration_seconds_count');
    metrics.observe(outcome({ status: 101, latencyMs: 4_000_000 }));
    const labels = 'api="api1",stage="prod",route="GET /pets"';
    const text = metrics.expose();
    expect(text).toContain(`gatehouse_requests_total{${labels},status_class="1xx"} 1\n`);
    expect(text).toContain(`gatehouse_request_duration_seconds_count{${labels}} 1\n`);
    expect(text).toContain(`gatehouse_tunnel_duration_seconds_bucket{${labels},le="3600"} 0\n`);
    expect(text).toContain(`gatehouse_tunnel_duration_seconds_bucket{${labels},le="7200"} 1\n`);
    expect(text).toContain(`gatehouse_tunnel_duration_seconds_sum{${labels}} 4000\n`);
  });

  it('holds a bounded number of series', () => {
    const metrics = new RequestMetrics(10);
    for (let i = 0; i < 1000; i++) metrics.observe(outcome({ route: `GET /${i}` }));
    const counters = lines(metrics.expose()).filter((line) => line.startsWith('gatehouse_requests_total{'));
    expect(counters).toHaveLength(11);
    expect(counters.at(-1)).toBe(
      'gatehouse_requests_total{api="_other",stage="_other",route="_other",status_class="2xx"} 990',
    );
  });

  it('escapes labels', () => {
    const metrics = new RequestMetrics();
    metrics.observe(outcome({ route: 'GET /a"b\\c\nd' }));
    expect(metrics.expose()).toContain('route="GET /a\\"b\\\\c\\nd"');
  });
});

it('process metrics are well formed', () => {
  const metrics = new ProcessMetrics('0.1.0');
  const text = metrics.expose() + metrics.expose();
  metrics.stop();
  expect(lines(text).filter((line) => !LINE.test(line))).toEqual([]);
  expect(text).toContain('gatehouse_build_info{version="0.1.0"');
});

test('a process without descriptors says what it last knew of its memory', () => {
  const metrics = new ProcessMetrics('0.1.0');
  const resident = (): string | undefined =>
    /^process_resident_memory_bytes (\d+)$/m.exec(metrics.expose())?.[1];
  const rss = jest.spyOn(process.memoryUsage, 'rss').mockReturnValueOnce(4096);
  rss.mockImplementationOnce(() => {
    throw new Error('EMFILE: too many open files');
  });
  expect([resident(), resident()]).toEqual(['4096', '4096']);
  rss.mockRestore();
  metrics.stop();
});

describe('access log', () => {
  it('writes lines in batches, in order', async () => {
    const writes: string[] = [];
    const log = new AccessLogWriter({
      write: (bytes, done) => {
        writes.push(String(bytes));
        done?.();
        return true;
      },
    });
    for (let i = 0; i < 100; i++) log.write(`line ${i}`);
    log.flush();
    expect(writes).toHaveLength(1);
    expect(writes[0]).toBe(`${Array.from({ length: 100 }, (_value, i) => `line ${i}`).join('\n')}\n`);
    expect(log.expose()).toContain('{result="written"} 100');
  });

  it('writes what it was told, whatever characters and however long', () => {
    let written = Buffer.alloc(0);
    const sink = {
      write: (bytes: Uint8Array, done?: () => void) => {
        written = Buffer.concat([written, bytes]);
        done?.();
        return true;
      },
    };
    const log = new AccessLogWriter(sink);
    const some = fc.tuple(fc.string({ unit: 'grapheme' }), fc.constantFrom(0, 1, 3000, 70_000));
    fc.assert(
      fc.property(fc.array(some, { maxLength: 30 }), (texts) => {
        written = Buffer.alloc(0);
        const lines = texts.map(([text, more]) => `${text}${'\u20ac'.repeat(more)}`);
        for (const line of lines) log.write(line);
        log.flush();
        expect(written.equals(Buffer.from(lines.map((line) => `${line}\n`).join('')))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('leaves alone what it has handed over', () => {
    const handed: Uint8Array[] = [];
    const log = new AccessLogWriter({ write: (bytes) => handed.push(bytes) > 0 });
    for (let i = 0; i < 3000; i++) log.write(`${i} ${'x'.repeat(90)}`);
    log.flush();
    const lines = Buffer.concat(handed).toString().trimEnd().split('\n');
    expect(lines.map((line) => Number.parseInt(line, 10))).toEqual(lines.map((_line, i) => i));
    expect([lines.length, handed.length > 2]).toEqual([3000, true]);
  });

  it('hands over a line together with what was counted with it, however full the room is', () => {
    let counted = 0;
    let sealed = 0;
    let handed = 0;
    const apart: number[] = [];
    const log = new AccessLogWriter({
      write: (bytes) => {
        handed += String(bytes).trimEnd().split('\n').length;
        if (handed !== sealed) apart.push(sealed);
        return true;
      },
    });
    log.beforeFlush(() => (sealed = counted));
    for (let i = 0; i < 5000; i++) {
      counted++;
      log.write(`${'x'.repeat(i % 300)}${i % 97 === 0 ? 'y'.repeat(50_000) : ''}`);
    }
    log.flush();
    expect([handed, apart]).toEqual([5000, []]);
  });

  it('flushes by itself', async () => {
    const written = await new Promise<string>((resolve) => {
      new AccessLogWriter({ write: (bytes) => (resolve(String(bytes)), true) }).write('alone');
    });
    expect(written).toBe('alone\n');
  });

  it.each<[string, (bytes: Uint8Array, done?: (error?: Error | null) => void) => boolean]>([
    ['that never takes them', () => false],
    ['that fails', (_bytes, done) => (done?.(new Error('disk full')), false)],
    [
      'that throws',
      () => {
        throw new Error('closed');
      },
    ],
  ])('a reader %s costs lines, and a bounded buffer', (_what, write) => {
    const log = new AccessLogWriter({ write }, 200_000);
    for (let i = 0; i < 50_000; i++) log.write('x'.repeat(100));
    log.flush();
    const dropped = Number(/dropped"\} (\d+)/.exec(log.expose())?.[1]);
    expect(dropped).toBeGreaterThan(40_000);
  });
});
