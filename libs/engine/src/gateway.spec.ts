import fc from 'fast-check';
import type { Route, Snapshot } from '@gatehouse/snapshot';
import { MAX_PAYLOAD_BYTES } from './counted-body';
import type { Body } from './exchange';
import { Gateway } from './gateway';
import { UpstreamError } from './ports';
import {
  ask,
  bodyOf,
  draftOf,
  fakeWorld,
  gatewayOf,
  request,
  routeOf,
  snapshotOf,
  valuesOf,
} from './testing/fake-world';
import { MAX_HEADER_BYTES } from './visit';

const mock = { type: 'MOCK', requestTemplates: { 'application/json': '{"statusCode":200}' } } as const;
const saying = (text: string) => ({
  ...mock,
  responses: [{ statusCode: '200', responseParameters: {}, responseTemplates: { 'application/json': text } }],
});
const rest = (stage: string, text = stage, more: Partial<Snapshot> = {}) =>
  snapshotOf({ stage, routes: [routeOf('GET /x', saying(text))], ...more });
const http = (stage: string) =>
  snapshotOf({
    apiId: 'web1',
    kind: 'HTTP',
    stage,
    routes: [routeOf('GET /x', { uri: `http://${stage === '$default' ? 'default' : stage}.test/x` })],
  });

describe('stages', () => {
  const askHttp = async (path: string, host = 'web1.execute-api.localhost', ...stages: string[]) => {
    const world = fakeWorld();
    const { status, body } = await ask(gatewayOf(world, ...stages.map(http)), { path, host });
    return status === 200 ? world.sent[0]?.url.hostname : `${status} ${body}`;
  };
  const NOT_FOUND = '404 {"message":"Not Found"}';

  test.each([
    ['/x', ['$default', 'beta'], 'default.test'],
    ['/beta/x', ['$default', 'beta'], 'beta.test'],
    ['/beta/x', ['$default'], NOT_FOUND],
    ['/x', ['beta'], NOT_FOUND],
    ['/$default/x', ['$default'], NOT_FOUND],
  ])('HTTP %s with %j -> %s', async (path, stages, expected) => {
    expect(await askHttp(path, undefined, ...stages)).toBe(expected);
  });

  test.each([
    ['/_aws/execute-api/web1/x', 'default.test'],
    ['/_aws/execute-api/web1/beta/x', 'beta.test'],
    ['/_aws/execute-api/web1/$default/x', 'default.test'],
    ['/restapis/web1/$default/_user_request_/x', 'default.test'],
  ])('HTTP by path form: %s -> %s', async (path, expected) => {
    expect(await askHttp(path, 'localhost', '$default', 'beta')).toBe(expected);
  });

  test('a REST API has no default stage', async () => {
    const { status, body } = await ask(gatewayOf(fakeWorld(), rest('prod')), { path: '/x' });
    expect([status, body]).toEqual([403, '{"message":"Forbidden"}']);
  });
});

