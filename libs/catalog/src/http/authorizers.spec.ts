import { bad, emptyHttp, missing, refusal, taken } from '../testing/graphs';
import {
  createHttpAuthorizer,
  deleteHttpAuthorizer,
  httpAuthorizerOf,
  updateHttpAuthorizer,
  type HttpAuthorizerInput,
} from './authorizers';
import { createRoute, updateRoute } from './routes';

const JWT: HttpAuthorizerInput = {
  name: 'j',
  authorizerType: 'JWT',
  identitySource: ['$request.header.Authorization'],
  jwtConfiguration: { issuer: 'https://id.example/realm', audience: ['app'] },
};
const REQUEST: HttpAuthorizerInput = {
  name: 'r',
  authorizerType: 'REQUEST',
  authorizerUri:
    'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations',
  authorizerPayloadFormatVersion: '2.0',
  identitySource: [],
};

const create = (input: HttpAuthorizerInput, more: object = {}) =>
  createHttpAuthorizer(emptyHttp(), { ...input, ...more }, 'a1');
const withBoth = () => {
  const graph = emptyHttp();
  createHttpAuthorizer(graph, JWT, 'jwt');
  createHttpAuthorizer(graph, REQUEST, 'req');
  return graph;
};

describe('a new authorizer of an HTTP API', () => {
  it('has no member that was not given', () => {
    expect(create(JWT)).toEqual({ authorizerId: 'a1', ...JWT });
    expect(create(REQUEST)).toEqual({ authorizerId: 'a1', ...REQUEST });
  });

  it.each<[string, HttpAuthorizerInput, object]>([
    ['a query string for its token', JWT, { identitySource: ['$request.querystring.token'] }],
    ['an issuer on loopback', JWT, { jwtConfiguration: { issuer: 'http://127.0.0.1:9/r', audience: ['a'] } }],
    [
      'fifty audiences',
      JWT,
      { jwtConfiguration: { issuer: 'https://i', audience: new Array(50).fill('a') } },
    ],
    ['simple answers', REQUEST, { enableSimpleResponses: true }],
    [
      'answers that are no simple ones in 1.0',
      REQUEST,
      { enableSimpleResponses: false, authorizerPayloadFormatVersion: '1.0' },
    ],
    ['a URL', REQUEST, { authorizerUri: 'https://auth.example/' }],
    [
      'a cache with sources',
      REQUEST,
      {
        authorizerResultTtlInSeconds: 60,
        identitySource: [
          '$request.header.A',
          '$request.querystring.q',
          '$context.routeKey',
          '$stageVariables.s',
        ],
      },
    ],
  ])('may have %s', (_what, input, more) => {
    expect(refusal(() => create(input, more))).toBe('accepted');
  });

  it.each<[string, HttpAuthorizerInput, object, string]>([
    ['JWT without issuer', JWT, { jwtConfiguration: { audience: ['a'] } }, 'Invalid issuer'],
    [
      'JWT with an issuer in the clear',
      JWT,
      { jwtConfiguration: { issuer: 'http://id.example', audience: ['a'] } },
      'Invalid issuer',
    ],
    [
      'JWT without audience',
      JWT,
      { jwtConfiguration: { issuer: 'https://i' } },
      '1 to 50 values of audience',
    ],
    [
      'JWT with 51 audiences',
      JWT,
      { jwtConfiguration: { issuer: 'https://i', audience: new Array(51).fill('a') } },
      '1 to 50',
    ],
    [
      'JWT with two sources',
      JWT,
      { identitySource: ['$request.header.A', '$request.header.B'] },
      'one identity source',
    ],
    ['JWT with no source', JWT, { identitySource: [] }, 'one identity source'],
    ['JWT with a context variable', JWT, { identitySource: ['$context.routeKey'] }, 'one identity source'],
    [
      'JWT with a function',
      JWT,
      { authorizerUri: 'https://a.example/' },
      'AuthorizerUri is not supported for JWT authorizer',
    ],
    [
      'REQUEST without a format',
      REQUEST,
      { authorizerPayloadFormatVersion: undefined },
      'AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer',
    ],
    ['REQUEST with another format', REQUEST, { authorizerPayloadFormatVersion: '3.0' }, 'must be 1.0 or 2.0'],
    [
      'REQUEST with a JWT configuration',
      REQUEST,
      { jwtConfiguration: {} },
      'JwtConfiguration is not supported',
    ],
    [
      'simple answers in 1.0',
      REQUEST,
      { enableSimpleResponses: true, authorizerPayloadFormatVersion: '1.0' },
      'EnableSimpleResponses',
    ],
    ['no function', REQUEST, { authorizerUri: undefined }, 'Invalid Authorizer URI: null'],
    ['a cache without sources', REQUEST, { authorizerResultTtlInSeconds: 1 }, 'Identity source is required'],
    [
      'too long a cache',
      REQUEST,
      { authorizerResultTtlInSeconds: 3601, identitySource: ['$context.routeKey'] },
      'between 0 and 3600',
    ],
    [
      'a REST source',
      REQUEST,
      { identitySource: ['method.request.header.A'] },
      'Invalid identity source specified',
    ],
    [
      'a path parameter',
      REQUEST,
      { identitySource: ['$request.path.id'] },
      'Invalid identity source specified',
    ],
    ['a look-around', REQUEST, { identityValidationExpression: '(?!a)' }, 'look-around'],
    ['a role that is none', REQUEST, { authorizerCredentialsArn: 'r' }, 'Invalid ARN'],
  ])('may not have %s', (_what, input, more, message) => {
    const answer = refusal(() => create(input, more));
    expect(answer).toMatch(/^BadRequestException: /);
    expect(answer).toContain(message);
  });

  it('has a name of its own, and is at most the tenth', () => {
    const graph = withBoth();
    expect(refusal(() => createHttpAuthorizer(graph, JWT, 'x'))).toContain('Authorizer name must be unique');
    for (let i = 2; i < 10; i++) createHttpAuthorizer(graph, { ...JWT, name: `j${i}` }, `j${i}`);
    expect(refusal(() => createHttpAuthorizer(graph, { ...JWT, name: 'y' }, 'y'))).toContain(
      'Maximum number of Authorizers',
    );
  });
});

