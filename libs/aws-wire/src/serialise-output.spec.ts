import { allOperations, type Operation } from './operations';
import { serialiseOutput } from './serialise-output';
import type { ServiceName } from './service-model';

const operation = (service: ServiceName, name: string): Operation => {
  const found = allOperations(service).find((one) => one.name === name);
  if (!found) throw new Error(`no operation ${name}`);
  return found;
};
const v1 = (name: string, output?: Record<string, unknown>) =>
  serialiseOutput(operation('apigateway', name), output);
const v2 = (name: string, output?: Record<string, unknown>) =>
  serialiseOutput(operation('apigatewayv2', name), output);

describe('serialiseOutput', () => {
  it('answers with the status of the model and JSON', () => {
    expect(v1('CreateRestApi', { name: 'n', id: 'a' })).toEqual({
      status: 201,
      headers: { 'content-type': 'application/json' },
      body: '{"id":"a","name":"n"}',
    });
    expect(v1('GetAccount')).toMatchObject({ status: 200, body: '{}' });
  });

  it('has no body and no content type where the model has no output', () => {
    expect(v1('DeleteRestApi')).toEqual({ status: 202, headers: {}, body: '' });
    expect(v1('DeleteMethod', { ignored: 1 })).toEqual({ status: 204, headers: {}, body: '' });
  });

  it('writes wire names', () => {
    expect(v1('GetRestApis', { items: [{ id: 'a' }], position: 'p' }).body).toBe(
      '{"position":"p","item":[{"id":"a"}]}',
    );
    expect(v1('GetUsage', { items: { key: [[0, 100]] } }).body).toBe('{"values":{"key":[[0,100]]}}');
    expect(v2('GetApis', { Items: [{ ApiId: 'a', CorsConfiguration: { MaxAge: 5 } }] }).body).toBe(
      '{"items":[{"apiId":"a","corsConfiguration":{"maxAge":5}}]}',
    );
  });

  it('writes dates as epoch seconds in v1 and as ISO 8601 in v2', () => {
    const date = new Date('2026-11-24T21:54:00.987Z');
    expect(v1('GetRestApi', { createdDate: date }).body).toBe('{"createdDate":1795557240}');
    expect(v2('GetApi', { CreatedDate: date }).body).toBe('{"createdDate":"2026-11-24T21:54:00Z"}');
    expect(v1('GetRestApi', { createdDate: 1795557240 }).body).toBe('{"createdDate":1795557240}');
  });

  it('leaves out absent, null and unknown members and keeps a null in a map', () => {
    const output = { statusCode: '200', selectionPattern: undefined, contentHandling: null, secret: 's' };
    const responseTemplates = { 'application/json': null, 'text/xml': undefined, 'text/plain': 't' };
    expect(v1('GetIntegrationResponse', { ...output, responseTemplates }).body).toBe(
      '{"statusCode":"200","responseTemplates":{"application/json":null,"text/plain":"t"}}',
    );
  });

  it('keeps __proto__ as a key', () => {
    const tags = JSON.parse('{"__proto__":"x"}') as unknown;
    expect(v1('GetTags', { tags }).body).toBe('{"tags":{"__proto__":"x"}}');
  });

  it('writes a payload as it is and its headers beside it, without control characters', () => {
    const body = '{"openapi":"3.0.1"}';
    const contentDisposition = 'attachment; filename="a\r\nx-evil: 1"';
    const expected = {
      status: 200,
      headers: {
        'content-type': 'application/yaml',
        'content-disposition': 'attachment; filename="ax-evil: 1"',
      },
      body,
    };
    expect(v1('GetExport', { contentType: 'application/yaml', contentDisposition, body })).toEqual(expected);
    expect(
      v1('GetExport', { contentType: 'application/yaml', contentDisposition, body: Buffer.from(body) }),
    ).toEqual(expected);
  });

  it('throws where the output has not the form of the model', () => {
    expect(() => v1('GetRestApis', { items: {} })).toThrow('ListOfRestApi must be an array');
    expect(() => v1('GetRestApi', { tags: [] })).toThrow('must be an object');
    expect(() => v1('GetRestApi', { createdDate: 'today' })).toThrow('must be a valid Date');
    expect(() => v1('GetExport', { body: Uint8Array.of(255) })).toThrow();
  });
});
