import * as fc from 'fast-check';
import { AwsError } from './aws-error';
import { findOperation } from './find-operation';
import { allOperations } from './operations';
import { parseInput } from './parse-input';
import type { ServiceName } from './service-model';

const parse = (method: string, target: string, body: unknown = '', headers: Record<string, string> = {}) => {
  const [path = '', query = ''] = target.split('?');
  const matched = findOperation({ method, path, query });
  if (!matched) throw new Error(`no operation for ${method} ${target}`);
  const bytes =
    body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return parseInput(matched, { query, headers: new Map(Object.entries(headers)), body: bytes });
};
const refusal = (run: () => unknown) => {
  try {
    return { accepted: run() };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { code: error.code, status: error.status, message: error.message };
  }
};
const serialization = (message: unknown) => ({ code: 'SerializationException', status: 400, message });

describe('parseInput gathers members by their model names', () => {
  it('from path and body, where the wire has other names', () => {
    const path = '/restapis/a/resources/b/methods/GET/integration';
    expect(parse('PUT', path, { type: 'HTTP', httpMethod: 'POST', uri: 'http://x' })).toEqual({
      restApiId: 'a',
      resourceId: 'b',
      httpMethod: 'GET',
      type: 'HTTP',
      integrationHttpMethod: 'POST',
      uri: 'http://x',
    });
    expect(parse('POST', '/v2/apis', { name: 'n', protocolType: 'HTTP' })).toEqual({
      Name: 'n',
      ProtocolType: 'HTTP',
    });
  });

  it('from the query: scalars, repeated lists, the wire name of nameQuery', () => {
    expect(parse('GET', '/apikeys?name=a%2Bb%20c+d&limit=5&includeValues=true&position=')).toEqual({
      nameQuery: 'a+b c d',
      limit: 5,
      includeValues: true,
      position: '',
    });
    expect(parse('GET', '/restapis/a/resources?embed=methods&embed=x')).toEqual({
      restApiId: 'a',
      embed: ['methods', 'x'],
    });
    expect(parse('DELETE', '/v2/tags/x?tagKeys=a&tagKeys=b%2Cc')).toEqual({
      ResourceArn: 'x',
      TagKeys: ['a', 'b,c'],
    });
  });

  it('from the query: the parameters of an import are all that nothing else claims', () => {
    const target =
      '/restapis?mode=import&failonwarnings=true&basepath=prepend&ignore=a&X-Amz-Date=1&__proto__=p';
    const input = parse('POST', target, '{}');
    expect(input['failOnWarnings']).toBe(true);
    expect(Object.entries(input['parameters'] as object)).toEqual([
      ['basepath', 'prepend'],
      ['ignore', 'a'],
      ['__proto__', 'p'],
    ]);
    expect(parse('PUT', '/restapis/a?mode=merge', 'x')).toEqual({
      restApiId: 'a',
      mode: 'merge',
      body: Buffer.from('x'),
    });
  });

  it('from a header, and a payload as the bytes that came', () => {
    const headers = { accept: 'application/yaml' };
    expect(parse('GET', '/restapis/a/stages/s/exports/oas30?extensions=integrations', '', headers)).toEqual({
      restApiId: 'a',
      stageName: 's',
      exportType: 'oas30',
      parameters: { extensions: 'integrations' },
      accepts: 'application/yaml',
    });
    const data = Uint8Array.of(0, 255, 1);
    expect(parse('POST', '/@connections/c%3D', data)).toEqual({ ConnectionId: 'c=', Data: data });
  });

  it('takes an empty body, a null body and a body that no member needs for none', () => {
    expect(parse('PATCH', '/account')).toEqual({});
    expect(parse('PATCH', '/account', ' \n')).toEqual({});
    expect(parse('PATCH', '/account', 'null')).toEqual({});
    expect(parse('GET', '/account', 'not json')).toEqual({});
  });
});

