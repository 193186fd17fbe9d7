import { ask, fakeWorld, gatewayOf, request, routeOf, snapshotOf } from '../testing/fake-world';

const stage = (format: string | undefined, kind: 'REST' | 'HTTP' = 'REST') =>
  snapshotOf({
    kind,
    accessLog: format === undefined ? {} : { format },
    routes: [routeOf('GET /pets/{id}', { uri: 'http://backend.test/{id}' }, { operationName: 'GetPet' })],
  });
const pet = { path: '/prod/pets/1', query: 'token=s3cret', headers: ['User-Agent', 'curl/8 "x"\\'] };

async function line(format: string, asked: Parameters<typeof ask>[1] = pet, kind: 'REST' | 'HTTP' = 'REST') {
  const world = fakeWorld();
  world.backend = { status: 201, body: 'hello' };
  await ask(gatewayOf(world, stage(format, kind)), asked);
  expect(world.lines).toHaveLength(1);
  return world.lines[0];
}

describe('access log', () => {
  test.each([
    [
      '$context.accountId $context.apiId $context.stage $context.deploymentId',
      '111122223333 api1 prod dep001',
    ],
    ['$context.httpMethod $context.path $context.resourcePath', 'GET /prod/pets/1 /pets/{id}'],
    ['$context.resourceId $context.operationName $context.routeKey', 'res-GET /pets/{id} GetPet -'],
    ['$context.identity.sourceIp $context.identity.caller $context.identity.user', '198.51.100.7 - -'],
    ['[$context.requestTime] $context.requestTimeEpoch', '[04/Mar/2020:19:15:17 +0000] 1583349317000'],
    ['$context.protocol $context.status $context.responseLength', 'HTTP/1.1 201 5'],
    ['$context.integration.status $context.integrationStatus $context.error.message', '201 201 -'],
    ['$context.domainName $context.domainPrefix', 'api1.execute-api.localhost api1'],
    ['$context.identity.userAgent', 'curl/8 \\"x\\"\\\\'],
    ['$context.nope $context.identity.apiKey $context.authorizer.principalId', '- - -'],
    [
      '{"id":"$context.requestId",\n"s":"$context.status"}',
      '{"id":"00000000-0000-4000-8000-000000000003", "s":"201"}',
    ],
    ['no variable', 'no variable'],
  ])('%j -> %j', async (format, expected) => expect(await line(format)).toBe(expected));

  test('errors: type and message', async () => {
    const format =
      '$context.error.responseType|$context.error.message|$context.error.messageString|$context.integrationLatency';
    expect(await line(format, { path: '/prod/none' })).toBe(
      'MISSING_AUTHENTICATION_TOKEN|Missing Authentication Token|"Missing Authentication Token"|-',
    );
  });

  test('HTTP APIs have a route key, and one id', async () => {
    const asked = { ...pet, path: '/prod/pets/1' };
    expect(await line('$context.routeKey', asked, 'HTTP')).toBe('GET /pets/{id}');
    expect(await line('$context.requestId $context.extendedRequestId', asked, 'HTTP')).toMatch(/^(\S+=) \1$/);
  });

  test('a stage without accessLog writes nothing', async () => {
    const world = fakeWorld();
    await ask(gatewayOf(world, snapshotOf({ routes: [routeOf('GET /x')] })), { path: '/prod/x' });
    expect(world.lines).toEqual([]);
  });

  test('what is refused before routing is logged too', async () => {
    expect(await line('$context.status $context.resourcePath', { path: '/prod/a/../b' })).toBe('400 -');
  });

  test('the built-in line is JSON with the members that are promised, and no secret', async () => {
    const world = fakeWorld();
    world.backend = { body: 'hello' };
    const headers = [
      'Authorization',
      's3cret',
      'Cookie',
      'k=s3cret',
      'x-api-key',
      's3cret',
      'User-Agent',
      'a\u2028"\u001b[2J\n{',
    ];
    await ask(gatewayOf(world, stage(undefined)), { ...pet, headers });
    const [text = ''] = world.lines;
    expect(text).not.toContain('s3cret');
    expect(text).not.toMatch(/[\n\u2028\u001b]/);
    expect(JSON.parse(text)).toEqual({
      requestId: '00000000-0000-4000-8000-000000000003',
      time: '2020-03-04T19:15:17.000Z',
      sourceIp: '198.51.100.7',
      method: 'GET',
      path: '/prod/pets/1',
      route: 'GET /pets/{id}',
      protocol: 'HTTP/1.1',
      status: 200,
      responseLength: 5,
      latencyMs: expect.any(Number),
      integrationLatencyMs: 1,
      userAgent: 'a\u2028"\u001b[2J\n{',
      apiId: 'api1',
      stage: 'prod',
      traceId: '5e5ffe45000000000000000000000002',
    });
  });
});

describe('outcome', () => {
  test('labels come from configuration, whatever the request says', async () => {
    const world = fakeWorld();
    const gateway = gatewayOf(world, stage(undefined));
    await ask(gateway, { ...pet, body: 'abc' });
    await ask(gateway, { path: '/prod/random-1', method: 'FOO' });
    await ask(gateway, { path: '/x', host: 'random-2.execute-api.localhost' });
    expect(world.outcomes).toMatchObject([
      {
        accountId: '111122223333',
        apiId: 'api1',
        stage: 'prod',
        route: 'GET /pets/{id}',
        status: 200,
        requestBytes: 3,
      },
      { accountId: '111122223333', apiId: 'api1', stage: 'prod', route: '-', status: 403 },
      { accountId: '-', apiId: '-', stage: '-', route: '-', status: 403 },
    ]);
    const hasRun = world.outcomes.map(({ integrationLatencyMs }) => integrationLatencyMs !== undefined);
    expect(hasRun).toEqual([true, false, false]);
  });

  test('finish counts once, with the bytes that it is told', async () => {
    const world = fakeWorld();
    const answer = await gatewayOf(world, stage('$context.responseLength')).handle(request(pet));
    expect(world.outcomes).toEqual([]);
    answer.finish(42, false);
    answer.finish(7, true);
    expect(world.outcomes).toMatchObject([{ responseBytes: 42 }]);
    expect(world.lines).toEqual(['42']);
  });
});
