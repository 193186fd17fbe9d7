// A full cache and calls for what nobody has asked for before: each goes to the origin, is kept, and lets another answer leave.
import { summarise, takeTurns } from '../rounds.mjs';
import { restProxy } from '../snapshots.mjs';
import { startGatehouse, startOrigin } from '../targets.mjs';
import { GET_1K } from '../traffic.mjs';
import { cpuFigures } from './cpu-per-request.mjs';

const BARE = 'bare';
const CACHED = 'a cache that misses';
/** A tenth of the paths fit in. */
const CACHE_BYTES = 20_000_000;
/** By the time that one is asked for again, it has left. */
const PATHS = Array.from({ length: 100_000 }, (_, i) => `${GET_1K.path}?n=${i}`);

export const cacheMiss = {
  name: 'cache-miss',
  title: 'GET 1 KB that misses a full response cache of a REST stage, beside the bare proxy',
  async run(bench) {
    const snapshot = restProxy(await startOrigin(bench));
    const settings = { GATEHOUSE_RESPONSE_CACHE_BYTES: String(CACHE_BYTES) };
    const targets = [
      await startGatehouse(bench, snapshot, { name: BARE }),
      await startGatehouse(bench, cachedByQuery(snapshot), { name: CACHED, settings }),
    ];
    const rounds = await takeTurns(bench, targets, () => ({ ...GET_1K, paths: PATHS }));
    const summary = summarise(rounds, BARE);
    return { summary, rounds, figures: cpuFigures(summary, CACHED, BARE, {}) };
  },
};

function cachedByQuery(snapshot) {
  const keyParameters = ['method.request.querystring.n'];
  const cache = { ttlSeconds: 3600, namespace: 'n', keyParameters, invalidation: 'ignore' };
  const routes = snapshot.routes.map((route) => (route.method === 'GET' ? { ...route, cache } : route));
  return { ...snapshot, responseCache: { revision: '' }, routes };
}
