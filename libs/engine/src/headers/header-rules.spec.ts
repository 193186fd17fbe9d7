/** The table of the guide, corrected by recordings: every field in both directions. */
import { ask, fakeWorld, gatewayOf, routeOf, snapshotOf, valuesOf } from '../testing/fake-world';

type Fate = 'pass' | 'drop' | 'remap';

/** name, client to HTTP_PROXY, HTTP_PROXY to client, mapped to HTTP, mapped response of HTTP. */
const TABLE: [name: string, toProxy: Fate, fromProxy: Fate, mappedTo: Fate | 'fail', mappedFrom: Fate][] = [
  ['Age', 'pass', 'pass', 'pass', 'pass'],
  ['Accept', 'pass', 'pass', 'pass', 'pass'],
  ['Accept-Charset', 'pass', 'pass', 'pass', 'pass'],
  ['Accept-Encoding', 'pass', 'pass', 'pass', 'pass'],
  ['Authorization', 'pass', 'remap', 'pass', 'remap'],
  ['Connection', 'drop', 'remap', 'drop', 'remap'],
  ['Content-Encoding', 'drop', 'pass', 'pass', 'pass'],
  ['Content-Length', 'drop', 'remap', 'fail', 'remap'],
  ['Content-MD5', 'drop', 'remap', 'pass', 'remap'],
  ['Content-Type', 'pass', 'pass', 'pass', 'pass'],
  ['Date', 'pass', 'remap', 'pass', 'remap'],
  ['Expect', 'drop', 'drop', 'drop', 'remap'],
  ['Max-Forwards', 'drop', 'remap', 'pass', 'remap'],
  ['Pragma', 'pass', 'pass', 'pass', 'pass'],
  ['Proxy-Authenticate', 'drop', 'drop', 'drop', 'remap'],
  ['Range', 'pass', 'pass', 'pass', 'pass'],
  ['Referer', 'pass', 'pass', 'pass', 'pass'],
  ['Server', 'drop', 'remap', 'pass', 'remap'],
  ['TE', 'drop', 'drop', 'drop', 'pass'],
  ['Transfer-Encoding', 'drop', 'drop', 'fail', 'drop'],
  ['Trailer', 'drop', 'drop', 'pass', 'remap'],
  ['Upgrade', 'drop', 'drop', 'pass', 'remap'],
  ['User-Agent', 'pass', 'remap', 'pass', 'remap'],
  ['Via', 'drop', 'drop', 'drop', 'pass'],
  ['Warn', 'pass', 'pass', 'pass', 'pass'],
  ['WWW-Authenticate', 'drop', 'remap', 'pass', 'remap'],
  ['Host', 'drop', 'drop', 'pass', 'remap'],
  ['Keep-Alive', 'drop', 'drop', 'pass', 'pass'],
  ['Proxy-Authorization', 'drop', 'drop', 'pass', 'pass'],
  ['HTTP2-Settings', 'drop', 'drop', 'pass', 'pass'],
  ['X-Forwarded-For', 'drop', 'pass', 'pass', 'pass'],
  ['X-Real-IP', 'drop', 'pass', 'pass', 'pass'],
  ['Forwarded', 'drop', 'pass', 'pass', 'pass'],
  ['X-Amzn-Principal', 'drop', 'pass', 'pass', 'pass'],
  ['X_Principal_Id', 'drop', 'pass', 'pass', 'pass'],
  ['__proto__', 'drop', 'pass', 'pass', 'pass'],
  ['baggage', 'drop', 'pass', 'pass', 'pass'],
  ['X-Amzn-Trace-Id', 'drop', 'pass', 'fail', 'pass'],
  ['X-Amzn-Apigateway-Api-Id', 'drop', 'pass', 'fail', 'pass'],
  ['x-amzn-RequestId', 'drop', 'remap', 'pass', 'remap'],
  ['Cookie', 'pass', 'pass', 'pass', 'pass'],
  ['Set-Cookie', 'pass', 'pass', 'pass', 'pass'],
  ['x-api-key', 'pass', 'pass', 'pass', 'pass'],
  ['X-Anything', 'pass', 'pass', 'pass', 'pass'],
];

const MARK = 'the-mark';

function fateIn(headers: string[], name: string): Fate {
  if (valuesOf(headers, `x-amzn-Remapped-${name}`).includes(MARK)) return 'remap';
  return valuesOf(headers, name).includes(MARK) ? 'pass' : 'drop';
}

async function sentBy(integration: object, headers: string[]) {
  const world = fakeWorld();
  const gateway = gatewayOf(world, snapshotOf({ routes: [routeOf('ANY /x', integration)] }));
  const { status } = await ask(gateway, { path: '/prod/x', headers });
  return { status, headers: world.sent[0]?.headers ?? [] };
}

