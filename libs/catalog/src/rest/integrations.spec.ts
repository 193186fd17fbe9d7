import { bad, emptyRest, missing, refusal, restWithMethod } from '../testing/graphs';
import {
  deleteIntegration,
  integrationOf,
  putIntegration,
  updateIntegration,
  type PutIntegrationInput,
} from './integrations';
import { deleteIntegrationResponse, putIntegrationResponse } from './integration-responses';
import { putMethod } from './methods';
import type { Integration } from './types';

const NO_INTEGRATION = missing('Invalid Integration identifier specified');
const HTTP: PutIntegrationInput = {
  type: 'HTTP',
  integrationHttpMethod: 'POST',
  uri: 'https://origin.example/a',
};
const put = (input: Partial<PutIntegrationInput>) =>
  putIntegration(restWithMethod(), 'orders', 'GET', { ...HTTP, ...input });

describe('a new integration', () => {
  it('of type HTTP has AWS’s defaults', () => {
    expect(put({})).toEqual({
      type: 'HTTP',
      httpMethod: 'POST',
      uri: 'https://origin.example/a',
      connectionType: 'INTERNET',
      passthroughBehavior: 'WHEN_NO_MATCH',
      timeoutInMillis: 29_000,
      cacheNamespace: 'orders',
      cacheKeyParameters: [],
    });
  });

  it('of type MOCK keeps neither endpoint nor verb', () => {
    expect(put({ type: 'MOCK' })).toEqual({
      type: 'MOCK',
      passthroughBehavior: 'WHEN_NO_MATCH',
      timeoutInMillis: 29_000,
      cacheNamespace: 'orders',
      cacheKeyParameters: [],
    });
  });

  it('keeps every optional member that was given', () => {
    const input = {
      connectionType: 'VPC_LINK',
      connectionId: 'link1',
      credentials: 'arn:aws:iam::000000000000:role/r',
      requestParameters: { 'integration.request.header.x': "'1'" },
      requestTemplates: { 'application/json': '{}' },
      passthroughBehavior: 'NEVER',
      cacheNamespace: 'c',
      cacheKeyParameters: ['k'],
      contentHandling: 'CONVERT_TO_TEXT',
      timeoutInMillis: 50,
      tlsConfig: { insecureSkipVerification: true },
      responseTransferMode: 'STREAM',
    };
    expect(put(input)).toMatchObject(input);
  });

  it('stores an empty template as null, as AWS does', () => {
    expect(put({ requestTemplates: { 'a/b': '' } }).requestTemplates).toEqual({ 'a/b': null });
  });

  it('replaces the one before with all its responses', () => {
    const graph = restWithMethod();
    putIntegrationResponse(graph, 'orders', 'GET', '200', {});
    expect(putIntegration(graph, 'orders', 'GET', HTTP)).not.toHaveProperty('integrationResponses');
  });

  it.each([
    'http://a',
    'https://a.b:8443/p?q=1',
    'HTTP://A/',
    'http://{host}/x',
    'https://${stageVariables.host}/x',
  ])('takes the URI %s', (uri) => {
    expect(put({ uri }).uri).toBe(uri);
  });

  const LAMBDA = 'arn:aws:lambda:us-east-1:000000000000:function:f/invocations';
  it.each([
    ['AWS_PROXY', `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${LAMBDA}`],
    [
      'AWS_PROXY',
      'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${stageVariables.f}/invocations',
    ],
    ['AWS_PROXY', `arn:aws:apigateway:us-east-1:lambda:path//2015-03-31/functions/${LAMBDA}`],
    ['AWS_PROXY', 'arn:aws:apigateway:us-east-1:firehose:action/PutRecord'],
    ['AWS', 'arn:aws:apigateway:us-east-1:sqs:path/000000000000/queue'],
    ['AWS', 'arn:aws:apigateway:us-east-1:dynamodb:action/GetItem'],
  ])('takes for %s the ARN %s', (type, uri) => {
    expect(put({ type, uri }).uri).toBe(uri);
  });

  it.each<[string, Partial<PutIntegrationInput>, string]>([
    ['no URI', { uri: '' }, 'Invalid HTTP endpoint specified for URI'],
    ['a URI without a host', { uri: 'http:///x' }, 'Invalid HTTP endpoint specified for URI'],
    ['another scheme', { uri: 'ftp://a' }, 'Invalid HTTP endpoint specified for URI'],
    ['a space in the URI', { uri: 'http://a/ b' }, 'Invalid HTTP endpoint specified for URI'],
    ['no verb', { integrationHttpMethod: '' }, 'Enumeration value for HttpMethod must be non-empty'],
    ['a short timeout', { timeoutInMillis: 49 }, 'Timeout should be between 50 ms and 29000 ms'],
    ['a long timeout', { timeoutInMillis: 29_001 }, 'Timeout should be between 50 ms and 29000 ms'],
    [
      'an unknown passthrough behaviour',
      { passthroughBehavior: 'ALWAYS' },
      'Invalid passthroughBehavior specified. Valid options are WHEN_NO_MATCH,WHEN_NO_TEMPLATES,NEVER',
    ],
    ['no ARN for AWS', { type: 'AWS', uri: 'http://a' }, 'Invalid ARN specified in the request'],
    [
      'a function’s own ARN',
      { type: 'AWS', uri: 'arn:aws:lambda:us-east-1:000000000000:function:f' },
      'AWS ARN for integration must contain path or action',
    ],
    ...[
      ['another service', 'sqs:path/q'],
      [
        'a function by another path',
        'lambda:path/any/thing/arn:aws:lambda:us-east-1:000000000000:function:f/invocations',
      ],
      ['a function by an action', 'lambda:action/Invoke'],
      ['a path of Firehose', 'firehose:path/2015-03-31/functions/f/invocations'],
    ].map(([what, rest]): [string, object, string] => [
      `a proxy to ${what}`,
      { type: 'AWS_PROXY', uri: `arn:aws:apigateway:us-east-1:${rest}` },
      "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
    ]),
  ])('refuses %s, and the one before stays', (_what, input, message) => {
    const graph = restWithMethod();
    expect(refusal(() => putIntegration(graph, 'orders', 'GET', { ...HTTP, ...input }))).toBe(bad(message));
    expect(graph).toEqual(restWithMethod());
  });
});

