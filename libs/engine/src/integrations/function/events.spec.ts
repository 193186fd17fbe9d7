import { ask, fakeWorld, gatewayOf, routeOf, snapshotOf, type AskedFor } from '../../testing/fake-world';

interface Event {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly queryStringParameters: Record<string, string>;
  readonly requestContext: Record<string, unknown>;
  readonly body: unknown;
  readonly isBase64Encoded: unknown;
}

async function eventOf(members: object, key: string, asked: AskedFor, integration: object = {}) {
  const world = fakeWorld();
  const routes = [routeOf(key, { type: 'AWS_PROXY', ...integration })];
  const gateway = gatewayOf(world, snapshotOf({ ...members, routes }));
  let event: unknown;
  world.functionOf = (given) => {
    event = given;
    return { statusCode: 200 };
  };
  const { status } = await ask(gateway, asked);
  expect(status).toBe(200);
  return { event: event as Event, call: world.calls[0] };
}

const http = { kind: 'HTTP', stage: '$default' } as const;
const v2 = { payloadFormat: '2.0' };
const TRACE = expect.stringMatching(
  /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/,
) as string;

it('is the event of payload 1.0 for a REST API, with nulls for what is empty', async () => {
  const { event, call } = await eventOf({}, 'GET /pets/{id}', {
    path: '/prod/pets/7%2F/',
    query: 'x=1&x=2+3',
    headers: [
      'authorization',
      'tok',
      'tEsT',
      'a',
      'test',
      'b',
      'user-agent',
      'curl/8',
      'Content-Length',
      '0',
      'Connection',
      'x-gone',
      'x-gone',
      '1',
      'X-Forwarded-For',
      '10.1.1.1',
      'X-Amzn-Oidc',
      'forged',
    ],
  });
  const multi = {
    Host: ['api1.execute-api.localhost'],
    Authorization: ['tok'],
    tEsT: ['a', 'b'],
    'User-Agent': ['curl/8'],
    'X-Forwarded-For': ['10.1.1.1, 198.51.100.7'],
    'X-Forwarded-Port': ['8080'],
    'X-Forwarded-Proto': ['http'],
    'X-Amzn-Trace-Id': [TRACE],
  };
  expect(event).toEqual({
    resource: '/pets/{id}',
    path: '/pets/7%2F/',
    httpMethod: 'GET',
    headers: {
      Host: 'api1.execute-api.localhost',
      Authorization: 'tok',
      tEsT: 'b',
      'User-Agent': 'curl/8',
      'X-Forwarded-For': '10.1.1.1, 198.51.100.7',
      'X-Forwarded-Port': '8080',
      'X-Forwarded-Proto': 'http',
      'X-Amzn-Trace-Id': TRACE,
    },
    multiValueHeaders: multi,
    queryStringParameters: { x: '2 3' },
    multiValueQueryStringParameters: { x: ['1', '2 3'] },
    pathParameters: { id: '7%2F' },
    stageVariables: null,
    requestContext: {
      resourceId: 'res-GET /pets/{id}',
      resourcePath: '/pets/{id}',
      httpMethod: 'GET',
      extendedRequestId: expect.stringMatching(/=$/) as string,
      requestTime: '04/Mar/2020:19:15:17 +0000',
      path: '/prod/pets/7%2F/',
      accountId: '111122223333',
      protocol: 'HTTP/1.1',
      stage: 'prod',
      domainPrefix: 'api1',
      requestTimeEpoch: expect.any(Number) as number,
      requestId: expect.stringMatching(/^0000/) as string,
      identity: {
        cognitoIdentityPoolId: null,
        accountId: null,
        cognitoIdentityId: null,
        caller: null,
        sourceIp: '198.51.100.7',
        principalOrgId: null,
        accessKey: null,
        cognitoAuthenticationType: null,
        cognitoAuthenticationProvider: null,
        userArn: null,
        userAgent: 'curl/8',
        user: null,
      },
      domainName: 'api1.execute-api.localhost',
      deploymentId: 'dep001',
      apiId: 'api1',
    },
    body: null,
    isBase64Encoded: false,
  });
  expect(call?.sourceArn).toBe('arn:aws:execute-api:eu-west-1:111122223333:api1/prod/GET/pets/{id}');
});

