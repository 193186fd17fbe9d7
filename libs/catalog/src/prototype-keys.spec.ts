/** Names like `__proto__` are data everywhere: stored, read back and removed as own members, and never a way elsewhere. */
import { addTags, removeTags } from './tags';
import { createHttpApi, updateHttpApi } from './http/api';
import { createIntegration, httpIntegrationOf, updateHttpIntegration } from './http/integrations';
import { createRoute, routeOf } from './http/routes';
import { applyHttpStage, newStage } from './http/stages';
import { createRestApi, updateRestApi } from './rest/api';
import { putIntegrationResponse, updateIntegrationResponse } from './rest/integration-responses';
import { integrationOf, putIntegration, updateIntegration } from './rest/integrations';
import { methodOf, putMethod, putMethodResponse, updateMethod, updateMethodResponse } from './rest/methods';
import { createResource, resourceOf } from './rest/resources';
import { apiSummary } from './rest/deployments';
import { updateStage } from './rest/stage-patch';
import { createStage } from './rest/stages';
import { emptyHttp, emptyRest, refusal, restWithMethod } from './testing/graphs';

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
const DEPLOYMENTS = new Set(['d1']);

/** A map with one own member of that name, as JSON.parse makes it. */
const only = <T>(name: string, value: T) =>
  JSON.parse(JSON.stringify({ x: value }).replace('"x"', JSON.stringify(name))) as Record<string, T>;
const own = (map: object | undefined) => (map ? Object.getOwnPropertyNames(map) : undefined);
const stage = () => createStage({ stageName: 's', deploymentId: 'd1' }, DEPLOYMENTS, 1);

afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('x');
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