it('is changed by the members that are given, and not at all by a refused change', () => {
  const graph = withBoth();
  expect(updateHttpAuthorizer(graph, 'req', { enableSimpleResponses: true })).toEqual({
    authorizerId: 'req',
    ...REQUEST,
    enableSimpleResponses: true,
  });
  expect(
    updateHttpAuthorizer(graph, 'jwt', { jwtConfiguration: { audience: ['b'] } }).jwtConfiguration,
  ).toEqual({
    issuer: 'https://id.example/realm',
    audience: ['b'],
  });
  expect(
    refusal(() => updateHttpAuthorizer(graph, 'req', { authorizerPayloadFormatVersion: '1.0' })),
  ).toContain('EnableSimple');
  expect(httpAuthorizerOf(graph, 'req').authorizerPayloadFormatVersion).toBe('2.0');
  for (const [id, type] of [
    ['req', 'JWT'],
    ['jwt', 'REQUEST'],
  ] as const) {
    expect(
      refusal(() => updateHttpAuthorizer(graph, id, { ...JWT, ...REQUEST, authorizerType: type })),
    ).toMatch(/^Bad/);
    expect(httpAuthorizerOf(graph, id).authorizerType).not.toBe(type);
  }
  expect(refusal(() => updateHttpAuthorizer(graph, 'none', {}))).toBe(
    missing('Unable to find Authorizer by id none within Api http1'),
  );
});

