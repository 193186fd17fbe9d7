import * as fc from 'fast-check';
import { findOperation } from './find-operation';
import { allOperations } from './operations';
import type { ServiceName } from './service-model';

const find = (method: string, target: string): string | undefined => {
  const [path = '', query = ''] = target.split('?');
  const matched = findOperation({ method, path, query });
  return matched && `${matched.operation.service}:${matched.operation.name}`;
};
const params = (method: string, path: string) => ({
  ...findOperation({ method, path, query: '' })?.pathParams,
});
const services: readonly ServiceName[] = ['apigateway', 'apigatewayv2', 'apigatewaymanagementapi'];
const operations = services
  .flatMap(allOperations)
  .map((operation) => [`${operation.service}:${operation.name}`, operation] as const);

describe('findOperation', () => {
  it.each(operations)('%s is found again for any labels', (name, { method, uri }) => {
    const labels = [...uri.matchAll(/\{(.+?)\}/g)].map((match) => match[1] as string);
    const value = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(fc.record(Object.fromEntries(labels.map((label) => [label, value]))), (values) => {
        const [path = '', query = ''] = uri.split('?');
        const filled = path.replace(/\{(.+?)\}/g, (_, label: string) =>
          encodeURIComponent(values[label] ?? ''),
        );
        const matched = findOperation({ method, path: filled, query });
        expect(matched && `${matched.operation.service}:${matched.operation.name}`).toBe(name);
        expect({ ...matched?.pathParams }).toEqual(values);
      }),
      { numRuns: 20 },
    );
  });

  it('tells an import from a creation by its query', () => {
    expect(find('POST', '/restapis')).toBe('apigateway:CreateRestApi');
    expect(find('POST', '/restapis?failonwarnings=true&mode=import')).toBe('apigateway:ImportRestApi');
    expect(find('POST', '/restapis?mode=other')).toBe('apigateway:CreateRestApi');
    expect(find('POST', '/apikeys')).toBe('apigateway:CreateApiKey');
    expect(find('POST', '/apikeys?mode=import&format=csv')).toBe('apigateway:ImportApiKeys');
  });

  it('names one path segment by the verb that reads it', () => {
    expect(params('POST', '/restapis/a/resources/b')).toEqual({ restapi_id: 'a', parent_id: 'b' });
    expect(params('GET', '/restapis/a/resources/b')).toEqual({ restapi_id: 'a', resource_id: 'b' });
    expect(find('POST', '/restapis/a/authorizers/b')).toBe('apigateway:TestInvokeAuthorizer');
    expect(find('POST', '/restapis/a/resources/b/methods/GET')).toBe('apigateway:TestInvokeMethod');
  });

  it('takes an ARN with encoded and with raw slashes', () => {
    const arn = 'arn:aws:apigateway:eu-west-1::/restapis/abc123';
    expect(params('GET', `/tags/${encodeURIComponent(arn)}`)).toEqual({ resource_arn: arn });
    expect(params('GET', `/tags/${arn}`)).toEqual({ resource_arn: arn });
    expect(params('DELETE', `/v2/tags/${arn}/stages/%24default`)).toEqual({
      'resource-arn': `${arn}/stages/$default`,
    });
  });

  it('keeps an encoded slash inside its label', () => {
    expect(params('GET', '/domainnames/d/basepathmappings/a%2Fb')).toEqual({
      domain_name: 'd',
      base_path: 'a/b',
    });
    expect(params('DELETE', '/v2/apis/a/stages/%24default/routesettings/GET%20%2Fpets%2F%7Bid%7D')).toEqual({
      apiId: 'a',
      stageName: '$default',
      routeKey: 'GET /pets/{id}',
    });
  });

  it('tolerates one trailing slash and nothing more', () => {
    expect(find('GET', '/restapis/')).toBe('apigateway:GetRestApis');
    expect(find('GET', '/restapis/a/')).toBe('apigateway:GetRestApi');
    for (const path of [
      '',
      '/',
      '//',
      '/restapis//',
      '/restapis//resources',
      'restapis',
      '//restapis',
      '/v2',
    ]) {
      expect(find('GET', path)).toBeUndefined();
    }
  });

  it('finds nothing for another verb, an unknown path, a longer path or a malformed label', () => {
    expect(find('PUT', '/restapis')).toBeUndefined();
    expect(find('get', '/restapis')).toBeUndefined();
    expect(find('GET', '/restapi')).toBeUndefined();
    expect(find('GET', '/restapis/a/b/c')).toBeUndefined();
    expect(find('GET', '/restapis/%zz')).toBeUndefined();
    expect(find('GET', '/constructor')).toBeUndefined();
  });

  it('looks at the services that it is told, and at API Gateway’s own otherwise', () => {
    const target = { method: 'GET', path: '/2015-03-31/functions/', query: '' };
    expect(findOperation(target)).toBeUndefined();
    expect(findOperation(target, ['lambda'])?.operation.name).toBe('ListFunctions');
    expect(findOperation({ ...target, path: '/restapis' }, ['lambda'])).toBeUndefined();
  });

  it('never throws', () => {
    const text = fc.string({ unit: 'binary' });
    const segment = fc.oneof(
      text,
      fc.constantFrom('restapis', 'v2', 'apis', 'tags', '%', '%2F', '', '__proto__'),
    );
    const path = fc.array(segment).map((segments) => `/${segments.join('/')}`);
    fc.assert(
      fc.property(
        fc.constantFrom('GET', 'POST', 'DELETE', '__proto__'),
        fc.oneof(path, text),
        text,
        (method, target, query) => {
          findOperation({ method, path: target, query });
        },
      ),
      { numRuns: 1000 },
    );
  });
});
