import { bad, emptyRest, refusal } from '../testing/graphs';
import { createRestApi, updateRestApi, type CreateRestApiInput } from './api';
import type { RestApi } from './types';

const create = (input: CreateRestApiInput) =>
  createRestApi({ name: 'shop', ...input }, { apiId: 'shop1', rootResourceId: 'root1' }, 5).api;

describe('a new RestApi', () => {
  it('has AWS’s defaults, its root resource, and no member that was not given', () => {
    expect(createRestApi({ name: 'shop' }, { apiId: 'a1', rootResourceId: 'r1' }, 5)).toEqual({
      kind: 'REST',
      api: {
        id: 'a1',
        name: 'shop',
        createdDate: 5,
        apiKeySource: 'HEADER',
        endpointConfiguration: { types: ['EDGE'], ipAddressType: 'ipv4' },
        disableExecuteApiEndpoint: false,
        rootResourceId: 'r1',
      },
      resources: { r1: { id: 'r1', path: '/', resourceMethods: {} } },
      authorizers: {},
      gatewayResponses: {},
    });
  });

  it('keeps every optional member that was given', () => {
    const input = {
      description: 'd',
      version: '2',
      binaryMediaTypes: ['image/png'],
      minimumCompressionSize: 0,
      apiKeySource: 'AUTHORIZER',
      policy: '{}',
      tags: { team: 'x' },
      disableExecuteApiEndpoint: true,
      securityPolicy: 'TLS_1_2',
      endpointAccessMode: 'STRICT',
    };
    expect(create(input)).toMatchObject(input);
  });

  it.each<[string, CreateRestApiInput, (keyof RestApi)[]]>([
    ['empty lists and maps', { binaryMediaTypes: [], tags: {} }, ['binaryMediaTypes', 'tags']],
    ['empty texts', { version: '', policy: '' }, ['version', 'policy']],
  ])('leaves %s absent', (_what, input, members) => {
    for (const member of members) expect(create(input)).not.toHaveProperty(member);
  });

  it('is dualstack when it is private, and says so when told otherwise', () => {
    expect(create({ endpointConfiguration: { types: ['PRIVATE'] } }).endpointConfiguration).toEqual({
      types: ['PRIVATE'],
      ipAddressType: 'dualstack',
    });
    const wrong = { endpointConfiguration: { types: ['PRIVATE'], ipAddressType: 'ipv4' } };
    expect(refusal(() => create(wrong))).toBe(
      bad('Only dualstack ipAddressType is supported for Private APIs.'),
    );
  });

  it.each<[string, CreateRestApiInput, string]>([
    ['no name', { name: '' }, 'Name cannot be empty'],
    ['an empty description', { description: '' }, 'Description cannot be an empty string'],
    [
      'a negative compression size',
      { minimumCompressionSize: -1 },
      'Invalid minimum compression size, must be between 0 and 10485760',
    ],
    [
      'a compression size above 10 MiB',
      { minimumCompressionSize: 10_485_761 },
      'Invalid minimum compression size, must be between 0 and 10485760',
    ],
    [
      'no endpoint type',
      { endpointConfiguration: { types: [] } },
      'REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.',
    ],
    [
      'two endpoint types',
      { endpointConfiguration: { types: ['EDGE', 'REGIONAL'] } },
      'Cannot create an api with multiple Endpoint Types.',
    ],
    ['a reserved tag', { tags: { 'aws:x': '1' } }, 'Tag keys that start with aws: are reserved'],
  ])('refuses %s', (_what, input, message) => {
    expect(refusal(() => create(input))).toBe(bad(message));
  });

  it('does not share lists with its input', () => {
    const types = ['a/b'];
    const api = create({ binaryMediaTypes: types });
    types.push('c/d');
    expect(api.binaryMediaTypes).toEqual(['a/b']);
  });
});

/** One patch on a fresh API: what the API then holds of `expected`, or the refusal. */
const patched = (op: string, path: string, value?: string, before: Partial<RestApi> = {}) => {
  const { api } = emptyRest();
  Object.assign(api, before);
  updateRestApi(api, [{ op, path, ...(value !== undefined && { value }) }]);
  return api;
};

