import { bad, emptyHttp, missing, refusal, taken } from '../testing/graphs';
import { createIntegration } from './integrations';
import { createRoute, deleteRoute, routeOf, updateRoute, type RouteInput } from './routes';

const ROUTE_KEY = bad(
  'The provided route key is not formatted properly for HTTP protocol. Format should be "<METHOD> <PATH>" or "$default"',
);

function graphWithRoute() {
  const graph = emptyHttp();
  createIntegration(
    graph,
    { integrationType: 'HTTP_PROXY', integrationMethod: 'ANY', integrationUri: 'http://a' },
    'int1',
  );
  createRoute(graph, { routeKey: 'GET /orders' }, 'r1');
  return graph;
}

describe('a new route', () => {
  it('has AWS’s defaults and no member that was not given', () => {
    expect(routeOf(graphWithRoute(), 'r1')).toEqual({
      routeId: 'r1',
      routeKey: 'GET /orders',
      apiKeyRequired: false,
      authorizationType: 'NONE',
    });
  });

  it.each([
    '$default',
    'ANY /',
    'GET /a/b',
    'POST /a/{id}',
    'DELETE /{a}/{b}',
    'ANY /{proxy+}',
    'GET /a/{p.q-r_s:t}',
  ])('takes the key %s', (routeKey) => {
    expect(createRoute(emptyHttp(), { routeKey }, 'r').routeKey).toBe(routeKey);
  });

  it.each([
    undefined,
    '',
    'GET',
    'GET orders',
    'get /orders',
    'TRACE /orders',
    'GET  /orders',
    'GET /a b',
    'GET /a//b',
    'GET /{a',
    'GET /x{a}',
    'GET /{}',
    'GET /{+}',
    'GET /{proxy+}/a',
    'GET /{a}/{a}',
    'GET /{a}/{a+}',
    '$connect',
  ])('refuses the key %j', (routeKey) => {
    expect(
      refusal(() => createRoute(emptyHttp(), { ...(routeKey !== undefined && { routeKey }) }, 'r')),
    ).toBe(ROUTE_KEY);
  });

  it.each<[string, RouteInput, string]>([
    [
      'a key that is there',
      { routeKey: 'GET /orders' },
      taken('Route with key GET /orders already exists for this API'),
    ],
    [
      'a target that is not there',
      { target: 'integrations/int2' },
      missing('Unable to find Integration by id int2 within Api http1'),
    ],
    [
      'a target by an inherited name',
      { target: 'integrations/constructor' },
      missing('Unable to find Integration by id constructor within Api http1'),
    ],
    [
      'another form of target',
      { target: 'int1' },
      bad('Target must be of the form integrations/<integrationId>'),
    ],
    ['an API key', { apiKeyRequired: true }, bad('apiKeyRequired is not supported for HTTP APIs')],
    [
      'JWT without an authorizer',
      { authorizationType: 'JWT' },
      bad(
        'Invalid authorizer ID specified. Setting the authorization type to JWT requires a valid JWT authorizer.',
      ),
    ],
  ])('refuses %s, and is then not there', (_what, input, expected) => {
    const graph = graphWithRoute();
    expect(refusal(() => createRoute(graph, { routeKey: 'PUT /x', ...input }, 'r2'))).toBe(expected);
    expect(graph).toEqual(graphWithRoute());
  });
});

describe('a change of a route', () => {
  it('changes what is given, may keep its key, and leaves the rest', () => {
    const graph = graphWithRoute();
    updateRoute(graph, 'r1', { target: 'integrations/int1', operationName: 'list' });
    expect(updateRoute(graph, 'r1', { routeKey: 'GET /orders', authorizationType: 'AWS_IAM' })).toEqual({
      routeId: 'r1',
      routeKey: 'GET /orders',
      target: 'integrations/int1',
      operationName: 'list',
      apiKeyRequired: false,
      authorizationType: 'AWS_IAM',
    });
  });

  it('that is refused changes nothing', () => {
    const graph = graphWithRoute();
    const input = { operationName: 'x', routeKey: 'GET /new', target: 'integrations/none' };
    expect(refusal(() => updateRoute(graph, 'r1', input))).toMatch(/^NotFoundException/);
    expect(graph).toEqual(graphWithRoute());
  });
});

it('deletes a route once', () => {
  const graph = graphWithRoute();
  deleteRoute(graph, 'r1');
  expect(refusal(() => deleteRoute(graph, 'r1'))).toBe(
    missing('Unable to find Route by id r1 within Api http1'),
  );
});
