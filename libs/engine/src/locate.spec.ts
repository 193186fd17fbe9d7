import { locator, splitStage, withoutLeadingSlashes } from './locate';
import { ask, fakeWorld, gatewayOf, routeOf, snapshotOf } from './testing/fake-world';

const locate = locator('eu-west-1', ['execute-api.example.com']);

test.each([
  ['abc.execute-api.eu-west-1.amazonaws.com', '/prod/x', 'abc', '/prod/x'],
  ['ABC.Execute-API.eu-west-1.amazonaws.com', '/prod/x', 'abc', '/prod/x'],
  ['abc.execute-api.localhost', '/prod', 'abc', '/prod'],
  ['abc.execute-api.localhost.localstack.cloud', '/', 'abc', '/'],
  ['abc.execute-api.example.com', '/a', 'abc', '/a'],
  ['localhost', '/_aws/execute-api/abc/prod/x/y', 'abc', '/prod/x/y'],
  ['any.host', '/_aws/execute-api/abc', 'abc', '/'],
  ['127.0.0.1', '/restapis/abc/prod/_user_request_/x', 'abc', '/prod/x'],
  ['127.0.0.1', '/restapis/abc/prod/_user_request_', 'abc', '/prod'],
  ['127.0.0.1', '/restapis/abc/prod/_user_request_//x/', 'abc', '/prod//x/'],
  // On an API's own host the path is the API's alone.
  ['abc.execute-api.localhost', '/_aws/execute-api/other/prod', 'abc', '/_aws/execute-api/other/prod'],
])('%s %s -> API %s, path %s', (host, path, apiId, rest) => {
  expect(locate(host, path)).toMatchObject({ apiId, path: rest });
});

test.each([
  ['abc.execute-api.us-east-1.amazonaws.com', '/prod'],
  ['a.b.execute-api.localhost', '/'],
  ['execute-api.localhost', '/'],
  ['.execute-api.localhost', '/'],
  ['localhost', '/prod/x'],
  ['localhost', '/_aws/execute-api/'],
  ['localhost', '/_aws/execute-api'],
  ['localhost', '/restapis/abc/prod/x'],
  ['localhost', '/restapis/abc/prod/_user_request_x/y'],
  ['localhost', '/restapis/abc'],
])('%s %s leads nowhere', (host, path) => expect(locate(host, path)).toBeUndefined());

test.each([
  ['/prod/pets/1', 'prod', '/pets/1'],
  ['/prod', 'prod', '/'],
  ['/prod/', 'prod', '/'],
  ['/', '', '/'],
  ['//x', '', '/x'],
])('the first segment of %s is %j, then %s', (path, first, rest) =>
  expect(splitStage(path)).toEqual({ first, rest }),
);

describe('slashes ahead of the stage', () => {
  test.each([
    ['//prod/x', '/prod/x'],
    ['///prod//x/', '/prod//x/'],
    ['/prod//x', '/prod//x'],
    ['//', '/'],
    ['/', '/'],
  ])('are left out: %s is %s', (path, seen) => expect(withoutLeadingSlashes(path)).toBe(seen));

  test.each([
    ['//prod/x', undefined],
    ['/_aws/execute-api/api1///prod/x', 'localhost'],
  ])('are unknown to a function of a REST API: %s', async (path, host) => {
    const world = fakeWorld();
    let event: unknown;
    world.functionOf = (given) => {
      event = given;
      return {};
    };
    const gateway = gatewayOf(world, snapshotOf({ routes: [routeOf('GET /x', { type: 'AWS_PROXY' })] }));
    expect((await ask(gateway, { path, ...(host !== undefined && { host }) })).status).toBe(200);
    expect(event).toMatchObject({ path: '/x', requestContext: { path: '/prod/x' } });
  });

  test('are the path of an HTTP API', async () => {
    const route = routeOf('GET /x', { uri: 'http://a.test/x' });
    const gateway = gatewayOf(fakeWorld(), snapshotOf({ kind: 'HTTP', routes: [route] }));
    const statuses = ['/prod/x', '//prod/x'].map(async (path) => (await ask(gateway, { path })).status);
    expect(await Promise.all(statuses)).toEqual([200, 404]);
  });
});
