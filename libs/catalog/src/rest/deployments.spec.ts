import { bad, emptyRest, refusal, restWithMethod } from '../testing/graphs';
import {
  apiSummary,
  requireCanaryTarget,
  requireDeployable,
  updateDeployment,
  type CreateDeploymentInput,
} from './deployments';
import { putMethod } from './methods';

describe('an API can be deployed', () => {
  it('when each of its methods has an integration', () => {
    expect(refusal(() => requireDeployable(restWithMethod()))).toBe('accepted');
  });

  it('not without a method', () => {
    expect(refusal(() => requireDeployable(emptyRest()))).toBe(
      bad("The REST API doesn't contain any methods"),
    );
  });

  it('not while one method has no integration', () => {
    const graph = restWithMethod();
    putMethod(graph, 'root1', 'GET', { authorizationType: 'NONE' });
    expect(refusal(() => requireDeployable(graph))).toBe(bad('No integration defined for method'));
  });
});

describe('a canary deployment', () => {
  const stages = new Set(['prod']);
  it.each<[string, CreateDeploymentInput, string]>([
    ['goes to a stage that is there', { stageName: 'prod', canarySettings: {} }, 'accepted'],
    ['is none without canary settings', {}, 'accepted'],
    [
      'needs a stage',
      { canarySettings: {} },
      bad(
        'Invalid deployment content specified.Non null and non empty stageName must be provided for canary deployment. Provided value is null',
      ),
    ],
    [
      'needs a stage that is there',
      { stageName: 'new', canarySettings: {} },
      bad(
        'Invalid deployment content specified.Stage new must already be created before making a canary release deployment',
      ),
    ],
  ])('%s', (_what, input, expected) => {
    expect(refusal(() => requireCanaryTarget(input, stages))).toBe(expected);
  });
});

describe('patches of a deployment', () => {
  const patched = (op: string, path: string, value?: string) => {
    const deployment = { id: 'd1', createdDate: 1, description: 'before' };
    updateDeployment(deployment, [{ op, path, ...(value !== undefined && { value }) }]);
    return deployment;
  };

  it('change the description, or make it absent', () => {
    expect(patched('replace', '/description', 'after').description).toBe('after');
    expect(patched('replace', '/description', '')).not.toHaveProperty('description');
  });

  it.each([
    ['replace', '/id', bad('Invalid patch path /id')],
    ['remove', '/description', bad('Invalid patch operation specified. Must be one of: [replace]')],
  ])('refuse %s %s', (op, path, expected) => {
    expect(refusal(() => patched(op, path))).toBe(expected);
  });
});

it('summarises how each method is guarded, and leaves out resources without methods', () => {
  const graph = restWithMethod();
  putMethod(graph, 'orders', 'POST', { authorizationType: 'AWS_IAM', apiKeyRequired: true });
  expect(apiSummary(graph)).toEqual({
    '/orders': {
      GET: { authorizationType: 'NONE', apiKeyRequired: false },
      POST: { authorizationType: 'AWS_IAM', apiKeyRequired: true },
    },
  });
});
