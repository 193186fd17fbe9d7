import { bad, emptyHttp, missing, refusal, taken } from '../testing/graphs';
import {
  createIntegration,
  deleteHttpIntegration,
  httpIntegrationOf,
  updateHttpIntegration,
  type IntegrationInput,
} from './integrations';
import { createRoute, deleteRoute } from './routes';

const PROXY: IntegrationInput = {
  integrationType: 'HTTP_PROXY',
  integrationMethod: 'ANY',
  integrationUri: 'https://origin.example/{proxy}',
};
const create = (input: IntegrationInput) => createIntegration(emptyHttp(), { ...PROXY, ...input }, 'int1');

function graphWithIntegration() {
  const graph = emptyHttp();
  createIntegration(graph, PROXY, 'int1');
  return graph;
}

describe('a new integration of an HTTP API', () => {
  it('has AWS’s defaults and no member that was not given', () => {
    expect(create({})).toEqual({
      ...PROXY,
      integrationId: 'int1',
      connectionType: 'INTERNET',
      payloadFormatVersion: '1.0',
      timeoutInMillis: 30_000,
    });
  });

  it.each<IntegrationInput>([
    { timeoutInMillis: 50, description: 'd' },
    { connectionType: 'VPC_LINK', connectionId: 'l', integrationUri: 'arn:aws:elasticloadbalancing:x' },
    { integrationType: 'AWS_PROXY', integrationUri: 'arn:aws:lambda:us-east-1:000000000000:function:f' },
    { integrationType: 'AWS_PROXY', integrationSubtype: 'SQS-SendMessage', integrationUri: '' },
    { responseParameters: { '404': { 'overwrite:statuscode': '200' } } },
    { tlsConfig: { serverNameToVerify: 'a' } },
  ])('keeps %j', (input) => {
    expect(create(input)).toMatchObject(input);
  });

  it.each<[IntegrationInput, string]>([
    [
      { integrationType: 'MOCK' },
      'Integration type MOCK is not supported for HTTP APIs. Valid options are AWS_PROXY,HTTP_PROXY',
    ],
    [{ timeoutInMillis: 49 }, 'timeoutInMillis must be between 50 and 30000'],
    [{ timeoutInMillis: 30_001 }, 'timeoutInMillis must be between 50 and 30000'],
    [{ timeoutInMillis: 50.5 }, 'timeoutInMillis must be between 50 and 30000'],
    [{ integrationMethod: '' }, 'HttpMethod is required for HTTP_PROXY integrations'],
    [{ integrationUri: 'origin' }, 'Invalid HTTP endpoint specified for URI: origin'],
    [
      { integrationType: 'AWS_PROXY' },
      'Invalid integration URI specified. AWS_PROXY requires a Lambda function ARN or an integrationSubtype',
    ],
  ])('refuses %j', (input, message) => {
    expect(refusal(() => create(input))).toBe(bad(message));
  });
});

describe('a change of an integration', () => {
  it('removes a request mapping whose value is empty, but keeps a remove: mapping', () => {
    const graph = emptyHttp();
    const requestParameters = { 'overwrite:header.a': '1', 'append:header.b': '2', 'remove:header.c': '' };
    createIntegration(graph, { ...PROXY, requestParameters }, 'int1');
    const changed = updateHttpIntegration(graph, 'int1', { requestParameters: { 'overwrite:header.a': '' } });
    expect(changed.requestParameters).toEqual({ 'append:header.b': '2', 'remove:header.c': '' });
  });

  it('that is refused changes nothing', () => {
    const graph = graphWithIntegration();
    expect(
      refusal(() => updateHttpIntegration(graph, 'int1', { description: 'x', timeoutInMillis: 1 })),
    ).toBe(bad('timeoutInMillis must be between 50 and 30000'));
    expect(graph).toEqual(graphWithIntegration());
  });
});

describe('deleting an integration', () => {
  it('waits until no route points at it', () => {
    const graph = graphWithIntegration();
    createRoute(graph, { routeKey: '$default', target: 'integrations/int1' }, 'r1');
    expect(refusal(() => deleteHttpIntegration(graph, 'int1'))).toBe(
      taken("Cannot delete Integration 'int1' because it is referenced by one or more Routes."),
    );
    deleteRoute(graph, 'r1');
    deleteHttpIntegration(graph, 'int1');
    expect(refusal(() => httpIntegrationOf(graph, 'int1'))).toBe(
      missing('Unable to find Integration by id int1 within Api http1'),
    );
  });
});

it('drops the mappings of a status when they are emptied', () => {
  const graph = emptyHttp();
  const mappings = { '404': { 'append:header.x': 'y' }, '200': { 'overwrite:statuscode': '201' } };
  const input = { integrationType: 'HTTP_PROXY', integrationMethod: 'ANY', integrationUri: 'http://a' };
  createIntegration(graph, { ...input, responseParameters: mappings }, 'i');
  const changed = updateHttpIntegration(graph, 'i', { responseParameters: { '404': {} } });
  expect(changed.responseParameters).toEqual({ '200': { 'overwrite:statuscode': '201' } });
});