async function receivedBy(integration: object, backend: string[]) {
  const world = fakeWorld();
  world.backend = { headers: backend };
  return ask(gatewayOf(world, snapshotOf({ routes: [routeOf('ANY /x', integration)] })), { path: '/prod/x' });
}

describe.each(TABLE)('%s', (name, toProxy, fromProxy, mappedTo, mappedFrom) => {
  test(`client to HTTP_PROXY: ${toProxy}`, async () => {
    expect(fateIn((await sentBy({}, [name, MARK])).headers, name)).toBe(toProxy);
    expect(fateIn((await sentBy({}, [name.toLowerCase(), MARK])).headers, name)).toBe(toProxy);
  });

  test('client to HTTP: not by itself', async () => {
    if (name === 'Content-Type') return;
    const responses = [{ statusCode: '200', responseParameters: {}, responseTemplates: {} }];
    expect(fateIn((await sentBy({ type: 'HTTP', responses }, [name, MARK])).headers, name)).toBe('drop');
  });

  test(`HTTP_PROXY to client: ${fromProxy}`, async () => {
    expect(fateIn((await receivedBy({}, [name, MARK])).headers, name)).toBe(fromProxy);
  });

  test(`mapped to the integration: ${mappedTo}`, async () => {
    const requestParameters = { [`integration.request.header.${name}`]: `'${MARK}'` };
    for (const type of ['HTTP_PROXY', 'HTTP']) {
      const responses = [{ statusCode: '200', responseParameters: {}, responseTemplates: {} }];
      const { status, headers } = await sentBy({ type, requestParameters, responses }, []);
      expect(status).toBe(mappedTo === 'fail' ? 500 : 200);
      expect(fateIn(headers, name)).toBe(mappedTo === 'fail' ? 'drop' : mappedTo);
    }
  });

  test(`mapped in a response: ${mappedFrom}`, async () => {
    const responseParameters = { [`method.response.header.${name}`]: `'${MARK}'` };
    const responses = [{ statusCode: '200', responseParameters, responseTemplates: {} }];
    expect(fateIn((await receivedBy({ type: 'HTTP', responses }, [name, 'theirs'])).headers, name)).toBe(
      mappedFrom,
    );
  });
});

test('a SigV4 signature does not reach the backend', async () => {
  const { headers } = await sentBy({}, ['Authorization', 'AWS4-HMAC-SHA256 Credential=x']);
  expect(valuesOf(headers, 'authorization')).toEqual([]);
});

test('Content-Encoding goes with a body, both ways', async () => {
  const world = fakeWorld();
  const gateway = gatewayOf(world, snapshotOf({ routes: [routeOf('POST /x')] }));
  await ask(gateway, { method: 'POST', path: '/prod/x', headers: ['Content-Encoding', 'gzip'], body: 'zzz' });
  expect(valuesOf(world.sent[0]?.headers ?? [], 'content-encoding')).toEqual(['gzip']);
});

test('fields dropped before mappings cannot be mapped from', async () => {
  const requestParameters = { 'integration.request.header.X-Copy': 'method.request.header.Max-Forwards' };
  const { headers } = await sentBy({ requestParameters }, ['Max-Forwards', '5']);
  expect(valuesOf(headers, 'x-copy')).toEqual([]);
});

test('what Connection lists goes, in both directions, before ours are added', async () => {
  const { headers } = await sentBy({}, [
    'Connection',
    'X-One, user-agent',
    'X-One',
    '1',
    'User-Agent',
    'curl',
  ]);
  expect(valuesOf(headers, 'x-one')).toEqual([]);
  expect(valuesOf(headers, 'user-agent')).toEqual(['AmazonAPIGateway_api1']);
  const reply = await receivedBy({}, ['Connection', 'close, X-One', 'X-One', '1', 'X-Two', '2']);
  expect(valuesOf(reply.headers, 'x-one')).toEqual([]);
  expect(valuesOf(reply.headers, 'x-two')).toEqual(['2']);
});

describe.each([
  'host',
  'Content-Length',
  'transfer-encoding',
  'AUTHORIZATION',
  'cookie',
  'x-api-key',
  'x-forwarded-host',
  'x-amzn-requestid',
])('Connection: %s', (name) => {
  test('is refused with 400 and no call', async () => {
    const { status, headers } = await sentBy({}, ['Connection', `keep-alive, ${name}`]);
    expect([status, headers]).toEqual([400, []]);
    expect((await sentBy({}, ['Connection', 'keep-alive', 'Connection', name])).status).toBe(400);
  });
});
