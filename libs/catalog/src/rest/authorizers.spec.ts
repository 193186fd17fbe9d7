import { bad, emptyRest, missing, refusal, restWithMethod, taken } from '../testing/graphs';
import { cloneRestApi, createRestApi } from './api';
import {
  authorizerOf,
  createAuthorizer,
  deleteAuthorizer,
  updateAuthorizer,
  type CreateAuthorizerInput,
} from './authorizers';
import { methodOf, putMethod, updateMethod } from './methods';

const URI =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations';
const POOL = 'arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_AbC';
const HEADER = 'method.request.header.Authorization';
const TOKEN: CreateAuthorizerInput = { name: 'a', type: 'TOKEN', authorizerUri: URI, identitySource: HEADER };
const REQUEST: CreateAuthorizerInput = { ...TOKEN, type: 'REQUEST' };
const COGNITO: CreateAuthorizerInput = {
  name: 'a',
  type: 'COGNITO_USER_POOLS',
  providerARNs: [POOL],
  identitySource: HEADER,
};
const NEEDS_ONE = bad(
  'Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.',
);

const create = (input: object) => createAuthorizer(emptyRest(), { ...TOKEN, ...input }, 'a1');

describe('a new authorizer', () => {
  it('has AWS’s authType and no member that was not given', () => {
    expect(create({})).toEqual({ id: 'a1', ...TOKEN, authType: 'custom' });
    expect(create({ ...COGNITO, authorizerUri: undefined })).toEqual({
      id: 'a1',
      ...COGNITO,
      authType: 'cognito_user_pools',
    });
  });

  it.each<[string, object]>([
    [
      'a function by stage variable',
      { authorizerUri: URI.replace('function:f', 'function:${stageVariables.f}') },
    ],
    ['a URL', { authorizerUri: 'https://auth.example/check?x=1' }],
    ['a URL with a stage variable', { authorizerUri: 'http://${stageVariables.host}/check' }],
    ['no cache', { authorizerResultTtlInSeconds: 0 }],
    ['the longest cache', { authorizerResultTtlInSeconds: 3600 }],
    ['a role', { authorizerCredentials: 'arn:aws:iam::000000000000:role/r' }],
    ['a pattern', { identityValidationExpression: '^Bearer [-0-9a-z._]*$' }],
    [
      'what only looks like look-around and back-references',
      { identityValidationExpression: '[(?=]\\\\1(?<n>x)' },
    ],
    [
      'many sources',
      {
        ...REQUEST,
        identitySource: `${HEADER}, method.request.querystring.q,stageVariables.s,context.identity.sourceIp`,
      },
    ],
    [
      'REQUEST without sources and cache',
      { ...REQUEST, identitySource: '', authorizerResultTtlInSeconds: 0 },
    ],
    [
      'pools and issuers',
      { ...COGNITO, providerARNs: [POOL, 'https://id.example/realm', 'http://localhost:8081/r'] },
    ],
  ])('may have %s', (_what, input) => {
    expect(refusal(() => create(input))).toBe('accepted');
  });

  it.each<[string, object, string]>([
    ['no name', { name: '' }, 'Authorizer name cannot be blank'],
    [
      'a function without its invocation',
      { authorizerUri: 'arn:aws:lambda:us-east-1:0:function:f' },
      'Authorizer URI',
    ],
    ['no function', { authorizerUri: undefined }, 'Invalid Authorizer URI: null.'],
    ['another scheme', { authorizerUri: 'ftp://auth.example/' }, 'Invalid Authorizer URI'],
    ['too long a cache', { authorizerResultTtlInSeconds: 3601 }, 'between 0 and 3600'],
    ['a cache that was before', { authorizerResultTtlInSeconds: -1 }, 'between 0 and 3600'],
    ['TOKEN with no source', { identitySource: undefined }, 'Invalid identity source specified: null'],
    [
      'TOKEN with two sources',
      { identitySource: `${HEADER},${HEADER}` },
      'Invalid identity source specified',
    ],
    [
      'TOKEN with a query string',
      { identitySource: 'method.request.querystring.q' },
      'Invalid identity source',
    ],
    [
      'REQUEST with a path parameter',
      { ...REQUEST, identitySource: 'method.request.path.id' },
      'method.request.path.id',
    ],
    ['a cache without sources', { ...REQUEST, identitySource: undefined }, 'Identity source is required'],
    ['COGNITO without pools', { ...COGNITO, providerARNs: [] }, 'At least one provider ARN'],
    [
      'COGNITO with another ARN',
      { ...COGNITO, providerARNs: ['arn:aws:s3:::b'] },
      'Invalid Cognito User Pool ARN',
    ],
    [
      'an issuer in the clear',
      { ...COGNITO, providerARNs: ['http://id.example/'] },
      'Invalid Cognito User Pool ARN',
    ],
    [
      'an issuer with credentials',
      { ...COGNITO, providerARNs: ['https://a:b@id.example/'] },
      'Invalid Cognito',
    ],
    ['a role that is none', { authorizerCredentials: 'role/r' }, 'Invalid ARN specified'],
    ['look-ahead', { identityValidationExpression: 'a(?=b)' }, 'look-around is not supported'],
    ['look-behind', { identityValidationExpression: '(?<!a)b' }, 'look-around is not supported'],
    ['a back-reference', { identityValidationExpression: '(a)\\1' }, 'a back-reference is not supported'],
    ['a named back-reference', { identityValidationExpression: '(?<n>a)\\k<n>' }, 'a back-reference'],
    ['what JavaScript cannot compile', { identityValidationExpression: 'a++' }, 'not a regular expression'],
  ])('may not have %s, and is then not there', (_what, input, message) => {
    const graph = emptyRest();
    const answer = refusal(() => createAuthorizer(graph, { ...TOKEN, ...input }, 'a1'));
    expect(answer).toMatch(/^BadRequestException: /);
    expect(answer).toContain(message);
    expect(graph).toEqual(emptyRest());
  });

  it('has a name of its own, and is at most the tenth', () => {
    const graph = emptyRest();
    createAuthorizer(graph, TOKEN, 'a0');
    expect(refusal(() => createAuthorizer(graph, TOKEN, 'a1'))).toBe(
      bad('Authorizer name must be unique. Authorizer a already exists in this RestApi.'),
    );
    for (let i = 1; i < 10; i++) createAuthorizer(graph, { ...TOKEN, name: `a${i}` }, `a${i}`);
    expect(refusal(() => createAuthorizer(graph, { ...TOKEN, name: 'more' }, 'more'))).toMatch(
      /^LimitExceededException: Maximum number of Authorizers/,
    );
  });
});

