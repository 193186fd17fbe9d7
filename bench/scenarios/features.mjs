// What features cost together: an API key with the throttle and the quota of its plan, and all that a REST stage may have at
// once (cached TOKEN authorizer, key, plan, a cache that misses, metrics, 1 % of traces over OTLP), beside the bare proxy.
import { API_KEY, apiKeys, guarded, tokenAuthorizer } from '../guards.mjs';
import { startAuthority } from '../servers/authority.mjs';
import { startGatehouse, startOrigin, startOtlpSink, startRedis } from '../targets.mjs';
import { summarise, takeTurns } from '../rounds.mjs';
import { restProxy } from '../snapshots.mjs';
import { GET_1K } from '../traffic.mjs';
import { cpuFigures } from './cpu-per-request.mjs';

const BARE = 'bare';
const PLAN = 'key, plan and quota';
const ALL = 'all features';
const HIGH = 1_000_000;
/** So many that no two calls under way are for the same. */
const PATHS = 1000;
const key = { 'X-Api-Key': API_KEY };

export const features = {
  name: 'features',
  title: 'GET 1 KB through a REST API with the features of a stage, beside the bare proxy',
  async run(bench) {
    const REDIS_URL = await startRedis();
    if (REDIS_URL === undefined) return { notMeasured: 'there is no redis-server' };
    const [originPort, sinkPort] = [await startOrigin(bench), await startOtlpSink()];
    const authority = await startAuthority();
    const traced = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sinkPort}`,
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.01',
    };
    const snapshot = restProxy(originPort);
    const start = (name, of, settings) => startGatehouse(bench, of, { name, settings });
    const targets = [
      await start(BARE, snapshot, {}),
      under('plan', await start(PLAN, planned(snapshot), { REDIS_URL })),
      under('all', await start(ALL, allOn(snapshot, authority.url), { REDIS_URL, ...traced })),
    ];
    const rounds = await takeTurns(bench, targets, ({ name }) => TRAFFIC[name]);
    authority.stop();
    const summary = summarise(rounds, BARE);
    const figures = Object.entries(LIMITS).flatMap(([name, limits]) =>
      cpuFigures(summary, name, BARE, limits).map((row) => ({ ...row, what: `${row.what}, ${name}` })),
    );
    return { summary, rounds, figures };
  },
};

const LIMITS = { [PLAN]: { must: 1.15 }, [ALL]: { must: 1.4 } };
const TRAFFIC = {
  [BARE]: GET_1K,
  [PLAN]: { ...GET_1K, headers: key },
  // Every call is to be answered anew, so that every one of them misses.
  [ALL]: {
    ...GET_1K,
    paths: Array.from({ length: PATHS }, (_, i) => `${GET_1K.path}?n=${i}`),
    headers: { ...key, Authorization: 'token-of-the-bench', 'Cache-Control': 'max-age=0' },
  },
};

const under = (path, target) => ({ ...target, prefix: `${target.prefix}/${path}` });

function planned(snapshot) {
  const plan = {
    throttle: { rate: HIGH, burst: HIGH },
    quota: { limit: HIGH * 1000, period: 'MONTH', offset: 0 },
  };
  const route = guarded(snapshot, 'plan', { apiKeyRequired: true });
  return { ...snapshot, apiKeys: apiKeys(plan), routes: [...snapshot.routes, route] };
}

function allOn(snapshot, url) {
  const withPlan = planned(snapshot);
  const n = 'method.request.querystring.n';
  const route = guarded(snapshot, 'all', {
    apiKeyRequired: true,
    authorization: { type: 'CUSTOM', authorizerId: 'token' },
    cache: { ttlSeconds: 60, namespace: 'n', keyParameters: [n], invalidation: 'anyone' },
  });
  return {
    ...withPlan,
    throttle: { rate: HIGH, burst: HIGH },
    authorizers: { token: tokenAuthorizer(url) },
    responseCache: { revision: '' },
    routes: [...withPlan.routes, route],
  };
}
