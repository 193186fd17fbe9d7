// Answers from the cache: a route of a REST stage whose answers are kept, beside nginx with proxy_cache. Of one answer again and
// again, and of many in turn, where no request of a connection repeats the one before.
import { startGatehouse, startNginxProxy, startOrigin } from '../targets.mjs';
import { restProxy } from '../snapshots.mjs';
import { GET_1K } from '../traffic.mjs';
import { besideNginx } from './cpu-per-request.mjs';

const MANY = 1000;
const OF_MANY = { ...GET_1K, paths: Array.from({ length: MANY }, (_, i) => `${GET_1K.path}?n=${i}`) };

export const cacheHit = hits(
  'cache-hit',
  'GET 1 KB from the response cache of a REST stage, beside proxy_cache',
  GET_1K,
  [],
  { goal: 0.9, must: 1 },
);

export const cacheHits = hits(
  'cache-hits',
  `GET 1 KB from the response cache of a REST stage, ${MANY} answers in turn, beside proxy_cache`,
  OF_MANY,
  ['method.request.querystring.n'],
);

function hits(name, title, traffic, keyParameters, limits) {
  return {
    name,
    title,
    async run(bench) {
      const originPort = await startOrigin(bench);
      const targets = [
        await startGatehouse(bench, cached(restProxy(originPort), keyParameters)),
        await startNginxProxy(bench, originPort, undefined, true),
      ];
      return besideNginx(bench, targets, traffic, limits);
    },
  };
}

function cached(snapshot, keyParameters) {
  const cache = { ttlSeconds: 3600, namespace: 'n', keyParameters, invalidation: 'ignore' };
  const routes = snapshot.routes.map((route) => (route.method === 'GET' ? { ...route, cache } : route));
  return { ...snapshot, responseCache: { revision: '' }, routes };
}
