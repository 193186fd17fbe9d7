import { bad, refusal } from '../testing/graphs';
import { METHOD_SETTING_PATHS, newMethodSetting } from './method-settings';
import { updateStage } from './stage-patch';
import { createStage } from './stages';
import type { CanarySettings, RestStage } from './types';

const DEPLOYMENTS = new Set(['d1', 'd2']);
const CANARY: CanarySettings = { deploymentId: 'd2', percentTraffic: 10, useStageCache: false };

type Patch = readonly [op: string, path: string, value?: string, from?: string];

function patched(before: Partial<RestStage>, ...patches: Patch[]): RestStage {
  const stage = createStage({ stageName: 'prod', deploymentId: 'd1' }, DEPLOYMENTS, 1);
  Object.assign(stage, before);
  const operations = patches.map(([op, path, value, from]) => ({
    op,
    path,
    ...(value !== undefined && { value }),
    ...(from !== undefined && { from }),
  }));
  updateStage(stage, operations, DEPLOYMENTS, 2);
  return stage;
}

const unknownPath = (path: string) =>
  bad(`Invalid method setting path: ${path}. Must be one of: [${METHOD_SETTING_PATHS}]`);
const noSetting = (path: string) =>
  bad(`Cannot remove method setting ${path} because there is no method setting for this method `);

it('keeps the time of the change', () => {
  expect(patched({}, ['replace', '/description', 'x'])).toMatchObject({ createdDate: 1, lastUpdatedDate: 2 });
});

describe('plain members', () => {
  it.each<[string, string, Partial<RestStage>]>([
    ['/deploymentId', 'd2', { deploymentId: 'd2' }],
    ['/description', 'd', { description: 'd' }],
    ['/clientCertificateId', 'c', { clientCertificateId: 'c' }],
    ['/documentationVersion', '1', { documentationVersion: '1' }],
    ['/tracingEnabled', 'true', { tracingEnabled: true }],
    [
      '/cacheClusterEnabled',
      'true',
      { cacheClusterEnabled: true, cacheClusterSize: '0.5', cacheClusterStatus: 'AVAILABLE' },
    ],
    ['/cacheClusterSize', '118', { cacheClusterSize: '118' }],
  ])('replace %s %s', (path, value, expected) => {
    expect(patched({}, ['replace', path, value])).toMatchObject(expected);
  });

  it('are absent again once they are emptied or removed', () => {
    expect(patched({ description: 'd' }, ['replace', '/description', ''])).not.toHaveProperty('description');
    expect(patched({ description: 'd' }, ['remove', '/description'])).not.toHaveProperty('description');
  });

  it('keep the size of a cache that is switched off', () => {
    const before = { cacheClusterEnabled: true, cacheClusterSize: '6.1', cacheClusterStatus: 'AVAILABLE' };
    expect(patched(before, ['replace', '/cacheClusterEnabled', 'false'])).toMatchObject({
      cacheClusterEnabled: false,
      cacheClusterSize: '6.1',
      cacheClusterStatus: 'NOT_AVAILABLE',
    });
  });

  it.each<[Patch, string]>([
    [['replace', '/deploymentId', 'd3'], bad('Deployment id does not exist')],
    [['remove', '/deploymentId'], noSetting('deploymentId')],
    [
      ['replace', '/cacheClusterSize', '1'],
      bad('Invalid cache cluster size. Valid options are 0.5,1.6,6.1,13.5,28.4,58.2,118,237'),
    ],
    [['replace', '/stageName', 'x'], unknownPath('/stageName')],
    [['replace', '/', 'x'], unknownPath('/')],
    [['replace', '', 'x'], unknownPath('')],
    [
      ['move', '/description'],
      bad('Invalid patch operation specified. Must be one of: [add, remove, replace, copy]'),
    ],
    [
      ['test', '/description'],
      bad('Invalid patch operation specified. Must be one of: [add, remove, replace, copy]'),
    ],
  ])('refuse %j', (patch, expected) => {
    expect(refusal(() => patched({}, patch))).toBe(expected);
  });
});