describe('programs', () => {
  test('apply replaces one stage, swap puts and removes several at once', async () => {
    const gateway = gatewayOf(fakeWorld(), rest('a'), rest('b'));
    const say = async (stage: string) => (await ask(gateway, { path: `/${stage}/x` })).body;
    gateway.apply(rest('a', 'new'));
    expect([await say('a'), await say('b')]).toEqual(['new', 'b']);
    gateway.swap(
      [],
      [
        { apiId: 'API1', stage: 'a' },
        { apiId: 'api1', stage: 'none' },
        { apiId: 'none', stage: 'a' },
      ],
    );
    expect([await say('a'), await say('b')]).toEqual(['{"message":"Forbidden"}', 'b']);
    gateway.swap([draftOf(gateway, rest('c')), draftOf(gateway, rest('d'))], [{ apiId: 'api1', stage: 'b' }]);
    expect([await say('b'), await say('c'), await say('d')]).toEqual(['{"message":"Forbidden"}', 'c', 'd']);
    gateway.swap([], [{ apiId: 'api1', stage: 'c' }]);
    expect(await say('c')).toBe('{"message":"Forbidden"}');
  });

  test('a draft changes nothing until it is swapped in, and reads a route once, when it is asked for', async () => {
    const gateway = gatewayOf(fakeWorld(), rest('a', 'old'));
    const { routes, ...head } = rest('a', 'new');
    const draft = gateway.draft(head);
    let reads = 0;
    for (const route of routes) {
      const { key, method, path } = route;
      draft.add({ key, method, path, read: () => (reads++, route) });
    }
    draft.add({ key: 'GET /bad', method: 'GET', path: '/bad', read: () => JSON.parse('{') as Route });
    expect((await ask(gateway, { path: '/a/x' })).body).toBe('old');
    gateway.swap([draft]);
    expect(reads).toBe(0);
    for (let i = 0; i < 3; i++) expect((await ask(gateway, { path: '/a/x' })).body).toBe('new');
    expect(reads).toBe(1);
    for (let i = 0; i < 2; i++) expect((await ask(gateway, { path: '/a/bad' })).status).toBe(500);
  });

  test('a running request ends on the program it began with', async () => {
    const world = fakeWorld();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    world.backend = async () => {
      await gate;
      return { status: 200, headers: [], body: bodyOf('old') };
    };
    const gateway = gatewayOf(world, snapshotOf({ routes: [routeOf('GET /x')] }));
    const running = ask(gateway, { path: '/prod/x' });
    gateway.swap([], [{ apiId: 'api1', stage: 'prod' }]);
    release();
    expect((await running).body).toBe('old');
  });

  test('a snapshot that this node must not serve changes nothing', async () => {
    const gateway = gatewayOf(fakeWorld(), rest('a', 'good'));
    const foreign = [
      { ...rest('a', 'bad'), schema: 2 },
      { ...rest('a', 'bad'), requires: ['time-travel'] },
      { ...rest('a', 'bad'), routes: 7 },
    ] as unknown as Snapshot[];
    expect(foreign.flatMap((snapshot) => gateway.apply(snapshot)).map(({ code }) => code)).toEqual([
      'UNSUPPORTED_SCHEMA',
      'MISSING_CAPABILITY',
      'INVALID_SNAPSHOT',
    ]);
    expect((await ask(gateway, { path: '/a/x' })).body).toBe('good');
  });

  test('one broken route is a problem and answers 500; duplicates and bad paths are problems; the rest is served', async () => {
    const gateway = gatewayOf(fakeWorld());
    const problems = gateway.apply(
      snapshotOf({
        routes: [
          routeOf('GET /x', saying('first')),
          routeOf('GET /x', saying('second')),
          routeOf('GET /a/{b', saying('never')),
          routeOf('$default', saying('never')),
          routeOf('GET /broken', { uri: 'ftp://x/' }),
          routeOf('GET /garbage', { responses: 7 as never, type: 'HTTP' }),
        ],
      }),
    );
    expect(problems.map(({ code, path }) => `${code} ${path}`)).toEqual([
      'DUPLICATE_ROUTE /routes/GET ~1x',
      'INVALID_PATH /routes/GET ~1a~1{b/path',
      'INVALID_PATH /routes/$default/path',
      'INVALID_URI /routes/GET ~1broken/integration/uri',
      'INVALID_ROUTE /routes/GET ~1garbage',
    ]);
    expect((await ask(gateway, { path: '/prod/x' })).body).toBe('first');
    expect((await ask(gateway, { path: '/prod/broken' })).status).toBe(500);
    expect((await ask(gateway, { path: '/prod/garbage' })).status).toBe(500);
  });

  test('a broken route does not lose its authorization: it answers 500 to everybody', async () => {
    const world = fakeWorld();
    const broken = routeOf('GET /x', { uri: 'ftp://x/' }, { authorization: { type: 'AWS_IAM' } });
    expect((await ask(gatewayOf(world, snapshotOf({ routes: [broken] })), { path: '/prod/x' })).status).toBe(
      500,
    );
    expect(world.sent).toEqual([]);
  });
});

test('an API with a resource policy lets nobody pass, and sends nothing', async () => {
  const world = fakeWorld();
  const guarded = routeOf('GET /x', {}, { authorization: { type: 'RESOURCE_POLICY' } });
  const answer = await ask(gatewayOf(world, snapshotOf({ routes: [guarded] })), { path: '/prod/x' });
  expect([answer.status, answer.body]).toEqual([
    403,
    '{"Message":"User is not authorized to access this resource"}',
  ]);
  expect(world.sent).toEqual([]);
});

test('disableExecuteApiEndpoint: 403 from REST, 404 from HTTP', async () => {
  const closed = { disableExecuteApiEndpoint: true };
  const gateway = gatewayOf(fakeWorld(), rest('prod', 'x', closed), { ...http('$default'), ...closed });
  expect((await ask(gateway, { path: '/prod/x' })).body).toBe('{"message":"Forbidden"}');
  const web = await ask(gateway, { path: '/x', host: 'web1.execute-api.localhost' });
  expect([web.status, web.body]).toEqual([404, '{"message":"Not Found"}']);
});