describe('parseInput reads values', () => {
  it('leaves null members out and keeps a null in a map', () => {
    const path = '/restapis/a/resources/b/methods/GET/integration/responses/200';
    const body = { selectionPattern: null, responseTemplates: { 'application/json': null }, unknown: 1 };
    const located = { restApiId: 'a', resourceId: 'b', httpMethod: 'GET', statusCode: '200' };
    expect(parse('PUT', path, body)).toEqual({ ...located, responseTemplates: { 'application/json': null } });
    expect(parse('PATCH', '/account', { patchOperations: [{ op: 'replace', value: null }] })).toEqual({
      patchOperations: [{ op: 'replace' }],
    });
  });

  it('takes booleans and numbers from text', () => {
    const body = {
      name: 'n',
      throttle: { burstLimit: '5', rateLimit: '2.5' },
      quota: { limit: 7, offset: '-1' },
    };
    expect(parse('POST', '/usageplans', body)).toMatchObject({
      throttle: { burstLimit: 5, rateLimit: 2.5 },
      quota: { limit: 7, offset: -1 },
    });
    expect(parse('POST', '/apikeys', { enabled: 'TRUE', generateDistinctId: 'false' })).toEqual({
      enabled: true,
      generateDistinctId: false,
    });
  });

  it('refuses what has another type, in the words of AWS', () => {
    const create = (body: unknown) => refusal(() => parse('POST', '/restapis', body));
    expect(create({ name: true })).toEqual(
      serialization('class java.lang.Boolean can not be converted to an String'),
    );
    expect(create({ name: 5 })).toEqual(
      serialization('class java.lang.Integer can not be converted to an String'),
    );
    expect(create({ name: 5.5 })).toEqual(
      serialization('class java.lang.Double can not be converted to an String'),
    );
    expect(create({ name: [] })).toEqual(
      serialization('class java.util.ArrayList can not be converted to an String'),
    );
    expect(create({ name: 'n', tags: 't' })).toEqual(
      serialization('class java.lang.String can not be converted to an Map'),
    );
    expect(create({ name: 'n', binaryMediaTypes: {} })).toMatchObject(serialization(/List$/));
    expect(create({ name: 'n', endpointConfiguration: [] })).toMatchObject(serialization(/Structure$/));
    expect(create({ name: 'n', disableExecuteApiEndpoint: 'yes' })).toMatchObject(serialization(/Boolean$/));
    for (const size of [1.5, '1.5', 'x', '', 2 ** 31, true]) {
      expect(create({ name: 'n', minimumCompressionSize: size })).toMatchObject(serialization(/Integer$/));
    }
    expect(refusal(() => parse('GET', '/apikeys?limit=ten'))).toMatchObject(serialization(/Integer$/));
    expect(refusal(() => parse('GET', '/apikeys?includeValues=1'))).toMatchObject(serialization(/Boolean$/));
  });

  it.each(['{', '[]', '"text"', '5', Buffer.from([0x7b, 0xff, 0x7d])])('refuses the body %p', (body) => {
    expect(refusal(() => parse('POST', '/restapis', body))).toMatchObject(serialization(/JSON/));
  });

  it('keeps __proto__ as a key and touches no prototype', () => {
    const body = '{"name":"n","tags":{"__proto__":"t","constructor":"c"},"__proto__":{"description":"d"}}';
    const input = parse('POST', '/restapis', body);
    expect(Object.entries(input['tags'] as object)).toEqual([
      ['__proto__', 't'],
      ['constructor', 'c'],
    ]);
    expect(input['description']).toBeUndefined();
    expect(Object.getPrototypeOf(input)).toBeNull();
    expect(({} as Record<string, unknown>)['t']).toBeUndefined();
  });
});

describe('parseInput on anything', () => {
  const services: readonly ServiceName[] = ['apigateway', 'apigatewayv2', 'apigatewaymanagementapi'];
  const operations = services.flatMap(allOperations);
  const wireNames = [
    'name',
    'type',
    'tags',
    'patchOperations',
    'endpointConfiguration',
    'types',
    'op',
    'location',
    'embed',
  ];
  const key = fc.oneof(fc.constantFrom(...wireNames), fc.string());
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null)),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    ),
  }));
  const body = fc.oneof(
    fc.dictionary(key, value).map((json) => Buffer.from(JSON.stringify(json))),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  );

  it('throws nothing but AwsError with status 400', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...operations),
        body,
        fc.string({ unit: 'binary' }),
        (operation, bytes, query) => {
          const matched = { operation, pathParams: {} };
          const result = refusal(() => parseInput(matched, { query, headers: new Map(), body: bytes }));
          expect('accepted' in result || result.status === 400).toBe(true);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