const patched = (op: string, path: string, value?: string, before: Partial<Integration> = {}) => {
  const graph = restWithMethod();
  Object.assign(integrationOf(graph, 'orders', 'GET'), before);
  return updateIntegration(graph, 'orders', 'GET', [{ op, path, ...(value !== undefined && { value }) }]);
};

describe('patches of an integration', () => {
  it.each<[string, string, string | undefined, Partial<Integration>]>([
    ['replace', '/httpMethod', 'PUT', { httpMethod: 'PUT' }],
    ['replace', '/uri', 'http://b', { uri: 'http://b' }],
    ['replace', '/credentials', 'c', { credentials: 'c' }],
    ['replace', '/connectionType', 'VPC_LINK', { connectionType: 'VPC_LINK' }],
    ['replace', '/connectionId', 'l', { connectionId: 'l' }],
    ['replace', '/contentHandling', 'CONVERT_TO_BINARY', { contentHandling: 'CONVERT_TO_BINARY' }],
    ['replace', '/responseTransferMode', 'STREAM', { responseTransferMode: 'STREAM' }],
    ['replace', '/passthroughBehavior', 'NEVER', { passthroughBehavior: 'NEVER' }],
    ['replace', '/timeoutInMillis', '50', { timeoutInMillis: 50 }],
    ['replace', '/cacheNamespace', 'n', { cacheNamespace: 'n' }],
    [
      'replace',
      '/tlsConfig/insecureSkipVerification',
      'true',
      { tlsConfig: { insecureSkipVerification: true } },
    ],
    ['add', '/cacheKeyParameters/a~1b', undefined, { cacheKeyParameters: ['a/b'] }],
    [
      'add',
      '/requestParameters/integration.request.header.x',
      "'1'",
      { requestParameters: { 'integration.request.header.x': "'1'" } },
    ],
    ['add', '/requestTemplates/application~1json', '{}', { requestTemplates: { 'application/json': '{}' } }],
    ['add', '/requestTemplates/a~1b', '', { requestTemplates: { 'a/b': null } }],
  ])('%s %s %s', (op, path, value, expected) => {
    expect(patched(op, path, value)).toMatchObject(expected);
  });

  it('adds a cache key once and removes it', () => {
    expect(
      patched('add', '/cacheKeyParameters/k', '', { cacheKeyParameters: ['k'] }).cacheKeyParameters,
    ).toEqual(['k']);
    expect(
      patched('remove', '/cacheKeyParameters/k', '', { cacheKeyParameters: ['k', 'l'] }).cacheKeyParameters,
    ).toEqual(['l']);
  });

  it('forgets an emptied map and an emptied text', () => {
    const before = { requestTemplates: { 'a/b': null }, credentials: 'c' };
    expect(patched('remove', '/requestTemplates/a~1b', undefined, before)).not.toHaveProperty(
      'requestTemplates',
    );
    expect(patched('replace', '/credentials', '', before)).not.toHaveProperty('credentials');
  });

  it.each([
    ['replace', '/timeoutInMillis', '1', bad('Timeout should be between 50 ms and 29000 ms')],
    ['replace', '/timeoutInMillis', 'soon', bad('Timeout should be between 50 ms and 29000 ms')],
    ['replace', '/uri', '', bad('Invalid HTTP endpoint specified for URI')],
    ['replace', '/requestTemplates/a~1b', 'x', missing('Content-Type specified was not found')],
    ['remove', '/requestParameters/x', '', missing('Invalid parameter name specified')],
    ['replace', '/type', 'MOCK', bad('Invalid patch path /type')],
    ['add', '/uri', 'http://b', bad('Invalid patch operation specified. Must be one of: [replace]')],
  ])('refuses %s %s %s', (op, path, value, expected) => {
    expect(refusal(() => patched(op, path, value))).toBe(expected);
  });
});

describe('deleting an integration', () => {
  it('happens once', () => {
    const graph = restWithMethod();
    deleteIntegration(graph, 'orders', 'GET');
    expect(refusal(() => integrationOf(graph, 'orders', 'GET'))).toBe(NO_INTEGRATION);
    expect(refusal(() => deleteIntegration(graph, 'orders', 'GET'))).toBe(NO_INTEGRATION);
  });

  it.each(['PUT', 'constructor', '__proto__'])(
    'of a response finds no integration for the verb %s',
    (verb) => {
      expect(refusal(() => deleteIntegrationResponse(restWithMethod(), 'orders', verb, '200'))).toBe(
        NO_INTEGRATION,
      );
    },
  );

  it('needs a method that has one', () => {
    const graph = emptyRest();
    putMethod(graph, 'root1', 'GET', { authorizationType: 'NONE' });
    expect(refusal(() => deleteIntegration(graph, 'root1', 'GET'))).toBe(NO_INTEGRATION);
  });
});