describe('variables', () => {
  it.each<[Patch, RestStage['variables']]>([
    [['replace', '/variables/b', '2'], { a: '1', b: '2' }],
    [['add', '/variables/a', ''], { a: '' }],
    [['remove', '/variables/x'], { a: '1' }],
  ])('%j leaves %j', (patch, expected) => {
    expect(patched({ variables: { a: '1' } }, patch).variables).toEqual(expected);
  });

  it('are absent again without the last one', () => {
    expect(patched({ variables: { a: '1' } }, ['remove', '/variables/a'])).not.toHaveProperty('variables');
  });

  it.each<[Patch, string]>([
    [
      ['replace', '/variables/a-b', '1'],
      bad('Stage variable name a-b is invalid: use 1 to 64 letters, digits or _'),
    ],
    [
      ['replace', '/variables/a', '<'],
      bad('Stage variable value is invalid: use at most 512 letters, digits or -._~:/?#&=,'),
    ],
    [['replace', '/variables/a/b', '1'], unknownPath('/variables/a/b')],
    [['remove', '/variables/a/b'], noSetting('variables/a/b')],
    [['replace', '/variables', '1'], unknownPath('/variables')],
  ])('refuse %j', (patch, expected) => {
    expect(refusal(() => patched({ variables: { a: '1' } }, patch))).toBe(expected);
  });

  it('number at most 100, however they come', () => {
    const variables = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`v${i}`, '']));
    expect(refusal(() => patched({ variables }, ['replace', '/variables/one_more', '']))).toBe(
      bad('A stage can have at most 100 variables'),
    );
  });
});

describe('access log settings', () => {
  it('come one by one and go together', () => {
    const before = { accessLogSettings: { format: 'f' } };
    expect(
      patched(before, ['replace', '/accessLogSettings/destinationArn', 'arn']).accessLogSettings,
    ).toEqual({
      format: 'f',
      destinationArn: 'arn',
    });
    expect(patched(before, ['remove', '/accessLogSettings'])).not.toHaveProperty('accessLogSettings');
  });

  it.each<[Patch, string]>([
    [['replace', '/accessLogSettings/format', ''], bad('Access Log value must not be empty')],
    [
      ['replace', '/accessLogSettings/other', 'x'],
      bad(
        'Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]',
      ),
    ],
    [['remove', '/accessLogSettings/format'], noSetting('accessLogSettings/format')],
  ])('refuse %j', (patch, expected) => {
    expect(refusal(() => patched({}, patch))).toBe(expected);
  });
});

describe('the canary', () => {
  it.each<[Patch, CanarySettings]>([
    [
      ['replace', '/canarySettings/percentTraffic', '5'],
      { ...CANARY, deploymentId: 'd1', percentTraffic: 5 },
    ],
    [['replace', '/canarySettings/deploymentId', 'd2'], { ...CANARY, percentTraffic: 0 }],
    [
      ['replace', '/canarySettings/useStageCache', 'true'],
      { deploymentId: 'd1', percentTraffic: 0, useStageCache: true },
    ],
    [
      ['replace', '/canarySettings/stageVariableOverrides/a', '1'],
      { deploymentId: 'd1', percentTraffic: 0, useStageCache: false, stageVariableOverrides: { a: '1' } },
    ],
  ])('begins with %j', (patch, expected) => {
    expect(patched({}, patch).canarySettings).toEqual(expected);
  });

  it('goes as a whole, its overrides one by one', () => {
    const before = { canarySettings: { ...CANARY, stageVariableOverrides: { a: '1' } } };
    expect(patched(before, ['remove', '/canarySettings'])).not.toHaveProperty('canarySettings');
    const remove: Patch = ['remove', '/canarySettings/stageVariableOverrides/a'];
    expect(patched(structuredClone(before), remove).canarySettings).toEqual(CANARY);
  });

  it.each<[Patch, Partial<RestStage>]>([
    [['copy', '/deploymentId', undefined, '/canarySettings/deploymentId'], { deploymentId: 'd2' }],
    [
      ['copy', '/variables', undefined, '/canarySettings/stageVariableOverrides'],
      { deploymentId: 'd1', variables: { a: 'canary', b: 'canary', c: 'stage' } },
    ],
  ])('is promoted by %j', (patch, expected) => {
    const canarySettings = { ...CANARY, stageVariableOverrides: { a: 'canary', b: 'canary' } };
    const variables = { a: 'stage', c: 'stage' };
    expect(patched({ canarySettings, variables }, patch)).toMatchObject(expected);
  });

  const copyFault = (path: string, from: string) =>
    bad(
      `Invalid copy operation with path: ${path} and from ${from}. Valid copy:path are [/deploymentId, /variables] and valid copy:from are [/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]`,
    );
  it.each<[Patch, string]>([
    [
      ['replace', '/canarySettings/percentTraffic', '101'],
      bad('Percent traffic must be between 0.0 and 100.0'),
    ],
    [
      ['replace', '/canarySettings/percentTraffic', 'half'],
      bad('Percent traffic must be between 0.0 and 100.0'),
    ],
    [['replace', '/canarySettings/deploymentId', 'd3'], bad('Deployment id does not exist')],
    [
      ['add', '/canarySettings/percentTraffic', '1'],
      bad('Invalid add operation with path: /canarySettings/percentTraffic'),
    ],
    [['replace', '/canarySettings/other', '1'], unknownPath('/canarySettings/other')],
    [
      ['replace', '/canarySettings/stageVariableOverrides/a/b', '1'],
      unknownPath('/canarySettings/stageVariableOverrides/a/b'),
    ],
    [
      ['remove', '/canarySettings/stageVariableOverrides/a'],
      noSetting('canarySettings/stageVariableOverrides/a'),
    ],
    [
      ['copy', '/deploymentId', undefined, '/canarySettings/deploymentId'],
      bad('Promotion not available. Canary does not exist.'),
    ],
    [
      ['copy', '/description', undefined, '/canarySettings/deploymentId'],
      copyFault('/description', '/canarySettings/deploymentId'),
    ],
    [['copy', '/variables', undefined, '/variables'], copyFault('/variables', '/variables')],
  ])('refuses %j', (patch, expected) => {
    expect(refusal(() => patched({}, patch))).toBe(expected);
  });
});

