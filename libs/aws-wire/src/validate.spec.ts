import { AwsError } from './aws-error';
import { findOperation } from './find-operation';
import { parseInput } from './parse-input';

const refusal = (method: string, target: string, body: unknown = {}): string => {
  const [path = '', query = ''] = target.split('?');
  const matched = findOperation({ method, path, query });
  if (!matched) throw new Error(`no operation for ${method} ${target}`);
  try {
    parseInput(matched, { query, headers: new Map(), body: Buffer.from(JSON.stringify(body)) });
    return 'accepted';
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    expect(error.status).toBe(400);
    return `${error.code}: ${error.message}`;
  }
};
const one = (violation: string) => `ValidationException: 1 validation error detected: ${violation}`;
const ops = '[add, remove, move, test, replace, copy]';

describe('a broken constraint is reported in the words of AWS', () => {
  it('an enum in the body', () => {
    expect(refusal('PUT', '/restapis/a/resources/b/methods/GET/integration', { type: 'FTP' })).toBe(
      one(
        "Value 'FTP' at 'putIntegrationInput.type' failed to satisfy constraint: " +
          'Member must satisfy enum value set: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]',
      ),
    );
  });

  it('a list of enums, once for the list', () => {
    const types = (...values: string[]) =>
      refusal('POST', '/restapis', { name: 'n', endpointConfiguration: { types: values } });
    const text = (values: string) =>
      one(
        `Value '[${values}]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: ` +
          'Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]',
      );
    expect(types('LOCAL')).toBe(text('LOCAL'));
    expect(types('EDGE', 'LOCAL', 'FAR')).toBe(text('EDGE, LOCAL, FAR'));
    expect(types('EDGE', 'REGIONAL')).toBe('accepted');
  });

  it('several, joined in the order of the model', () => {
    const endpointConfiguration = { ipAddressType: 'ipv5', types: ['LOCAL'] };
    expect(refusal('POST', '/restapis', { name: 'n', endpointConfiguration })).toBe(
      "ValidationException: 2 validation errors detected: Value '[LOCAL]' at 'createRestApiInput.endpointConfiguration.types' " +
        'failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]; ' +
        "Value 'ipv5' at 'createRestApiInput.endpointConfiguration.ipAddressType' failed to satisfy constraint: " +
        'Member must satisfy enum value set: [ipv4, dualstack]',
    );
  });

  it('a member of a list element, counted from one', () => {
    const patchOperations = [{ op: 'add' }, { op: 'set' }, {}, null];
    expect(refusal('PATCH', '/restapis/a', { patchOperations })).toBe(
      "ValidationException: 2 validation errors detected: Value 'set' at 'updateRestApiInput.patchOperations.2.member.op' " +
        `failed to satisfy constraint: Member must satisfy enum value set: ${ops}; ` +
        "Value null at 'updateRestApiInput.patchOperations.4.member' failed to satisfy constraint: Member must not be null",
    );
  });

  it('a pattern and an enum in the path, by their bare names and after the body', () => {
    const status =
      "Value '2xx' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\\d\\d";
    const path = '/restapis/a/resources/b/methods/GET/responses/2xx';
    expect(refusal('GET', path)).toBe(one(status));
    expect(refusal('GET', path.replace('2xx', '2000'))).toMatch(/^ValidationException: 1 /);
    expect(refusal('PATCH', path, { patchOperations: [{ op: 'set' }] })).toBe(
      "ValidationException: 2 validation errors detected: Value 'set' at 'updateMethodResponseInput.patchOperations.1.member.op' " +
        `failed to satisfy constraint: Member must satisfy enum value set: ${ops}; ${status}`,
    );
    expect(refusal('GET', '/restapis/a/gatewayresponses/TEAPOT')).toMatch(
      /Value 'TEAPOT' at 'responseType' .* \[REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, .*, EXPIRED_TOKEN\]$/,
    );
  });

  it('an enum in the query', () => {
    expect(refusal('PUT', '/restapis/a?mode=replace')).toMatch(/Value 'replace' at 'mode' failed/);
  });

  it('a required member that is missing or null', () => {
    const missing = (name: string) =>
      `Value null at '${name}' failed to satisfy constraint: Member must not be null`;
    expect(refusal('POST', '/restapis/a/stages', { stageName: null, deploymentId: 'd' })).toBe(
      one(missing('createStageInput.stageName')),
    );
    expect(refusal('POST', '/restapis/a/documentation/parts', { location: {}, properties: '{}' })).toBe(
      one(missing('createDocumentationPartInput.location.type')),
    );
    expect(refusal('GET', '/usageplans/u/usage?endDate=2026-01-01')).toBe(one(missing('startDate')));
  });

  it('as BadRequestException in apigatewayv2, which models no ValidationException', () => {
    expect(refusal('POST', '/v2/apis', { name: 'n', protocolType: 'FTP' })).toBe(
      "BadRequestException: 1 validation error detected: Value 'FTP' at 'createApiInput.protocolType' failed to satisfy " +
        'constraint: Member must satisfy enum value set: [WEBSOCKET, HTTP]',
    );
  });
});

describe('what AWS checks later is not checked here', () => {
  it('verbs, authorization types and empty names pass', () => {
    expect(refusal('PUT', '/restapis/a/resources/b/methods/FETCH', { authorizationType: 'OTHER' })).toBe(
      'accepted',
    );
    expect(refusal('POST', '/restapis', { name: '' })).toBe('accepted');
  });
});
