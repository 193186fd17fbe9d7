import { bad, refusal } from '../testing/graphs';
import { createStage, type CreateStageInput } from './stages';

const DEPLOYMENTS = new Set(['d1', 'd2']);
const create = (input: Partial<CreateStageInput>) =>
  createStage({ stageName: 'prod', deploymentId: 'd1', ...input }, DEPLOYMENTS, 7);

describe('a new stage', () => {
  it('has AWS’s defaults and no member that was not given', () => {
    expect(create({})).toEqual({
      stageName: 'prod',
      deploymentId: 'd1',
      cacheClusterEnabled: false,
      cacheClusterStatus: 'NOT_AVAILABLE',
      methodSettings: {},
      tracingEnabled: false,
      createdDate: 7,
      lastUpdatedDate: 7,
    });
  });

  it('keeps every optional member that was given', () => {
    const input = {
      description: '',
      variables: { host: 'origin.example:8080' },
      documentationVersion: '1',
      tracingEnabled: true,
      tags: { a: 'b' },
    };
    expect(create(input)).toMatchObject(input);
  });

  it.each([
    [{ cacheClusterEnabled: true }, { cacheClusterSize: '0.5', cacheClusterStatus: 'AVAILABLE' }],
    [{ cacheClusterEnabled: true, cacheClusterSize: '6.1' }, { cacheClusterSize: '6.1' }],
    [{ cacheClusterSize: '6.1' }, { cacheClusterSize: '6.1', cacheClusterStatus: 'NOT_AVAILABLE' }],
  ])('with the cache %j has %j', (input, expected) => {
    expect(create(input)).toMatchObject(expected);
  });

  it('makes a canary of the stage’s own deployment unless another is named', () => {
    expect(create({ canarySettings: {} }).canarySettings).toEqual({
      deploymentId: 'd1',
      percentTraffic: 0,
      useStageCache: false,
    });
    const given = {
      deploymentId: 'd2',
      percentTraffic: 12.5,
      useStageCache: true,
      stageVariableOverrides: { a: 'b' },
    };
    expect(create({ canarySettings: given }).canarySettings).toEqual(given);
  });

  const name = 'Stage name only allows a-zA-Z0-9_- and must be 1 to 128 characters long';
  it.each<[string, Partial<CreateStageInput>, string]>([
    ['an empty name', { stageName: '' }, name],
    ['a name with a slash', { stageName: 'a/b' }, name],
    ['the name $default', { stageName: '$default' }, name],
    ['a name of 129 characters', { stageName: 'a'.repeat(129) }, name],
    ['a deployment that is not there', { deploymentId: 'd3' }, 'Deployment id does not exist'],
    [
      'a canary of a deployment that is not there',
      { canarySettings: { deploymentId: 'd3' } },
      'Deployment id does not exist',
    ],
    [
      'a canary above 100 percent',
      { canarySettings: { percentTraffic: 100.1 } },
      'Percent traffic must be between 0.0 and 100.0',
    ],
    [
      'a canary of no number',
      { canarySettings: { percentTraffic: Number.NaN } },
      'Percent traffic must be between 0.0 and 100.0',
    ],
    [
      'a variable name with a dash',
      { variables: { 'a-b': '1' } },
      'Stage variable name a-b is invalid: use 1 to 64 letters, digits or _',
    ],
    [
      'a variable value with a space',
      { variables: { a: 'b c' } },
      'Stage variable value is invalid: use at most 512 letters, digits or -._~:/?#&=,',
    ],
    [
      'a variable value of 513 characters',
      { variables: { a: 'b'.repeat(513) } },
      'Stage variable value is invalid: use at most 512 letters, digits or -._~:/?#&=,',
    ],
    [
      '101 variables',
      { variables: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`v${i}`, ''])) },
      'A stage can have at most 100 variables',
    ],
    ['a tag without a key', { tags: { '': 'x' } }, 'Tag keys must be 1 to 128 characters long'],
  ])('refuses %s', (_what, input, message) => {
    expect(refusal(() => create(input))).toBe(bad(message));
  });
});