describe('method settings', () => {
  const DEFAULTS = newMethodSetting();

  it.each<[string, string, Partial<typeof DEFAULTS>]>([
    ['metrics/enabled', 'true', { metricsEnabled: true }],
    ['logging/loglevel', 'INFO', { loggingLevel: 'INFO' }],
    ['logging/dataTrace', 'true', { dataTraceEnabled: true }],
    ['throttling/burstLimit', '10', { throttlingBurstLimit: 10 }],
    ['throttling/rateLimit', '2.5', { throttlingRateLimit: 2.5 }],
    ['throttling/rateLimit', '-1', { throttlingRateLimit: -1 }],
    ['caching/enabled', 'true', { cachingEnabled: true }],
    ['caching/ttlInSeconds', '3600', { cacheTtlInSeconds: 3600 }],
    ['caching/dataEncrypted', 'true', { cacheDataEncrypted: true }],
    ['caching/requireAuthorizationForCacheControl', 'false', { requireAuthorizationForCacheControl: false }],
    [
      'caching/unauthorizedCacheControlHeaderStrategy',
      'FAIL_WITH_403',
      { unauthorizedCacheControlHeaderStrategy: 'FAIL_WITH_403' },
    ],
  ])('the first one, %s=%s, writes AWS’s defaults beside it', (name, value, expected) => {
    const { methodSettings } = patched({}, ['replace', `/~1pets~1{id}/GET/${name}`, value]);
    expect(methodSettings).toEqual({ 'pets/{id}/GET': { ...DEFAULTS, ...expected } });
  });

  it('may be named with plain slashes, as Terraform does, and removed so', () => {
    const stage = patched(
      {},
      ['replace', '/pets/{id}/GET/metrics/enabled', 'true'],
      ['replace', '//GET/metrics/enabled', 'true'],
    );
    expect(Object.keys(stage.methodSettings ?? {})).toEqual(['pets/{id}/GET', '/GET']);
    expect(patched(stage, ['remove', '/pets/{id}/GET']).methodSettings).toEqual({
      '/GET': { ...DEFAULTS, metricsEnabled: true },
    });
  });

  it('of a method begin with those of all methods, and are its own from then on', () => {
    const stage = patched(
      {},
      ['replace', '/*/*/throttling/burstLimit', '7'],
      ['replace', '/~1pets/GET/metrics/enabled', 'true'],
      ['replace', '/*/*/throttling/burstLimit', '8'],
    );
    expect(stage.methodSettings).toEqual({
      '*/*': { ...DEFAULTS, throttlingBurstLimit: 8 },
      'pets/GET': { ...DEFAULTS, throttlingBurstLimit: 7, metricsEnabled: true },
    });
  });

  it('are removed method by method', () => {
    const before = { methodSettings: { '*/*': DEFAULTS, 'pets/GET': DEFAULTS } };
    expect(patched(before, ['remove', '/~1pets/GET']).methodSettings).toEqual({ '*/*': DEFAULTS });
    expect(patched(before, ['remove', '/*/*']).methodSettings).toEqual({ 'pets/GET': DEFAULTS });
  });

  it.each<[Patch, string]>([
    [['remove', '/~1pets/GET'], noSetting('~1pets/GET')],
    [['replace', '/*/*/metrics/on', 'true'], unknownPath('/*/*/metrics/on')],
    [['replace', '/GET/metrics/on', 'true'], unknownPath('/GET/metrics/on')],
    [
      ['replace', '/*/*/logging/loglevel', 'DEBUG'],
      bad('Invalid value DEBUG. Must be one of: [OFF, ERROR, INFO]'),
    ],
    [
      ['replace', '/*/*/throttling/burstLimit', ''],
      bad('Invalid value . Must be a number from -1 to 1000000'),
    ],
    [
      ['replace', '/*/*/caching/ttlInSeconds', '3601'],
      bad('Invalid value 3601. Must be a number from 0 to 3600'),
    ],
  ])('refuse %j', (patch, expected) => {
    expect(refusal(() => patched({}, patch))).toBe(expected);
  });
});