describe('an authorizer of another type', () => {
  const toJwt = { authorizerType: 'JWT', jwtConfiguration: JWT.jwtConfiguration };
  const { authorizerUri, authorizerPayloadFormatVersion } = REQUEST;
  const toRequest = { authorizerType: 'REQUEST', authorizerUri, authorizerPayloadFormatVersion };

  it('keeps name and identity source, and nothing else of what it was', () => {
    const graph = withBoth();
    const cached = { authorizerResultTtlInSeconds: 9, identitySource: ['$request.header.T'] };
    updateHttpAuthorizer(graph, 'req', { ...cached, enableSimpleResponses: true });
    expect(updateHttpAuthorizer(graph, 'req', toJwt)).toEqual({
      ...JWT,
      authorizerId: 'req',
      name: 'r',
      identitySource: ['$request.header.T'],
    });
    expect(updateHttpAuthorizer(graph, 'jwt', toRequest)).toEqual({
      ...REQUEST,
      authorizerId: 'jwt',
      name: 'j',
      identitySource: JWT.identitySource,
    });
    expect(graph.authorizers).toMatchObject({
      req: { authorizerType: 'JWT' },
      jwt: { authorizerType: 'REQUEST' },
    });
  });

  it('needs all that its type needs', () => {
    const graph = withBoth();
    expect(refusal(() => updateHttpAuthorizer(graph, 'req', toJwt))).toContain('one identity source');
    expect(refusal(() => updateHttpAuthorizer(graph, 'req', { authorizerType: 'JWT' }))).toContain('issuer');
    expect(refusal(() => updateHttpAuthorizer(graph, 'jwt', { authorizerType: 'REQUEST' }))).toContain(
      'AuthorizerPayloadFormatVersion is a required parameter',
    );
    expect(graph).toEqual(withBoth());
  });

  it('is none that a route names, since routes say the type too', () => {
    const graph = withBoth();
    createRoute(graph, { routeKey: 'GET /', authorizationType: 'JWT', authorizerId: 'jwt' }, 'r1');
    expect(refusal(() => updateHttpAuthorizer(graph, 'jwt', toRequest))).toBe(
      taken("Cannot change the type of authorizer 'j', is referenced in route: GET /"),
    );
    expect(updateHttpAuthorizer(graph, 'jwt', { authorizerType: 'JWT', name: 'k' }).name).toBe('k');
  });
});

describe('a route', () => {
  const needs = (type: string, word = '') =>
    bad(
      `Invalid authorizer ID specified. Setting the authorization type to ${type} requires a valid ${word}authorizer.`,
    );
  const guarded = (authorizationType: string, authorizerId?: string) =>
    createRoute(
      withBoth(),
      { routeKey: 'GET /', authorizationType, ...(authorizerId && { authorizerId }) },
      'r1',
    );

  it('is guarded by an authorizer of the right type', () => {
    expect(guarded('JWT', 'jwt')).toMatchObject({ authorizationType: 'JWT', authorizerId: 'jwt' });
    expect(guarded('CUSTOM', 'req').authorizerId).toBe('req');
    expect(guarded('AWS_IAM', 'req').authorizerId).toBeUndefined();
  });

  it.each([
    ['JWT', 'req', needs('JWT', 'JWT ')],
    ['JWT', undefined, needs('JWT', 'JWT ')],
    ['CUSTOM', 'jwt', needs('CUSTOM')],
    ['CUSTOM', 'toString', needs('CUSTOM')],
  ])('is refused %s by %s', (type, id, message) => {
    expect(refusal(() => guarded(type, id))).toBe(message);
  });

  it('keeps its authorizer from being deleted until it lets go of it', () => {
    const graph = withBoth();
    createRoute(graph, { routeKey: 'GET /', authorizationType: 'CUSTOM', authorizerId: 'req' }, 'r1');
    expect(refusal(() => deleteHttpAuthorizer(graph, 'req'))).toBe(
      taken("Cannot delete authorizer 'r', is referenced in route: GET /"),
    );
    expect(updateRoute(graph, 'r1', { authorizationType: 'NONE' }).authorizerId).toBeUndefined();
    deleteHttpAuthorizer(graph, 'req');
    expect(Object.keys(graph.authorizers)).toEqual(['jwt']);
  });

  it('has at most ten scopes', () => {
    const scopes = (count: number) => Array.from({ length: count }, (_, i) => `s${i}`);
    const route = { routeKey: 'GET /', authorizationType: 'JWT', authorizerId: 'jwt' };
    expect(
      createRoute(withBoth(), { ...route, authorizationScopes: scopes(10) }, 'r').authorizationScopes,
    ).toHaveLength(10);
    expect(
      refusal(() => createRoute(withBoth(), { ...route, authorizationScopes: scopes(11) }, 'r')),
    ).toContain('at most 10');
  });
});
