import { bad, emptyRest, missing, refusal, restWithMethod, taken } from '../testing/graphs';
import {
  deleteMethod,
  deleteMethodResponse,
  methodOf,
  methodResponseOf,
  putMethod,
  putMethodResponse,
  updateMethod,
  updateMethodResponse,
  type PutMethodInput,
} from './methods';
import type { Method } from './types';

const NO_METHOD = missing('Invalid Method identifier specified');
const NO_RESPONSE = missing('Invalid Response status code specified');
const NONE: PutMethodInput = { authorizationType: 'NONE' };

const put = (input: Partial<PutMethodInput>, verb = 'GET') =>
  putMethod(emptyRest(), 'root1', verb, { ...NONE, ...input });

describe('a new method', () => {
  it('has no member that was not given', () => {
    expect(put({})).toEqual({ httpMethod: 'GET', authorizationType: 'NONE', apiKeyRequired: false });
  });

  it('keeps every optional member that was given', () => {
    const input = {
      apiKeyRequired: true,
      operationName: 'listOrders',
      requestParameters: { 'method.request.header.x': true },
      requestModels: { 'application/json': 'Empty' },
      authorizationScopes: ['a'],
    };
    expect(put(input)).toMatchObject(input);
  });

  it.each(['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'ANY'])(
    'takes the verb %s',
    (verb) => {
      expect(put({}, verb).httpMethod).toBe(verb);
    },
  );

  it.each(['get', 'TRACE', '', '__proto__', 'constructor'])('refuses the verb %j', (verb) => {
    expect(refusal(() => put({}, verb))).toBe(
      bad('Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY'),
    );
  });

  it('may be put once', () => {
    expect(refusal(() => putMethod(restWithMethod(), 'orders', 'GET', NONE))).toBe(
      taken('Method already exists for this resource'),
    );
  });

  it.each<[string, Partial<PutMethodInput>, string]>([
    [
      'an unknown authorization type',
      { authorizationType: 'BASIC' },
      'Invalid authorization type specified. Valid options are NONE,AWS_IAM,CUSTOM,COGNITO_USER_POOLS',
    ],
    [
      'CUSTOM without an authorizer',
      { authorizationType: 'CUSTOM' },
      'Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.',
    ],
    [
      'a validator that is not there',
      { requestValidatorId: 'v' },
      'Invalid Request Validator identifier specified',
    ],
    [
      'a model that is not there',
      { requestModels: { 'a/b': 'Pet' } },
      'Invalid model identifier specified: Pet',
    ],
    [
      'the name of one parameter in two places',
      { requestParameters: { 'method.request.header.id': true, 'method.request.path.id': true } },
      'Parameter names must be unique across querystring, header and path',
    ],
  ])('refuses %s, and is then not there', (_what, input, message) => {
    const graph = emptyRest();
    expect(refusal(() => putMethod(graph, 'root1', 'GET', { ...NONE, ...input }))).toBe(bad(message));
    expect(graph).toEqual(emptyRest());
  });
});

it('deletes a method once', () => {
  const graph = restWithMethod();
  deleteMethod(graph, 'orders', 'GET');
  expect(graph.resources.orders?.resourceMethods).toEqual({});
  expect(refusal(() => deleteMethod(graph, 'orders', 'GET'))).toBe(NO_METHOD);
});

it('does not find a method on another resource or by an inherited name', () => {
  expect(refusal(() => methodOf(restWithMethod(), 'root1', 'GET'))).toBe(NO_METHOD);
  expect(refusal(() => methodOf(restWithMethod(), 'orders', 'toString'))).toBe(NO_METHOD);
  expect(refusal(() => methodOf(restWithMethod(), 'x', 'GET'))).toBe(
    missing('Invalid Resource identifier specified'),
  );
});

const patched = (op: string, path: string, value?: string, before: Partial<Method> = {}) => {
  const graph = restWithMethod();
  Object.assign(methodOf(graph, 'orders', 'GET'), before);
  return updateMethod(graph, 'orders', 'GET', [{ op, path, ...(value !== undefined && { value }) }]);
};

describe('patches of a method', () => {
  it.each<[string, string, string | undefined, Partial<Method>]>([
    ['replace', '/apiKeyRequired', 'true', { apiKeyRequired: true }],
    ['replace', '/authorizationType', 'AWS_IAM', { authorizationType: 'AWS_IAM' }],
    ['replace', '/operationName', 'x', { operationName: 'x' }],
    ['add', '/authorizationScopes', 's', { authorizationScopes: ['s'] }],
    [
      'add',
      '/requestParameters/method.request.querystring.q',
      'true',
      { requestParameters: { 'method.request.querystring.q': true } },
    ],
    ['add', '/requestModels/application~1json', 'Error', { requestModels: { 'application/json': 'Error' } }],
  ])('%s %s %s', (op, path, value, expected) => {
    expect(patched(op, path, value)).toMatchObject(expected);
  });

  it.each<[string, string, string | undefined, Partial<Method>, keyof Method]>([
    ['replace', '/operationName', '', { operationName: 'x' }, 'operationName'],
    ['remove', '/authorizationScopes', 's', { authorizationScopes: ['s'] }, 'authorizationScopes'],
    ['remove', '/requestModels/a~1b', undefined, { requestModels: { 'a/b': 'Empty' } }, 'requestModels'],
    ['remove', '/requestParameters/p', undefined, { requestParameters: { p: true } }, 'requestParameters'],
    ['replace', '/authorizerId', 'abc', {}, 'authorizerId'],
  ])('%s %s %j leaves the member absent', (op, path, value, before, member) => {
    expect(patched(op, path, value, before)).not.toHaveProperty(member);
  });

  it.each([
    ['replace', '/requestParameters/p', 'true', missing('Invalid parameter name specified')],
    ['remove', '/requestModels/a~1b', '', missing('Content-Type specified was not found')],
    ['add', '/requestModels/a~1b', 'Pet', bad('Invalid model identifier specified: Pet')],
    ['replace', '/requestValidatorId', 'v', bad('Invalid Request Validator identifier specified')],
    ['add', '/apiKeyRequired', 'true', bad('Invalid patch operation specified. Must be one of: [replace]')],
    ['replace', '/httpMethod', 'PUT', bad('Invalid patch path /httpMethod')],
    [
      'replace',
      '/authorizationType',
      'CUSTOM',
      bad(
        'Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.',
      ),
    ],
  ])('refuses %s %s %s', (op, path, value, expected) => {
    expect(refusal(() => patched(op, path, value))).toBe(expected);
  });
});

describe('method responses', () => {
  const withResponse = () => {
    const graph = restWithMethod();
    putMethodResponse(graph, 'orders', 'GET', '200', {
      responseParameters: { 'method.response.header.x': false },
      responseModels: { 'application/json': 'Empty' },
    });
    return graph;
  };

  it('hold no member that was not given', () => {
    expect(putMethodResponse(restWithMethod(), 'orders', 'GET', '404', {})).toEqual({ statusCode: '404' });
  });

  it('are unique by status', () => {
    expect(refusal(() => putMethodResponse(withResponse(), 'orders', 'GET', '200', {}))).toBe(
      taken('Response already exists for this resource'),
    );
  });

  it('refuse a model that is not there', () => {
    const input = { responseModels: { 'a/b': 'Pet' } };
    expect(refusal(() => putMethodResponse(restWithMethod(), 'orders', 'GET', '200', input))).toBe(
      bad('Invalid model identifier specified: Pet'),
    );
  });

  it('change by patch, and forget an emptied map', () => {
    const graph = withResponse();
    const response = updateMethodResponse(graph, 'orders', 'GET', '200', [
      { op: 'replace', path: '/responseParameters/method.response.header.x', value: 'true' },
      { op: 'remove', path: '/responseModels/application~1json' },
    ]);
    expect(response).toEqual({ statusCode: '200', responseParameters: { 'method.response.header.x': true } });
  });

  it.each([
    ['replace', '/responseParameters/y', missing('Invalid parameter name specified')],
    ['remove', '/responseModels/y', missing('Content-Type specified was not found')],
    ['replace', '/statusCode', bad('Invalid patch path /statusCode')],
    [
      'test',
      '/responseModels/y',
      bad('Invalid patch operation specified. Must be one of: [add, replace, remove]'),
    ],
  ])('refuse %s %s', (op, path, expected) => {
    expect(refusal(() => updateMethodResponse(withResponse(), 'orders', 'GET', '200', [{ op, path }]))).toBe(
      expected,
    );
  });

  it('are deleted once, and the last takes the map along', () => {
    const graph = withResponse();
    putMethodResponse(graph, 'orders', 'GET', '404', {});
    deleteMethodResponse(graph, 'orders', 'GET', '404');
    expect(methodResponseOf(graph, 'orders', 'GET', '200').statusCode).toBe('200');
    deleteMethodResponse(graph, 'orders', 'GET', '200');
    expect(methodOf(graph, 'orders', 'GET')).not.toHaveProperty('methodResponses');
    expect(refusal(() => deleteMethodResponse(graph, 'orders', 'GET', '200'))).toBe(NO_RESPONSE);
  });
});
