import { bad, missing, refusal, restWithMethod } from '../testing/graphs';
import {
  deleteIntegrationResponse,
  integrationResponseOf,
  putIntegrationResponse,
  updateIntegrationResponse,
} from './integration-responses';
import { integrationOf } from './integrations';

const NO_RESPONSE = missing('Invalid Response status code specified');
const at = ['orders', 'GET', '200'] as const;

function withResponse() {
  const graph = restWithMethod();
  putIntegrationResponse(graph, ...at, {
    selectionPattern: '2\\d\\d',
    responseParameters: { 'method.response.header.x': "'1'" },
    responseTemplates: { 'application/json': 'text' },
  });
  return graph;
}

const patched = (op: string, path: string, value?: string) =>
  updateIntegrationResponse(withResponse(), ...at, [{ op, path, ...(value !== undefined && { value }) }]);

describe('an integration response', () => {
  it('holds no member that was not given', () => {
    expect(putIntegrationResponse(restWithMethod(), ...at, {})).toEqual({ statusCode: '200' });
  });

  it('keeps an empty selection pattern and stores an empty template as null', () => {
    const input = { selectionPattern: '', responseTemplates: { 'a/b': '' } };
    expect(putIntegrationResponse(restWithMethod(), ...at, input)).toEqual({
      statusCode: '200',
      selectionPattern: '',
      responseTemplates: { 'a/b': null },
    });
  });

  it('is replaced by a second put', () => {
    expect(putIntegrationResponse(withResponse(), ...at, {})).toEqual({ statusCode: '200' });
  });

  it('refuses a parameter without a value', () => {
    const input = { responseParameters: { 'method.response.header.x': '' } };
    expect(refusal(() => putIntegrationResponse(restWithMethod(), ...at, input))).toBe(
      bad('Invalid null or empty value in responseParameters'),
    );
  });

  it.each([
    ['replace', '/selectionPattern', '5..', { selectionPattern: '5..' }],
    ['replace', '/selectionPattern', '', { selectionPattern: '' }],
    ['replace', '/contentHandling', 'CONVERT_TO_TEXT', { contentHandling: 'CONVERT_TO_TEXT' }],
    [
      'add',
      '/responseParameters/method.response.header.y',
      "'2'",
      { responseParameters: { 'method.response.header.x': "'1'", 'method.response.header.y': "'2'" } },
    ],
    [
      'replace',
      '/responseTemplates/application~1json',
      '',
      { responseTemplates: { 'application/json': null } },
    ],
  ])('%s %s %j', (op, path, value, expected) => {
    expect(patched(op, path, value)).toMatchObject(expected);
  });

  it('forgets an emptied map', () => {
    expect(patched('remove', '/responseTemplates/application~1json')).not.toHaveProperty('responseTemplates');
  });

  it.each([
    ['replace', '/responseParameters/none', missing('Invalid parameter name specified')],
    ['remove', '/responseTemplates/none', missing('Content-Type specified was not found')],
    ['add', '/selectionPattern', bad('Invalid patch operation specified. Must be one of: [replace]')],
    ['replace', '/statusCode', bad('Invalid patch path /statusCode')],
  ])('refuses %s %s', (op, path, expected) => {
    expect(refusal(() => patched(op, path, 'v'))).toBe(expected);
  });

  it('is deleted once, and the last takes the map along', () => {
    const graph = withResponse();
    putIntegrationResponse(graph, 'orders', 'GET', '404', {});
    deleteIntegrationResponse(graph, 'orders', 'GET', '404');
    expect(integrationResponseOf(graph, ...at).statusCode).toBe('200');
    deleteIntegrationResponse(graph, ...at);
    expect(integrationOf(graph, 'orders', 'GET')).not.toHaveProperty('integrationResponses');
    expect(refusal(() => deleteIntegrationResponse(graph, ...at))).toBe(NO_RESPONSE);
    expect(refusal(() => integrationResponseOf(graph, ...at))).toBe(NO_RESPONSE);
  });
});