describe('sizes', () => {
  const gateway = (world = fakeWorld()) =>
    gatewayOf(world, snapshotOf({ routes: [routeOf('POST /x')] }), {
      ...http('$default'),
      routes: [routeOf('POST /x')],
    });
  const huge = (length: number | undefined): Body => ({
    length,
    gather: () => Promise.reject(new Error('must not be read')),
    stream: async function* () {
      for (let i = 0; i < 11; i++) yield new Uint8Array(1024 * 1024);
    },
  });
  const rest = { method: 'POST', path: '/prod/x' };
  const web = { method: 'POST', path: '/x', host: 'web1.execute-api.localhost' };

  test('an announced payload above 10 MB is refused unread, in each dialect', async () => {
    const world = fakeWorld();
    const large = await ask(gateway(world), { ...rest, body: huge(MAX_PAYLOAD_BYTES + 1) });
    expect([large.status, large.body]).toEqual([413, '{"message":"Request Too Long"}']);
    expect(valuesOf(large.headers, 'x-amzn-errortype')).toEqual(['RequestTooLargeException']);
    const largeWeb = await ask(gateway(world), { ...web, body: huge(MAX_PAYLOAD_BYTES + 1) });
    expect([largeWeb.status, largeWeb.body]).toEqual([413, '{"message":"Request Entity Too Large"}']);
    expect(world.sent).toEqual([]);
  });

  test('10 MB exactly pass', async () => {
    const body = { ...huge(MAX_PAYLOAD_BYTES), stream: async function* () {} };
    expect((await ask(gateway(), { ...rest, body })).status).toBe(200);
  });

  test('an unannounced payload is counted and refused once it is above', async () => {
    const world = fakeWorld();
    expect((await ask(gateway(world), { ...rest, body: huge(undefined) })).status).toBe(413);
    expect((await ask(gateway(world), { ...web, body: huge(undefined) })).status).toBe(413);
    expect(world.sent).toEqual([]);
  });

  test('an unannounced small payload passes and is counted', async () => {
    const world = fakeWorld();
    expect((await ask(gateway(world), { ...rest, body: bodyOf('hello', false) })).status).toBe(200);
    expect(world.sent[0]?.body).toBe('hello');
    expect(world.outcomes[0]?.requestBytes).toBe(5);
  });

  test('header fields above 10,240 bytes are refused with 431', async () => {
    const world = fakeWorld();
    const headers = ['X-Big', 'a'.repeat(MAX_HEADER_BYTES)];
    const { status, body } = await ask(gateway(world), { ...rest, headers });
    expect([status, body]).toEqual([431, '{"message":"Request Header Fields Too Large"}']);
    expect((await ask(gateway(world), { ...web, headers })).status).toBe(431);
    expect((await ask(gateway(world), { ...rest, headers: ['X-Big', 'a'.repeat(9000)] })).status).toBe(200);
  });
});

describe('bodies of backends', () => {
  const gateway = (world = fakeWorld()) => gatewayOf(world, snapshotOf({ routes: [routeOf('GET /x')] }));

  test('a large one streams with its length, an unannounced one without', async () => {
    const world = fakeWorld();
    world.backend = { body: 'a'.repeat(100_000) };
    const answer = await gateway(world).handle(request({ path: '/prod/x' }));
    expect(typeof (answer.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]).toBe('function');
    expect(valuesOf(answer.headers, 'content-length')).toEqual(['100000']);
    world.backend = () => Promise.resolve({ status: 200, headers: [], body: bodyOf('x', false) });
    const chunked = await ask(gateway(world), { path: '/prod/x' });
    expect(valuesOf(chunked.headers, 'content-length')).toEqual([]);
    expect(chunked.body).toBe('x');
  });

  test.each([
    ['breaks off', 'broken', [500, '{"message": "Network error communicating with endpoint"}']],
    ['stalls', 'timeout', [504, '{"message": "Endpoint request timed out"}']],
  ] as const)('a small one that %s is an error, not half an answer', async (_what, fault, answer) => {
    const world = fakeWorld();
    world.backend = () => {
      const gather = () => Promise.reject(new UpstreamError(fault, 'cut'));
      return Promise.resolve({ status: 200, headers: [], body: { ...bodyOf('x'), gather } });
    };
    const { status, body } = await ask(gateway(world), { path: '/prod/x' });
    expect([status, body]).toEqual(answer);
  });

  test('one that nobody wants is read away', async () => {
    const world = fakeWorld();
    const gather = jest.fn(() => Promise.reject(new Error('broken')));
    world.backend = () => Promise.resolve({ status: 500, headers: [], body: { ...bodyOf('x'), gather } });
    const integration = { ...saying('said'), type: 'HTTP', uri: 'http://b.test' } as const;
    const gateway = gatewayOf(world, snapshotOf({ routes: [routeOf('GET /x', integration)] }));
    expect((await ask(gateway, { path: '/prod/x' })).body).toBe('said');
    expect(gather).toHaveBeenCalledTimes(1);
  });
});