it('finds an authorizer by its own id only', () => {
  const unknown = missing('Invalid Authorizer identifier specified');
  expect(refusal(() => authorizerOf(emptyRest(), 'toString'))).toBe(unknown);
  expect(refusal(() => deleteAuthorizer(emptyRest(), 'a1'))).toBe(unknown);
});

const withAuthorizer = (input = TOKEN) => {
  const graph = restWithMethod();
  createAuthorizer(graph, input, 'a1');
  return graph;
};

describe('a method', () => {
  const use = (type: string, graph = withAuthorizer(), authorizerId = 'a1') =>
    updateMethod(graph, 'orders', 'GET', [
      { op: 'replace', path: '/authorizerId', value: authorizerId },
      { op: 'replace', path: '/authorizationType', value: type },
    ]);

  it('is guarded by an authorizer of the right type', () => {
    expect(use('CUSTOM')).toMatchObject({ authorizationType: 'CUSTOM', authorizerId: 'a1' });
    expect(use('CUSTOM', withAuthorizer(REQUEST)).authorizerId).toBe('a1');
    expect(use('COGNITO_USER_POOLS', withAuthorizer(COGNITO)).authorizerId).toBe('a1');
    expect(
      putMethod(withAuthorizer(), 'orders', 'PUT', { authorizationType: 'CUSTOM', authorizerId: 'a1' })
        .authorizerId,
    ).toBe('a1');
  });

  it('is refused one of the wrong type, an unknown one, and none', () => {
    expect(refusal(() => use('COGNITO_USER_POOLS'))).toBe(NEEDS_ONE);
    expect(refusal(() => use('CUSTOM', withAuthorizer(COGNITO)))).toBe(NEEDS_ONE);
    expect(refusal(() => use('CUSTOM', withAuthorizer(), 'toString'))).toBe(NEEDS_ONE);
    expect(refusal(() => putMethod(withAuthorizer(), 'orders', 'PUT', { authorizationType: 'CUSTOM' }))).toBe(
      NEEDS_ONE,
    );
  });

  it('forgets the id with a type that needs none', () => {
    expect(use('AWS_IAM').authorizerId).toBeUndefined();
    const graph = withAuthorizer();
    use('CUSTOM', graph);
    expect(use('NONE', graph).authorizerId).toBeUndefined();
  });

  it('keeps its authorizer from being deleted or turned into one that does not answer it', () => {
    const graph = withAuthorizer();
    use('CUSTOM', graph);
    expect(refusal(() => deleteAuthorizer(graph, 'a1'))).toBe(
      taken("Cannot delete authorizer 'a', is referenced in method: GET//orders"),
    );
    const turned = [
      { op: 'add', path: '/providerARNs', value: POOL },
      { op: 'replace', path: '/type', value: 'COGNITO_USER_POOLS' },
    ];
    expect(refusal(() => updateAuthorizer(structuredClone(graph), 'a1', turned))).toBe(NEEDS_ONE);
    use('NONE', graph);
    deleteAuthorizer(graph, 'a1');
    expect(graph.authorizers).toEqual({});
  });
});