it('is the event of payload 2.0, without what is not there', async () => {
  const { event, call } = await eventOf(
    { ...http, stageVariables: { env: 'x' } },
    'GET /pets/{id}',
    {
      path: '/pets/7',
      query: 'x=1&x=2',
      headers: ['Accept', 'a', 'accept', 'b', 'Cookie', 's=1; t=2', 'cookie', 'u=3'],
    },
    v2,
  );
  expect(event).toEqual({
    version: '2.0',
    routeKey: 'GET /pets/{id}',
    rawPath: '/pets/7',
    rawQueryString: 'x=1&x=2',
    cookies: ['s=1', 't=2', 'u=3'],
    headers: {
      host: 'api1.execute-api.localhost',
      accept: 'a,b',
      'x-forwarded-for': '198.51.100.7',
      'x-forwarded-port': '8080',
      'x-forwarded-proto': 'http',
      'x-amzn-trace-id': TRACE,
    },
    queryStringParameters: { x: '1,2' },
    requestContext: {
      accountId: '111122223333',
      apiId: 'api1',
      domainName: 'api1.execute-api.localhost',
      domainPrefix: 'api1',
      http: { method: 'GET', path: '/pets/7', protocol: 'HTTP/1.1', sourceIp: '198.51.100.7', userAgent: '' },
      requestId: expect.stringMatching(/=$/) as string,
      routeKey: 'GET /pets/{id}',
      stage: '$default',
      time: '04/Mar/2020:19:15:17 +0000',
      timeEpoch: expect.any(Number) as number,
    },
    pathParameters: { id: '7' },
    stageVariables: { env: 'x' },
    isBase64Encoded: false,
  });
  expect(call?.sourceArn).toBe('arn:aws:execute-api:eu-west-1:111122223333:api1/$default/GET/pets/{id}');
});

it('leaves out of payload 2.0 all that is empty', async () => {
  const { event } = await eventOf(http, '$default', { path: '/' }, v2);
  expect(Object.keys(event)).toEqual([
    'version',
    'routeKey',
    'rawPath',
    'rawQueryString',
    'headers',
    'requestContext',
    'isBase64Encoded',
  ]);
});

it('is payload 1.0 of an HTTP API with lower-case names and its version first', async () => {
  const { event } = await eventOf(http, 'GET /a', { path: '/a', headers: ['X-Any', '1'] });
  expect(Object.keys(event)[0]).toBe('version');
  expect(event).toMatchObject({
    version: '1.0',
    path: '/a',
    headers: { 'x-any': '1' },
    requestContext: {
      resourceId: null,
      resourcePath: '/a',
      extendedRequestId: event.requestContext['requestId'],
    },
  });
});

it('shows extra slashes after the stage in requestContext.path only', async () => {
  const { event } = await eventOf({}, 'GET /a', { path: '/prod//a' });
  expect([event.path, event.requestContext['path']]).toEqual(['/a', '/prod//a']);
});

it('tells a function of a REST API nothing of fields that mappings do not see either', async () => {
  const fields = [
    'Content-MD5',
    'Expect',
    'Max-Forwards',
    'Proxy-Authenticate',
    'Server',
    'TE',
    'WWW-Authenticate',
  ];
  const headers = [...fields.flatMap((name) => [name, 'x']), 'Via', 'p', 'Range', 'r'];
  const { event } = await eventOf({}, 'GET /a', { path: '/prod/a', headers });
  expect(Object.keys(event.headers).filter((name) => fields.includes(name))).toEqual([]);
  expect(event.headers).toMatchObject({ Via: 'p', Range: 'r' });
  const { event: ofHttp } = await eventOf(http, 'GET /a', { path: '/a', headers });
  expect(ofHttp.headers).toMatchObject({ 'max-forwards': 'x', 'content-md5': 'x' });
});

it('tells a function nothing of a signature', async () => {
  const { event } = await eventOf({}, 'GET /a', {
    path: '/prod/a',
    headers: ['Authorization', 'AWS4-HMAC-SHA256 x'],
  });
  expect(JSON.stringify(event)).not.toContain('AWS4');
});

it('takes any name a client chooses as a name and nothing else', async () => {
  const { event } = await eventOf({}, 'GET /a', {
    path: '/prod/a',
    query: '__proto__=1&constructor=2',
    headers: ['__proto__', 'h'],
  });
  expect(Object.entries(event.queryStringParameters)).toEqual([
    ['__proto__', '1'],
    ['constructor', '2'],
  ]);
  expect(Object.entries(event.headers)).toContainEqual(['__proto__', 'h']);
});

describe('body', () => {
  const bodyIn = async (members: object, type: string | undefined, integration: object = {}) => {
    const isRest = (members as { kind?: string }).kind !== 'HTTP';
    const headers = type === undefined ? [] : ['Content-Type', type];
    const asked = { method: 'POST', path: isRest ? '/prod/a' : '/a', headers, body: 'grüße' };
    const { event } = await eventOf(members, 'POST /a', asked, integration);
    return [event.body, event.isBase64Encoded];
  };
  const base64 = [Buffer.from('grüße').toString('base64'), true];
  const text = ['grüße', false];

  it.each([
    [undefined, [], text],
    ['image/png', [], text],
    ['image/png', ['image/png'], base64],
    ['Image/PNG; x=1', ['image/*'], base64],
    ['image/png', ['*/png'], text],
    [undefined, ['*/*'], base64],
    [undefined, ['application/json'], base64],
  ])('REST, %p with binary types %j', async (type, binaryMediaTypes, expected) =>
    expect(await bodyIn({ binaryMediaTypes }, type)).toEqual(expected),
  );

  it.each([
    [undefined, base64],
    ['text/html', text],
    ['application/json; charset=utf-8', text],
    ['application/xml', text],
    ['application/x-www-form-urlencoded', base64],
  ])('HTTP API, %p', async (type, expected) => {
    expect(await bodyIn(http, type, v2)).toEqual(expected);
    expect(await bodyIn(http, type)).toEqual(expected);
  });
});
