import { bad, emptyRest, missing, refusal } from '../testing/graphs';
import { cloneRestApi } from './api';
import {
  deleteGatewayResponse,
  gatewayResponseOf,
  gatewayResponsesOf,
  putGatewayResponse,
  updateGatewayResponse,
} from './gateway-responses';

const DEFAULT_BODY = { 'application/json': '{"message":$context.error.messageString}' };
const ORIGIN = 'gatewayresponse.header.Access-Control-Allow-Origin';

const untouched = (responseType: string, statusCode?: string) => ({
  responseType,
  ...(statusCode !== undefined && { statusCode }),
  responseParameters: {},
  responseTemplates: DEFAULT_BODY,
  defaultResponse: true,
});

function patched(op: string, path: string, value?: string) {
  const graph = emptyRest();
  putGatewayResponse(graph, 'DEFAULT_4XX', { statusCode: '404', responseParameters: { [ORIGIN]: "'a'" } });
  return updateGatewayResponse(graph, 'DEFAULT_4XX', [{ op, path, ...(value !== undefined && { value }) }]);
}

describe('a gateway response', () => {
  it('is the default until it is customised, and again after it is deleted', () => {
    const graph = emptyRest();
    const type = 'MISSING_AUTHENTICATION_TOKEN';
    expect(gatewayResponseOf(graph, type)).toEqual(untouched(type, '403'));
    expect(putGatewayResponse(graph, type, { statusCode: '404' })).toEqual({
      ...untouched(type, '404'),
      defaultResponse: false,
    });
    deleteGatewayResponse(graph, type);
    expect(gatewayResponseOf(graph, type)).toEqual(untouched(type, '403'));
  });

  it('is listed with all 21 types by name, of which the two class defaults show no status', () => {
    const all = gatewayResponsesOf(emptyRest());
    const types = all.map(({ responseType }) => responseType);
    expect(types).toHaveLength(21);
    expect(types).toEqual([...types].sort());
    const withoutStatus = all.filter(({ statusCode }) => statusCode === undefined);
    expect(withoutStatus.map(({ responseType }) => responseType)).toEqual(['DEFAULT_4XX', 'DEFAULT_5XX']);
  });

  it('shows what its class default says, as long as it is not customised itself', () => {
    const graph = emptyRest();
    putGatewayResponse(graph, 'DEFAULT_5XX', { statusCode: '599', responseParameters: { [ORIGIN]: "'a'" } });
    putGatewayResponse(graph, 'AUTHORIZER_FAILURE', { responseParameters: {} });
    expect(gatewayResponseOf(graph, 'INTEGRATION_TIMEOUT')).toEqual({
      ...untouched('INTEGRATION_TIMEOUT', '599'),
      responseParameters: { [ORIGIN]: "'a'" },
    });
    expect(gatewayResponseOf(graph, 'AUTHORIZER_FAILURE')).toMatchObject({
      statusCode: '500',
      responseParameters: {},
      defaultResponse: false,
    });
    expect(gatewayResponseOf(graph, 'THROTTLED')).toEqual(untouched('THROTTLED', '429'));
  });

  it('is created by a patch', () => {
    const graph = emptyRest();
    updateGatewayResponse(graph, 'THROTTLED', [{ op: 'replace', path: '/statusCode', value: '444' }]);
    expect(gatewayResponseOf(graph, 'THROTTLED')).toMatchObject({
      statusCode: '444',
      defaultResponse: false,
    });
  });

  it('is left alone by a patch that is refused', () => {
    const graph = emptyRest();
    const operations = [
      { op: 'replace', path: '/statusCode', value: '444' },
      { op: 'add', path: '/wrongPath', value: 'x' },
    ];
    expect(refusal(() => updateGatewayResponse(graph, 'THROTTLED', operations))).toBe(
      bad('Invalid patch path /wrongPath'),
    );
    expect(gatewayResponseOf(graph, 'THROTTLED')).toEqual(untouched('THROTTLED', '429'));
  });

  it('goes with a clone of its API', () => {
    const graph = emptyRest();
    putGatewayResponse(graph, 'THROTTLED', { statusCode: '420' });
    const clone = emptyRest();
    cloneRestApi(graph, clone, () => 'fresh');
    expect(gatewayResponseOf(clone, 'THROTTLED').statusCode).toBe('420');
  });

  it.each([
    ['replace', '/statusCode', '418', { statusCode: '418' }],
    ['replace', `/responseParameters/${ORIGIN}`, "'b'", { responseParameters: { [ORIGIN]: "'b'" } }],
    ['remove', `/responseParameters/${ORIGIN}`, undefined, { responseParameters: {} }],
    [
      'add',
      '/responseTemplates/application~1xml',
      '<a/>',
      { responseTemplates: { 'application/xml': '<a/>' } },
    ],
  ])('takes the patch %s %s', (...[op, path, value, expected]) => {
    expect(patched(op, path, value)).toMatchObject(expected);
  });

  it.each([
    ['add', '/statusCode', '444', bad('Invalid patch path /statusCode')],
    ['remove', '/statusCode', undefined, bad('Invalid patch path /statusCode')],
    ['replace', '/statusCode', "'200'", bad("Invalid status code specified: '200'")],
    [
      'replace',
      '/responseParameters/gatewayresponse.header.b',
      "'1'",
      missing('Invalid parameter name specified'),
    ],
    ['replace', '/responseTemplates/a~1b', 'text', missing('Content-Type specified was not found')],
    ['add', '/responseTemplates/a~1b', undefined, bad('Invalid null or empty value in responseTemplates')],
    [
      'replace',
      `/responseParameters/${ORIGIN}`,
      '',
      bad('Invalid null or empty value in responseParameters'),
    ],
  ])('refuses the patch %s %s = %s', (...[op, path, value, expected]) => {
    expect(refusal(() => patched(op, path, value))).toBe(expected);
  });

  it('names an operation without a path', () => {
    const operation = { op: 'add', value: 'x' } as never;
    expect(refusal(() => updateGatewayResponse(emptyRest(), 'THROTTLED', [operation]))).toBe(
      bad('Invalid patch path null'),
    );
  });

  it.each([
    [{ statusCode: '99' }],
    [{ responseParameters: { 'method.response.header.x': "'1'" } }],
    [{ responseParameters: { 'gatewayresponse.header.x': 'integration.response.header.y' } }],
    [{ responseParameters: { 'gatewayresponse.header.x': '' } }],
    [{ responseTemplates: { 'application/json': '' } }],
  ])('refuses %j', (input) => {
    const graph = emptyRest();
    expect(refusal(() => putGatewayResponse(graph, 'THROTTLED', input))).toMatch(
      /^BadRequestException: Invalid/,
    );
    expect(graph.gatewayResponses).toEqual({});
  });

  it('cannot be deleted when it is not customised', () => {
    expect(refusal(() => deleteGatewayResponse(emptyRest(), 'DEFAULT_4XX'))).toBe(
      missing('Gateway response type not defined on api'),
    );
  });
});