describe('patches of a RestApi', () => {
  it.each<[string, string, string | undefined, Partial<RestApi>]>([
    ['replace', '/name', 'n', { name: 'n' }],
    ['replace', '/description', 'd', { description: 'd' }],
    ['add', '/description', 'd', { description: 'd' }],
    ['replace', '/version', '3', { version: '3' }],
    ['replace', '/policy', '{}', { policy: '{}' }],
    ['replace', '/securityPolicy', 'TLS_1_2', { securityPolicy: 'TLS_1_2' }],
    ['replace', '/endpointAccessMode', 'STRICT', { endpointAccessMode: 'STRICT' }],
    ['replace', '/apiKeySource', 'AUTHORIZER', { apiKeySource: 'AUTHORIZER' }],
    ['replace', '/minimumCompressionSize', '1024', { minimumCompressionSize: 1024 }],
    ['replace', '/disableExecuteApiEndpoint', 'TRUE', { disableExecuteApiEndpoint: true }],
    ['replace', '/disableExecuteApiEndpoint', 'yes', { disableExecuteApiEndpoint: false }],
    ['add', '/binaryMediaTypes/image~1png', undefined, { binaryMediaTypes: ['image/png'] }],
    ['add', '/binaryMediaTypes/*~1*', undefined, { binaryMediaTypes: ['*/*'] }],
    [
      'replace',
      '/endpointConfiguration/types/EDGE',
      'REGIONAL',
      { endpointConfiguration: { types: ['REGIONAL'], ipAddressType: 'ipv4' } },
    ],
    [
      'replace',
      '/endpointConfiguration/types/0',
      'PRIVATE',
      { endpointConfiguration: { types: ['PRIVATE'], ipAddressType: 'dualstack' } },
    ],
    [
      'replace',
      '/endpointConfiguration/ipAddressType',
      'dualstack',
      { endpointConfiguration: { types: ['EDGE'], ipAddressType: 'dualstack' } },
    ],
    [
      'add',
      '/endpointConfiguration/vpcEndpointIds',
      'vpce-1',
      { endpointConfiguration: { types: ['EDGE'], ipAddressType: 'ipv4', vpcEndpointIds: ['vpce-1'] } },
    ],
  ])('%s %s %s', (op, path, value, expected) => {
    expect(patched(op, path, value)).toMatchObject(expected);
  });

  it.each<[string, string, string | undefined, Partial<RestApi>, keyof RestApi]>([
    ['remove', '/description', undefined, { description: 'd' }, 'description'],
    ['replace', '/description', '', { description: 'd' }, 'description'],
    ['remove', '/policy', undefined, { policy: '{}' }, 'policy'],
    ['replace', '/version', '', { version: '1' }, 'version'],
    ['replace', '/minimumCompressionSize', '', { minimumCompressionSize: 9 }, 'minimumCompressionSize'],
    ['remove', '/binaryMediaTypes/a~1b', undefined, { binaryMediaTypes: ['a/b'] }, 'binaryMediaTypes'],
  ])('%s %s %j makes the member absent again', (op, path, value, before, member) => {
    expect(patched(op, path, value, before)).not.toHaveProperty(member);
  });

  it('replaces one binary media type by another and keeps the rest', () => {
    const api = patched('replace', '/binaryMediaTypes/a~1b', 'c/d', { binaryMediaTypes: ['a/b', 'x/y'] });
    expect(api.binaryMediaTypes).toEqual(['x/y', 'c/d']);
  });

  it('forgets the list of VPC endpoints with its last entry', () => {
    const endpointConfiguration = { types: ['EDGE'], ipAddressType: 'ipv4', vpcEndpointIds: ['v1'] };
    const api = patched('remove', '/endpointConfiguration/vpcEndpointIds', 'v1', { endpointConfiguration });
    expect(api.endpointConfiguration).not.toHaveProperty('vpcEndpointIds');
  });

  it('answers with an empty map of tags afterwards, as AWS does', () => {
    expect(patched('replace', '/name', 'n').tags).toEqual({});
    expect(patched('replace', '/name', 'n', { tags: { a: '1' } }).tags).toEqual({ a: '1' });
  });

  it.each([
    ['replace', '/nothing', 'x', 'Invalid patch path /nothing'],
    ['replace', '/binaryMediaTypes/a/b', 'x', 'Invalid patch path /binaryMediaTypes/a/b'],
    ['replace', '/binaryMediaTypes/', 'x', 'Invalid patch path /binaryMediaTypes/'],
    ['replace', 'name', 'x', 'Invalid patch path name'],
    ['add', '/name', 'x', 'Invalid patch operation specified. Must be one of: [replace]'],
    [
      'move',
      '/description',
      'x',
      'Invalid patch operation specified. Must be one of: [replace, remove, add]',
    ],
    ['replace', '/name', '', 'Name cannot be empty'],
    [
      'replace',
      '/apiKeySource',
      'header',
      'Invalid API key source specified. Valid options are HEADER,AUTHORIZER',
    ],
    [
      'replace',
      '/minimumCompressionSize',
      'many',
      'Invalid minimum compression size, must be between 0 and 10485760',
    ],
    [
      'replace',
      '/minimumCompressionSize',
      '1.5',
      'Invalid minimum compression size, must be between 0 and 10485760',
    ],
    [
      'add',
      '/endpointConfiguration/types/EDGE',
      'EDGE',
      "Invalid patch operation specified. Must be 'add'|'remove'|'replace'",
    ],
    [
      'replace',
      '/endpointConfiguration/types/EDGE',
      'GLOBAL',
      'Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE',
    ],
    [
      'replace',
      '/endpointConfiguration/ipAddressType',
      'ipv6',
      'ipAddressType must be either ipv4 or dualstack.',
    ],
  ])('refuses %s %s %s', (op, path, value, message) => {
    expect(refusal(() => patched(op, path, value))).toBe(bad(message));
  });

  it('refuses ipv4 for a private API', () => {
    const endpointConfiguration = { types: ['PRIVATE'], ipAddressType: 'dualstack' };
    expect(
      refusal(() =>
        patched('replace', '/endpointConfiguration/ipAddressType', 'ipv4', { endpointConfiguration }),
      ),
    ).toBe(bad('Only dualstack ipAddressType is supported for Private APIs.'));
  });

  it('applies operations in their order', () => {
    const { api } = emptyRest();
    updateRestApi(api, [
      { op: 'replace', path: '/description', value: 'first' },
      { op: 'replace', path: '/description', value: 'second' },
    ]);
    expect(api.description).toBe('second');
  });
});