describe('the upstream call', () => {
  test('carries account, timeout, TLS switch and the request’s one signal', async () => {
    const world = fakeWorld();
    const { signal } = new AbortController();
    const integration = { timeoutMs: 1234, tlsInsecureSkipVerification: true };
    const gateway = gatewayOf(world, snapshotOf({ routes: [routeOf('GET /x', integration)] }));
    await ask(gateway, { path: '/prod/x', signal });
    expect(world.sent[0]).toMatchObject({
      accountId: '111122223333',
      timeoutMs: 1234,
      tlsInsecureSkipVerification: true,
      signal,
    });
  });

  test('after the client has gone, an error of any kind is nobody’s: 499', async () => {
    const world = fakeWorld();
    const client = new AbortController();
    world.backend = () => {
      client.abort();
      return Promise.reject(new UpstreamError('broken', 'socket closed'));
    };
    const gateway = gatewayOf(world, snapshotOf({ routes: [routeOf('GET /x')] }));
    await ask(gateway, { path: '/prod/x', signal: client.signal });
    expect(world.outcomes[0]).toMatchObject({ status: 499 });
  });
});

describe('never throws, never rejects', () => {
  test('a defect of ours is a 500 without detail, reported once, still recorded', async () => {
    const world = fakeWorld();
    world.backend = () => Promise.reject(new Error('secret detail'));
    const gateway = gatewayOf(world, snapshotOf({ routes: [routeOf('GET /x')] }));
    const { status, body } = await ask(gateway, { path: '/prod/x' });
    expect([status, body]).toEqual([500, '{"message": "Internal server error"}']);
    expect(world.defects).toEqual([new Error('secret detail')]);
    expect(world.outcomes).toHaveLength(1);
  });

  test('a broken world', async () => {
    const world = fakeWorld();
    const broken = {
      now: () => NaN,
      monotonicMs: () => {
        throw new Error('no clock');
      },
    };
    const gateway = new Gateway({ ...world.kit, clock: broken }, { region: 'eu-west-1' });
    const answer = await gateway.handle(request({ path: '/prod/x' }));
    expect(answer.status).toBe(500);
    answer.finish(0, true);
    expect(world.defects).toEqual([new Error('no clock')]);
  });

  test('observers, logs and tracers that throw do not reach the client', async () => {
    const world = fakeWorld();
    const observer = {
      observe: () => {
        throw new Error('no metrics');
      },
    };
    const gateway = new Gateway({ ...world.kit, observer }, { region: 'eu-west-1' });
    gateway.apply(rest('prod', 'hi', { accessLog: { format: '$context.status' } }));
    expect((await ask(gateway, { path: '/prod/x' })).body).toBe('hi');
    expect(world.lines).toEqual(['200']);
    expect(world.defects).toEqual([new Error('no metrics')]);
  });

  test('any request gets a status, and one outcome', async () => {
    const path = fc.oneof(
      fc.string(),
      fc.string().map((tail) => `/prod/${tail}`),
      fc.webPath().map((tail) => `/prod${tail}`),
    );
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    const headers = fc.array(
      fc.tuple(fc.oneof(text, fc.constantFrom('__proto__', 'traceparent', 'Connection')), text),
    );
    const world = fakeWorld();
    const gateway = gatewayOf(
      world,
      snapshotOf({
        routes: [
          routeOf('ANY /{proxy+}', { uri: 'http://b.test/{proxy}' }),
          routeOf('ANY /', saying('root')),
        ],
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.string(), path, text, headers, async (method, somePath, query, pairs) => {
        world.outcomes.length = 0;
        const { status } = await ask(gateway, { method, path: somePath, query, headers: pairs.flat() });
        expect(status).toBeGreaterThanOrEqual(200);
        expect(world.outcomes).toHaveLength(1);
      }),
      { numRuns: 1000 },
    );
    expect(world.defects).toEqual([]);
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });
});

test('what waits for nothing is answered in the same turn', () => {
  const answer = gatewayOf(fakeWorld(), rest('prod')).handle(request({ path: '/prod/x' }));
  expect(answer).not.toBeInstanceOf(Promise);
});
