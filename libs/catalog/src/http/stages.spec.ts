import { bad, emptyHttp, refusal } from '../testing/graphs';
import { createRoute } from './routes';
import {
  applyHttpStage,
  newHttpDeployment,
  newStage,
  requireHttpDeployable,
  type HttpStageInput,
} from './stages';

const changed = (before: HttpStageInput, input: HttpStageInput) => {
  const stage = newStage({ stageName: 'prod', ...before }, 1);
  applyHttpStage(stage, input, 2);
  return stage;
};

describe('a new stage of an HTTP API', () => {
  it('has AWS’s defaults and no member that was not given', () => {
    expect(newStage({ stageName: 'prod' }, 1)).toEqual({
      stageName: 'prod',
      defaultRouteSettings: { detailedMetricsEnabled: false },
      routeSettings: {},
      stageVariables: {},
      createdDate: 1,
      lastUpdatedDate: 1,
      tags: {},
    });
  });

  it('may be $default, unlike a REST stage', () => {
    expect(newStage({ stageName: '$default', autoDeploy: true }, 1)).toMatchObject({ autoDeploy: true });
  });

  it.each<[HttpStageInput, string]>([
    [{}, 'Stage name only allows a-zA-Z0-9_- and must be 1 to 128 characters long'],
    [{ stageName: '$other' }, 'Stage name only allows a-zA-Z0-9_- and must be 1 to 128 characters long'],
    [
      { stageName: 'a', autoDeploy: true, deploymentId: 'd' },
      'deploymentId cannot be set for a stage with autoDeploy enabled',
    ],
    [
      { stageName: 'a', stageVariables: { 'a-b': '1' } },
      'Stage variable name a-b is invalid: use 1 to 64 letters, digits or _',
    ],
    [{ stageName: 'a', tags: { 'AWS:x': '1' } }, 'Tag keys that start with aws: are reserved'],
  ])('refuses %j', (input, message) => {
    expect(refusal(() => newStage(input, 1))).toBe(bad(message));
  });
});

describe('a change of a stage', () => {
  it('merges variables, and an empty value removes one', () => {
    const stage = changed({ stageVariables: { a: '1', b: '2' } }, { stageVariables: { a: '', c: '3' } });
    expect(stage.stageVariables).toEqual({ b: '2', c: '3' });
  });

  it('merges settings member by member, those of routes route by route', () => {
    const stage = changed(
      {
        defaultRouteSettings: { throttlingBurstLimit: 1 },
        routeSettings: { 'GET /a': { throttlingRateLimit: 1 }, 'GET /b': {} },
        accessLogSettings: { format: 'f' },
      },
      {
        defaultRouteSettings: { throttlingRateLimit: 2 },
        routeSettings: { 'GET /a': { throttlingBurstLimit: 2 } },
        accessLogSettings: { destinationArn: 'arn' },
      },
    );
    expect(stage.defaultRouteSettings).toEqual({
      detailedMetricsEnabled: false,
      throttlingBurstLimit: 1,
      throttlingRateLimit: 2,
    });
    expect(stage.routeSettings).toEqual({ 'GET /a': { throttlingBurstLimit: 2 }, 'GET /b': {} });
    expect(stage.accessLogSettings).toEqual({ format: 'f', destinationArn: 'arn' });
  });

  it('switches autoDeploy off by its absence, and keeps what is not given', () => {
    const stage = changed({ autoDeploy: true, description: 'd' }, { autoDeploy: false, deploymentId: 'd1' });
    expect(stage).not.toHaveProperty('autoDeploy');
    expect(stage).toMatchObject({ description: 'd', deploymentId: 'd1', createdDate: 1, lastUpdatedDate: 2 });
  });
});

describe('deployments of an HTTP API', () => {
  it('are done at once, and have no description unless one is given', () => {
    expect(newHttpDeployment('d1', 4, { autoDeployed: true })).toEqual({
      deploymentId: 'd1',
      autoDeployed: true,
      deploymentStatus: 'DEPLOYED',
      createdDate: 4,
    });
    expect(newHttpDeployment('d1', 4, { autoDeployed: false, description: '' }).description).toBe('');
  });

  it('need a route', () => {
    const graph = emptyHttp();
    expect(refusal(() => requireHttpDeployable(graph))).toBe(
      bad('At least one route is required before deploying the Api.'),
    );
    createRoute(graph, { routeKey: '$default' }, 'r1');
    expect(refusal(() => requireHttpDeployable(graph))).toBe('accepted');
  });
});
