import { bad, emptyHttp, refusal } from '../testing/graphs';
import { createHttpApi, updateHttpApi, type ApiInput, type CreateApiInput } from './api';
import type { Cors } from './types';

const LAMBDA = 'arn:aws:lambda:us-east-1:000000000000:function:f';

function create(input: Partial<CreateApiInput>) {
  let child = 0;
  return createHttpApi(
    { name: 'shop', protocolType: 'HTTP', ...input },
    { apiId: 'h1', apiEndpoint: 'http://h1.test', now: 3, childId: () => `child${(child += 1)}` },
  );
}

describe('a new HTTP API', () => {
  it('has AWS’s defaults, no route, no stage, and no member that was not given', () => {
    expect(create({})).toEqual({
      graph: {
        kind: 'HTTP',
        api: {
          apiId: 'h1',
          name: 'shop',
          protocolType: 'HTTP',
          apiEndpoint: 'http://h1.test',
          apiKeySelectionExpression: '$request.header.x-api-key',
          routeSelectionExpression: '$request.method $request.path',
          disableExecuteApiEndpoint: false,
          ipAddressType: 'ipv4',
          createdDate: 3,
          tags: {},
        },
        routes: {},
        integrations: {},
        authorizers: {},
      },
    });
  });

  it('keeps every optional member that was given', () => {
    const input = {
      description: '',
      version: '2',
      disableExecuteApiEndpoint: true,
      ipAddressType: 'dualstack',
      corsConfiguration: { allowOrigins: ['https://a.example'] },
      tags: { a: 'b' },
    };
    expect(create(input).graph.api).toMatchObject(input);
  });

  it.each<[string, Partial<CreateApiInput>, string]>([
    ['no name', { name: '' }, 'Name must be 1 to 128 characters long'],
    ['a name of 129 characters', { name: 'n'.repeat(129) }, 'Name must be 1 to 128 characters long'],
    ['a route key without a target', { routeKey: 'GET /' }, 'Quick create requires a target with a routeKey'],
    [
      'another way to select routes',
      { routeSelectionExpression: '$request.body.action' },
      'The routeSelectionExpression of an HTTP API must be ${request.method} ${request.path}',
    ],
  ])('refuses %s', (_what, input, message) => {
    expect(refusal(() => create(input))).toBe(bad(message));
  });
});

describe('quick create', () => {
  it('makes a managed integration, route and self-deploying $default stage of one address', () => {
    const { graph, stage } = create({ target: 'http://origin.example' });
    expect(graph.integrations).toEqual({
      child1: {
        integrationId: 'child1',
        integrationType: 'HTTP_PROXY',
        integrationMethod: 'ANY',
        integrationUri: 'http://origin.example',
        connectionType: 'INTERNET',
        payloadFormatVersion: '1.0',
        timeoutInMillis: 30_000,
        apiGatewayManaged: true,
      },
    });
    expect(graph.routes).toEqual({
      child2: {
        routeId: 'child2',
        routeKey: '$default',
        target: 'integrations/child1',
        apiKeyRequired: false,
        authorizationType: 'NONE',
        apiGatewayManaged: true,
      },
    });
    expect(stage).toMatchObject({ stageName: '$default', autoDeploy: true, apiGatewayManaged: true });
  });

  it('takes a function’s ARN for a Lambda proxy of payload 2.0', () => {
    const { graph } = create({ target: LAMBDA, routeKey: 'POST /orders', credentialsArn: 'role' });
    expect(graph.integrations.child1).toMatchObject({
      integrationType: 'AWS_PROXY',
      payloadFormatVersion: '2.0',
      credentialsArn: 'role',
    });
    expect(graph.routes.child2).toMatchObject({ routeKey: 'POST /orders' });
  });

  it('refuses a target that is neither', () => {
    expect(refusal(() => create({ target: 'origin' }))).toBe(
      bad('Invalid HTTP endpoint specified for URI: origin'),
    );
  });

  it('is changed through the API: address, kind of target, credentials, route', () => {
    const { graph } = create({ target: 'http://origin.example' });
    updateHttpApi(graph, { target: LAMBDA, routeKey: 'ANY /x', credentialsArn: 'role' });
    expect(graph.integrations.child1).toMatchObject({
      integrationType: 'AWS_PROXY',
      integrationUri: LAMBDA,
      payloadFormatVersion: '2.0',
      credentialsArn: 'role',
      apiGatewayManaged: true,
    });
    expect(graph.routes.child2).toMatchObject({ routeKey: 'ANY /x', apiGatewayManaged: true });
  });

  it.each<[ApiInput, string]>([
    [{ target: 'nowhere' }, 'Invalid HTTP endpoint specified for URI: nowhere'],
    [
      { routeKey: 'GET orders' },
      'The provided route key is not formatted properly for HTTP protocol. Format should be "<METHOD> <PATH>" or "$default"',
    ],
  ])('holds a change %j to the rules of its creation', (input, message) => {
    const { graph } = create({ target: 'http://origin.example' });
    expect(refusal(() => updateHttpApi(graph, input))).toBe(bad(message));
  });

  it.each<ApiInput>([{ target: 'http://a' }, { routeKey: '$default' }, { credentialsArn: 'c' }])(
    'is needed for a change of %j',
    (input) => {
      expect(refusal(() => updateHttpApi(emptyHttp(), input))).toBe(
        bad('target, routeKey and credentialsArn can be updated for APIs made by quick create only'),
      );
    },
  );
});

describe('an update', () => {
  it('changes what is given and leaves the rest', () => {
    const { graph } = create({ description: 'd', version: '1' });
    updateHttpApi(graph, { name: 'new', version: '2' });
    expect(graph.api).toMatchObject({ name: 'new', description: 'd', version: '2' });
  });

  it('refuses an empty name', () => {
    expect(refusal(() => updateHttpApi(emptyHttp(), { name: '' }))).toBe(
      bad('Name must be 1 to 128 characters long'),
    );
  });
});

describe('CORS', () => {
  it.each<Cors>([
    {},
    { allowOrigins: ['*'] },
    { allowOrigins: ['https://a.example:8443', 'chrome-extension://abc', 'null'] },
    { maxAge: -1 },
    { maxAge: 86_400, allowCredentials: true, allowOrigins: ['http://a'] },
  ])('takes %j', (cors) => {
    expect(create({ corsConfiguration: cors }).graph.api.corsConfiguration).toEqual(cors);
  });

  it.each<[Cors, string]>([
    [
      { allowOrigins: ['*'], allowCredentials: true },
      'allowCredentials is not supported for a wildcard in allowOrigins',
    ],
    [{ maxAge: -2 }, 'maxAge must be between -1 and 86400'],
    [{ maxAge: 86_401 }, 'maxAge must be between -1 and 86400'],
    [{ allowOrigins: ['a.example'] }, 'Invalid allowOrigins value: a.example'],
    [{ allowOrigins: ['https://a.example/path'] }, 'Invalid allowOrigins value: https://a.example/path'],
  ])('refuses %j', (cors, message) => {
    expect(refusal(() => create({ corsConfiguration: cors }))).toBe(bad(message));
  });
});
