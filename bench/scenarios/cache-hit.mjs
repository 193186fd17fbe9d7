// Answers from the cache: a route of a REST stage whose answers are kept, beside nginx with proxy_cache.
import { startGatehouse, startNginxProxy, startOrigin } from '../targets.mjs';
import { summarise, takeTurns } from '../rounds.mjs';
import { restProxy } from '../snapshots.mjs';
import { GET_1K } from '../traffic.mjs';
import { cpuFigures } from './cpu-per-request.mjs';

export const cacheHit = {
  name: 'cache-hit',
  title: 'GET 1 KB from the response cache of a REST stage, beside proxy_cache',
  async run(bench) {
    const originPort = await startOrigin(bench);
    const targets = [
      await startGatehouse(bench, cached(restProxy(originPort))),
      await startNginxProxy(bench, originPort, undefined, true),
    ].filter((target) => target !== undefined);
    const rounds = await takeTurns(bench, targets, () => GET_1K);
    const summary = summarise(rounds, 'nginx');
    return { summary, rounds, figures: cpuFigures(summary, 'gatehouse', 'nginx', { goal: 0.9, must: 1 }) };
  },
};

function cached(snapshot) {
  const cache = { ttlSeconds: 3600, namespace: 'n', keyParameters: [], invalidation: 'ignore' };
  const routes = snapshot.routes.map((route) => (route.method === 'GET' ? { ...route, cache } : route));
  return { ...snapshot, responseCache: { revision: '' }, routes };
}
