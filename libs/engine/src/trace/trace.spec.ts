import { ask, fakeWorld, gatewayOf, routeOf, snapshotOf, valuesOf } from '../testing/fake-world';

const W3C = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331';
const ROOT = 'Root=1-5759e988-bd862e3fe1be46a994272793';

async function traced(headers: string[], sampleRoots = false, key = 'GET /x', path = '/prod/x') {
  const world = fakeWorld();
  world.sampleRoots = sampleRoots;
  const sampleRoot = jest.spyOn(world.kit.tracing, 'sampleRoot');
  const reply = await ask(gatewayOf(world, snapshotOf({ routes: [routeOf(key)] })), { path, headers });
  const upstream = world.sent[0]?.headers ?? [];
  const one = (name: string) => valuesOf(upstream, name).join('|');
  return { world, reply, sampleRoot, traceparent: one('traceparent'), amzn: one('x-amzn-trace-id'), one };
}

describe('who decides', () => {
  test.each([
    ['a sampled traceparent', ['traceparent', `${W3C}-01`], false, true, '0af7651916cd43dd8448eb211c80319c'],
    [
      'an unsampled traceparent',
      ['traceparent', `${W3C}-00`],
      true,
      false,
      '0af7651916cd43dd8448eb211c80319c',
    ],
    [
      'a sampled X-Ray header',
      ['X-Amzn-Trace-Id', `${ROOT};Parent=53995c3f42cd8ad8;Sampled=1`],
      false,
      true,
      '5759e988bd862e3fe1be46a994272793',
    ],
    [
      'an unsampled X-Ray header',
      ['X-Amzn-Trace-Id', `${ROOT};Sampled=0`],
      true,
      false,
      '5759e988bd862e3fe1be46a994272793',
    ],
    [
      'traceparent before X-Ray',
      ['X-Amzn-Trace-Id', `${ROOT};Sampled=0`, 'traceparent', `${W3C}-01`],
      false,
      true,
      '0af7651916cd43dd8448eb211c80319c',
    ],
  ])('%s', async (_name, headers, sampleRoots, sampled, traceId) => {
    const { world, sampleRoot, traceparent, amzn } = await traced(headers, sampleRoots);
    expect(sampleRoot).not.toHaveBeenCalled();
    expect(world.spans).toHaveLength(sampled ? 2 : 0);
    expect(traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-0${sampled ? 1 : 0}$`));
    expect(amzn).toMatch(
      new RegExp(
        `^Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=.{16};Sampled=${sampled ? 1 : 0}$`,
      ),
    );
    expect(/Parent=(.{16})/.exec(amzn)?.[1]).toBe(traceparent.split('-')[2]);
  });

  test.each([
    ['nobody', []],
    ['an X-Ray root alone', ['X-Amzn-Trace-Id', ROOT]],
    ['an X-Ray question', ['X-Amzn-Trace-Id', `${ROOT};Sampled=?`]],
    ['garbage', ['traceparent', 'x', 'X-Amzn-Trace-Id', 'y']],
    ['two different traceparents', ['traceparent', `${W3C}-01`, 'traceparent', `${W3C}-00`]],
  ])('%s: we do', async (_name, headers) => {
    for (const sampled of [true, false]) {
      const { world, sampleRoot } = await traced(headers, sampled);
      expect(sampleRoot).toHaveBeenCalledTimes(1);
      expect(world.spans).toHaveLength(sampled ? 2 : 0);
    }
  });
});

test('the spans of a sampled request', async () => {
  const { world, traceparent } = await traced(
    ['traceparent', `${W3C}-01`],
    false,
    'GET /pets/{id}',
    '/prod/pets/7',
  );
  const [client, server] = world.spans;
  if (client === undefined || server === undefined) throw new Error('no spans');
  expect(server).toMatchObject({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    parentSpanId: 'b7ad6b7169203331',
    name: 'GET /pets/{id}',
    kind: 'server',
    error: false,
    attributes: {
      'http.request.method': 'GET',
      'http.route': '/pets/{id}',
      'http.response.status_code': 200,
      'url.path': '/prod/pets/7',
      'server.address': 'api1.execute-api.localhost',
      'gatehouse.api.id': 'api1',
      'gatehouse.stage': 'prod',
      'gatehouse.integration.latency_ms': 1,
      error: false,
    },
  });
  expect(client).toMatchObject({
    traceId: server.traceId,
    parentSpanId: server.spanId,
    name: 'GET',
    kind: 'client',
    error: false,
    attributes: {
      'http.request.method': 'GET',
      'server.address': 'backend.test',
      'server.port': 80,
      'http.response.status_code': 200,
    },
  });
  expect(client.spanId).not.toBe(server.spanId);
  expect(traceparent).toBe(`00-${server.traceId}-${client.spanId}-01`);
  expect(client.endMs).toBeLessThanOrEqual(server.endMs);
  expect(client.startMs).toBeGreaterThanOrEqual(server.startMs);
});

test('a failed call: both spans are errors; a verb of a client does not name a span', async () => {
  const world = fakeWorld();
  world.sampleRoots = true;
  world.backend = { fault: 'refused' };
  const gateway = gatewayOf(world, snapshotOf({ routes: [routeOf('ANY /x')] }));
  await ask(gateway, { path: '/prod/x', method: 'RANDOM123' });
  expect(world.spans.map(({ kind, error }) => [kind, error])).toEqual([
    ['client', true],
    ['server', true],
  ]);
  expect(world.spans[1]?.name).toBe('_OTHER /x');
  await ask(gateway, { path: '/prod/none' });
  expect(world.spans.at(-1)?.name).toBe('GET');
});

test('tracestate passes with its traceparent, whole members up to 512 bytes; baggage never', async () => {
  const member = `a=${'x'.repeat(298)}`;
  const kept = await traced([
    'traceparent',
    `${W3C}-01`,
    'tracestate',
    `b=1,${member}`,
    'tracestate',
    `${member}`,
    'baggage',
    'k=v',
  ]);
  expect(kept.one('tracestate')).toBe(`b=1,${member}`);
  expect(kept.one('baggage')).toBe('');
  expect((await traced(['traceparent', 'bad', 'tracestate', 'b=1'])).one('tracestate')).toBe('');
  expect((await traced(['tracestate', 'b=1'])).one('tracestate')).toBe('');
});

it('ids that nobody reads are not drawn', async () => {
  const world = fakeWorld();
  const hex = jest.spyOn(world.kit.random, 'hex');
  await ask(gatewayOf(world, snapshotOf({ routes: [] })), { path: '/prod/x' });
  expect(hex).not.toHaveBeenCalled();
});
