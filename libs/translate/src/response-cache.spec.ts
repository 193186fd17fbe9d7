import type { MethodSetting, RestStage } from '@gatehouse/catalog';
import { createResource, createRestApi, createStage, putIntegration, putMethod } from '@gatehouse/catalog';
import { restToSnapshot } from './to-snapshot';

const OWNER = { accountId: '111111111111', region: 'us-east-1' };

/** `GET /`, `POST /` and `ANY /pets`, and what is kept of each. */
function translated(settings: Record<string, Partial<MethodSetting>>, members: Partial<RestStage> = {}) {
  const graph = createRestApi({ name: 'x' }, { apiId: 'a1', rootResourceId: 'r1' }, 1);
  createResource(graph, 'r1', 'pets', 'r2');
  for (const [id, verb] of [
    ['r1', 'GET'],
    ['r1', 'POST'],
    ['r2', 'ANY'],
  ] as const) {
    putMethod(graph, id, verb, { authorizationType: 'NONE' });
    putIntegration(graph, id, verb, { type: 'MOCK', cacheKeyParameters: ['method.request.querystring.q'] });
  }
  const stage = createStage({ stageName: 's', deploymentId: 'd' }, new Set(['d']), 1);
  stage.cacheClusterEnabled = true;
  stage.methodSettings = Object.fromEntries(
    Object.entries(settings).map(([key, setting]) => [key, { ...SETTING, ...setting }]),
  );
  const { snapshot } = restToSnapshot(OWNER, graph, Object.assign(stage, members));
  const cached = snapshot.routes.flatMap(({ key, cache }) => (cache ? [[key, cache] as const] : []));
  return { stage: snapshot.responseCache, routes: Object.fromEntries(cached) };
}

const SETTING: MethodSetting = {
  metricsEnabled: false,
  dataTraceEnabled: false,
  throttlingBurstLimit: -1,
  throttlingRateLimit: -1,
  cachingEnabled: true,
  cacheTtlInSeconds: 300,
  cacheDataEncrypted: false,
  requireAuthorizationForCacheControl: true,
  unauthorizedCacheControlHeaderStrategy: 'SUCCEED_WITH_RESPONSE_HEADER',
};
const kept = {
  ttlSeconds: 300,
  namespace: 'r1',
  keyParameters: ['method.request.querystring.q'],
  invalidation: 'warn',
};

describe('what nodes keep', () => {
  it('is GET alone by settings of all methods', () => {
    const { stage, routes } = translated({ '*/*': {} });
    expect(stage).toEqual({ revision: '' });
    expect(routes).toEqual({ 'GET /': kept, 'ANY /pets': { ...kept, namespace: 'r2' } });
  });

  it.each<[string, Record<string, Partial<MethodSetting>>, string[]]>([
    ['is another verb by settings of its own', { '/POST': {} }, ['POST /']],
    [
      'is not what has settings of its own that do not say so',
      { '*/*': {}, 'pets/ANY': { cachingEnabled: false } },
      ['GET /'],
    ],
    ['is nothing without time', { '*/*': { cacheTtlInSeconds: 0 } }, []],
    ['is nothing where nobody asks for it', {}, []],
  ])('%s', (_name, settings, routes) => {
    expect(Object.keys(translated(settings).routes).sort()).toEqual(routes);
  });

  it('is nothing without a cache cluster', () => {
    expect(translated({ '*/*': {} }, { cacheClusterEnabled: false })).toEqual({
      stage: undefined,
      routes: {},
    });
  });

  it('is renewed and shared as the stage says', () => {
    const members = { responseCacheToken: 't1', options: { cache: { sharedAcrossCallers: true } } };
    expect(translated({}, members).stage).toEqual({ revision: 't1', sharedAcrossCallers: true });
  });

  it.each<[Partial<MethodSetting>, string]>([
    [{ requireAuthorizationForCacheControl: false }, 'anyone'],
    [{ unauthorizedCacheControlHeaderStrategy: 'FAIL_WITH_403' }, 'fail'],
    [{ unauthorizedCacheControlHeaderStrategy: 'SUCCEED_WITHOUT_RESPONSE_HEADER' }, 'ignore'],
  ])('by %j: %s', (setting, invalidation) => {
    expect(translated({ '*/*': setting }).routes['GET /']).toEqual({ ...kept, invalidation });
  });
});