describe('patches of an authorizer', () => {
  const patched = (op: string, path: string, value?: string, before = TOKEN) =>
    updateAuthorizer(withAuthorizer(before), 'a1', [{ op, path, ...(value !== undefined && { value }) }]);

  it.each<[string, string, string | undefined, object]>([
    ['replace', '/name', 'b', { name: 'b' }],
    ['replace', '/type', 'REQUEST', { type: 'REQUEST' }],
    ['replace', '/authType', 'oauth2', { authType: 'oauth2' }],
    ['replace', '/authorizerUri', 'https://auth.example/', { authorizerUri: 'https://auth.example/' }],
    [
      'replace',
      '/authorizerCredentials',
      'arn:aws:iam::000000000000:role/r',
      { authorizerCredentials: 'arn:aws:iam::000000000000:role/r' },
    ],
    ['replace', '/identityValidationExpression', 'x+', { identityValidationExpression: 'x+' }],
    ['replace', '/authorizerResultTtlInSeconds', '60', { authorizerResultTtlInSeconds: 60 }],
    ['replace', '/identitySource', 'method.request.header.X', { identitySource: 'method.request.header.X' }],
    ['add', '/providerARNs', POOL, { providerARNs: [POOL] }],
  ])('%s %s', (op, path, value, wanted) => {
    expect(patched(op, path, value)).toMatchObject(wanted);
  });

  it('remove what may be absent', () => {
    expect(
      patched('remove', '/providerARNs', POOL, { ...TOKEN, providerARNs: [POOL] }).providerARNs,
    ).toBeUndefined();
    expect(patched('replace', '/authorizerCredentials', '').authorizerCredentials).toBeUndefined();
    const uncached = { ...REQUEST, authorizerResultTtlInSeconds: 0 };
    expect(patched('remove', '/identitySource', undefined, uncached).identitySource).toBeUndefined();
  });

  it.each<[string, string, string, string]>([
    [
      'add',
      '/name',
      'b',
      "Invalid patch path  '/name' specified for op 'add'. Must be one of: [/identitySource, /providerARNs]",
    ],
    [
      'copy',
      '/name',
      'b',
      "Invalid patch path  '/name' specified for op 'copy'. Please choose supported operations",
    ],
    ['replace', '/type', 'BASIC', 'Invalid authorizer type specified'],
    ['replace', '/authorizerResultTtlInSeconds', 'soon', 'between 0 and 3600'],
    ['replace', '/authorizerResultTtlInSeconds', '', 'between 0 and 3600'],
    ['replace', '/authorizerUri', '', 'Invalid Authorizer URI: null'],
    ['remove', '/identitySource', '', 'Invalid identity source specified: null'],
    ['replace', '/identityValidationExpression', '(?=a)', 'look-around'],
  ])('refuse %s %s %j', (op, path, value, message) => {
    expect(refusal(() => patched(op, path, value))).toContain(message);
  });

  it('keep its own name free', () => {
    expect(patched('replace', '/name', 'a').name).toBe('a');
  });
});

it('is copied with its API, under a fresh id that the copied methods name', () => {
  const source = withAuthorizer();
  methodOf(source, 'orders', 'GET').authorizationType = 'CUSTOM';
  methodOf(source, 'orders', 'GET').authorizerId = 'a1';
  const copy = createRestApi({ name: 'copy' }, { apiId: 'c1', rootResourceId: 'c0' }, 1);
  let count = 0;
  cloneRestApi(source, copy, () => `fresh${count++}`);
  const [authorizer] = Object.values(copy.authorizers);
  expect(authorizer).toEqual({ ...source.authorizers.a1, id: expect.stringMatching(/^fresh/) });
  const orders = Object.values(copy.resources).find(({ path }) => path === '/orders');
  expect(orders?.resourceMethods.GET?.authorizerId).toBe(authorizer?.id);
});
