import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  HttpApiGraph,
  HttpStage,
  MethodSetting,
  RestApiGraph,
  RestStage,
  RouteSettings,
} from '@gatehouse/catalog';
import { createResource, createRestApi, putIntegration, putMethod } from '@gatehouse/catalog';
import type { Snapshot } from '@gatehouse/snapshot';
import { httpToSnapshot, restToSnapshot, type Live } from './to-snapshot';

const OWNER = { accountId: '111111111111', region: 'us-east-1' };
const read = <T>(name: string): { graph: T; stage: unknown } =>
  JSON.parse(readFileSync(join(__dirname, `../testdata/${name}.in.json`), 'utf8')) as {
    graph: T;
    stage: unknown;
  };

/** `/`, `/pets` and `/pets/{id}` with a GET each. */
function rest(
  settings: Record<string, [number, number]>,
  live: Live = {},
  options: RestStage['options'] = {},
): Snapshot {
  const graph: RestApiGraph = createRestApi({ name: 'x' }, { apiId: 'a1', rootResourceId: 'r1' }, 1);
  createResource(graph, 'r1', 'pets', 'r2');
  createResource(graph, 'r2', '{id}', 'r3');
  for (const id of ['r1', 'r2', 'r3']) {
    putMethod(graph, id, 'GET', { authorizationType: 'NONE' });
    putIntegration(graph, id, 'GET', { type: 'MOCK' });
  }
  const stage = read('rest-orders').stage as RestStage;
  stage.options = options;
  stage.methodSettings = Object.fromEntries(
    Object.entries(settings).map(([key, [throttlingRateLimit, throttlingBurstLimit]]) => [
      key,
      { throttlingRateLimit, throttlingBurstLimit } as MethodSetting,
    ]),
  );
  return restToSnapshot(OWNER, graph, stage, live).snapshot;
}

function http(defaultRouteSettings: RouteSettings, routeSettings: Record<string, RouteSettings>): Snapshot {
  const { graph, stage } = read<HttpApiGraph>('http-shop');
  return httpToSnapshot(OWNER, graph, { ...(stage as HttpStage), defaultRouteSettings, routeSettings })
    .snapshot;
}

const limits = ({ throttle, routes }: Snapshot): unknown => [
  throttle,
  Object.fromEntries(routes.flatMap((one) => (one.throttle ? [[one.key, one.throttle]] : []))),
];

describe('a REST stage', () => {
  it.each<[string, Record<string, [number, number]>, unknown]>([
    ['nothing', {}, [undefined, {}]],
    ['all methods', { '*/*': [5, 10] }, [{ rate: 5, burst: 10 }, {}]],
    ['a rate alone', { '*/*': [0.5, -1] }, [{ rate: 0.5, burst: 5000 }, {}]],
    ['a burst alone', { '*/*': [-1, 7] }, [{ rate: 10_000, burst: 7 }, {}]],
    ['-1, which is none', { '*/*': [-1, -1], 'pets/GET': [-1, -1] }, [undefined, {}]],
    ['no call at all', { '*/*': [0, 0] }, [{ rate: 0, burst: 0 }, {}]],
    [
      'single methods, the root’s too',
      { '/GET': [1, 2], 'pets/{id}/GET': [3, 4], 'pets/POST': [5, 6] },
      [undefined, { 'GET /': { rate: 1, burst: 2 }, 'GET /pets/{id}': { rate: 3, burst: 4 } }],
    ],
  ])('has limits of %s', (_what, settings, expected) => {
    expect(limits(rest(settings))).toEqual(expected);
  });
});

describe('an HTTP stage', () => {
  const first = read<HttpApiGraph>('http-shop').graph.routes;
  const routeKey = Object.values(first)[0]?.routeKey ?? '';

  it('has limits of its own and of its routes, which take from it what they leave open', () => {
    const snapshot = http(
      { throttlingRateLimit: 5, throttlingBurstLimit: 10 },
      {
        [routeKey]: { throttlingRateLimit: 2 },
        'GET /unknown': { throttlingRateLimit: 1 },
      },
    );
    expect(limits(snapshot)).toEqual([{ rate: 5, burst: 10 }, { [routeKey]: { rate: 2, burst: 10 } }]);
  });

  it('has none where nothing is set', () => {
    expect(limits(http({}, { [routeKey]: { detailedMetricsEnabled: true } }))).toEqual([undefined, {}]);
  });
});

describe('usage plans', () => {
  const keys = ['p1', 'p2', 'p3'].map((usagePlanId) => ({
    keyId: `k-${usagePlanId}`,
    usagePlanId,
    value: 'v',
  }));

  it('limit each key, and its calls to methods of the stage', () => {
    const { apiKeys } = rest(
      {},
      {
        apiKeys: {
          salt: 's',
          keys,
          plans: {
            p1: {
              throttle: { rateLimit: 5, burstLimit: 10 },
              methods: { '/pets/GET': { rateLimit: 1, burstLimit: 2 } },
            },
            p2: { methods: { '//GET': { rateLimit: 3 }, '/gone/GET': { rateLimit: 9 } } },
            p3: {},
            unused: { throttle: { rateLimit: 5, burstLimit: 10 } },
          },
        },
      },
    );
    expect(apiKeys?.plans).toEqual({
      p1: { throttle: { rate: 5, burst: 10 }, routes: { 'GET /pets': { rate: 1, burst: 2 } } },
      p2: { routes: { 'GET /': { rate: 3, burst: 5000 } } },
    });
  });

  it('are absent where they limit nothing', () => {
    expect(rest({}, { apiKeys: { salt: 's', keys } }).apiKeys).not.toHaveProperty('plans');
  });
});

it('what a stage says of its limits is passed on', () => {
  const limits = { onStoreFailure: 'deny', headers: true } as const;
  expect(rest({}, {}, { limits }).limits).toEqual(limits);
  expect(rest({})).not.toHaveProperty('limits');
});