describe.each(NAMES)('the name %s', (name) => {
  it('is data in the maps of a method and of its responses', () => {
    const graph = emptyRest();
    const input = {
      authorizationType: 'NONE',
      requestParameters: only(name, true),
      requestModels: only(name, 'Empty'),
    };
    const method = putMethod(graph, 'root1', 'GET', input);
    const response = putMethodResponse(graph, 'root1', 'GET', name, {
      responseParameters: only(name, true),
      responseModels: only(name, 'Error'),
    });
    for (const map of [method.requestParameters, method.requestModels, method.methodResponses])
      expect(own(map)).toEqual([name]);
    for (const map of [response.responseParameters, response.responseModels])
      expect(own(map)).toEqual([name]);
  });

  it('is data in the maps of an integration and of its responses', () => {
    const graph = restWithMethod();
    const integration = putIntegration(graph, 'orders', 'GET', {
      type: 'MOCK',
      requestParameters: only(`integration.request.header.${name}`, "'v'"),
      requestTemplates: only(name, 'v'),
    });
    const response = putIntegrationResponse(graph, 'orders', 'GET', name, {
      responseParameters: only(`method.response.header.${name}`, "'v'"),
      responseTemplates: only(name, ''),
    });
    expect(own(integration.requestParameters)).toEqual([`integration.request.header.${name}`]);
    expect(own(integration.requestTemplates)).toEqual([name]);
    expect(own(integration.integrationResponses)).toEqual([name]);
    expect(own(response.responseParameters)).toEqual([`method.response.header.${name}`]);
    expect(own(response.responseTemplates)).toEqual([name]);
  });

  it('is added and removed by a patch', () => {
    const graph = restWithMethod();
    putMethodResponse(graph, 'orders', 'GET', '200', {});
    putIntegrationResponse(graph, 'orders', 'GET', '200', {});
    const patches: [string, (op: string) => object, (map: string) => string[] | undefined][] = (
      [
        [
          'requestParameters',
          (path, op) => updateMethod(graph, 'orders', 'GET', [{ op, path, value: 'true' }]),
        ],
        [
          'responseParameters',
          (path, op) => updateMethodResponse(graph, 'orders', 'GET', '200', [{ op, path }]),
        ],
        [
          'requestTemplates',
          (path, op) => updateIntegration(graph, 'orders', 'GET', [{ op, path, value: 'v' }]),
        ],
        [
          'responseTemplates',
          (path, op) => updateIntegrationResponse(graph, 'orders', 'GET', '200', [{ op, path, value: 'v' }]),
        ],
      ] as [string, (path: string, op: string) => object][]
    ).map(([member, patch]) => {
      let target: object = {};
      const run = (op: string) => (target = patch(`/${member}/${name}`, op));
      return [member, run, () => own((target as Record<string, object | undefined>)[member])];
    });
    for (const [member, run, names] of patches) {
      run('add');
      expect(names(member)).toEqual([name]);
      run('remove');
      expect(names(member)).toBeUndefined();
      expect(refusal(() => run('replace'))).toMatch(/^NotFoundException/);
    }
  });

  it('is data in tags and stage variables', () => {
    const target: { tags?: Record<string, string> } = {};
    addTags(target, only(name, 'v'));
    expect(own(target.tags)).toEqual([name]);
    removeTags(target, [name]);
    expect(own(target.tags)).toEqual([]);
    const http = newStage(
      { stageName: 's', stageVariables: only(name, 'v'), routeSettings: only(name, {}) },
      1,
    );
    expect([own(http.stageVariables), own(http.routeSettings)]).toEqual([[name], [name]]);
    applyHttpStage(http, { stageVariables: only(name, '') }, 2);
    expect(own(http.stageVariables)).toEqual([]);
  });

  it('is data in patches of a stage: variables, canary overrides and method settings', () => {
    const target = stage();
    const patch = (op: string, path: string, value = 'true') =>
      updateStage(target, [{ op, path, value }], DEPLOYMENTS, 2);
    patch('replace', `/variables/${name}`);
    patch('replace', `/canarySettings/stageVariableOverrides/${name}`);
    patch('replace', `/${name}/GET/metrics/enabled`);
    expect(own(target.variables)).toEqual([name]);
    expect(own(target.canarySettings?.stageVariableOverrides)).toEqual([name]);
    expect(own(target.methodSettings)).toEqual([`${name}/GET`]);
    patch('remove', `/variables/${name}`);
    patch('remove', `/canarySettings/stageVariableOverrides/${name}`);
    expect([own(target.variables), own(target.canarySettings?.stageVariableOverrides)]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('is no member, setting, operation or path that a patch could name', () => {
    const before = stage();
    for (const op of ['replace', 'remove', 'add']) {
      for (const path of [name, `/${name}`, `/*/*/${name}`, `/*/*/metrics/${name}`, `/${name}/${name}`]) {
        const target = stage();
        expect(refusal(() => updateStage(target, [{ op, path, value: '1' }], DEPLOYMENTS, 9))).toMatch(
          /^BadRequestException/,
        );
        expect(target).toEqual(before);
        expect(refusal(() => updateRestApi(emptyRest().api, [{ op, path, value: '1' }]))).toMatch(
          /^BadRequestException/,
        );
      }
    }
  });

  it('finds nothing that was not stored', () => {
    const graph = restWithMethod();
    for (const find of [
      () => resourceOf(graph, name),
      () => methodOf(graph, 'orders', name),
      () => integrationOf(graph, 'orders', name),
      () => routeOf(emptyHttp(), name),
      () => httpIntegrationOf(emptyHttp(), name),
    ])
      expect(refusal(find)).toMatch(/^NotFoundException/);
  });

  it('is a name like another for resources, APIs and HTTP mappings', () => {
    const graph = emptyRest();
    createResource(graph, 'root1', name, 'r1');
    putMethod(graph, 'r1', 'GET', { authorizationType: 'NONE' });
    expect(own(apiSummary(graph))).toEqual([`/${name}`]);
    expect(
      createRestApi({ name, tags: only(name, 'v') }, { apiId: 'a', rootResourceId: 'r' }, 1).api.tags,
    ).toEqual(only(name, 'v'));
    const http = createHttpApi(
      { name, protocolType: 'HTTP', tags: only(name, 'v') },
      { apiId: 'a', apiEndpoint: 'e', now: 1, childId: () => 'c' },
    ).graph;
    updateHttpApi(http, { description: name });
    expect(own(http.api.tags)).toEqual([name]);
    const proxy = { integrationType: 'HTTP_PROXY', integrationMethod: 'ANY', integrationUri: 'http://a' };
    const key = `append:header.${name}`;
    createIntegration(http, { ...proxy, requestParameters: only(key, 'v') }, 'i');
    const changed = updateHttpIntegration(http, 'i', { responseParameters: { '404': only(key, 'v') } });
    expect([own(changed.requestParameters), own(changed.responseParameters?.['404'])]).toEqual([
      [key],
      [key],
    ]);
    expect(createRoute(http, { routeKey: `GET /${name}` }, 'r').routeKey).toBe(`GET /${name}`);
  });
});
