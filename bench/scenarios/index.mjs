// What can be measured, in the order in which it runs.
import { GET_16K, GET_1K, POST_4K } from '../traffic.mjs';
import { authorization } from './authorization.mjs';
import { cacheHit, cacheHits } from './cache-hit.mjs';
import { cacheMiss } from './cache-miss.mjs';
import { cpuPerRequest } from './cpu-per-request.mjs';
import { features } from './features.mjs';
import { floor } from './floor.mjs';
import { functionsWarm } from './functions-warm.mjs';
import { idleConnections } from './idle-connections.mjs';
import { inFlight } from './in-flight.mjs';
import { latency } from './latency.mjs';
import { limitsExactness } from './limits-exactness.mjs';
import { observed } from './observed.mjs';
import { peers } from './peers.mjs';
import { redisAway } from './redis-away.mjs';
import { deploy, routes } from './routes.mjs';
import { throttle } from './throttle.mjs';
import { workers } from './workers.mjs';

export const SCENARIOS = [
  cpuPerRequest({ name: 'rest-get-1k', kind: 'REST', traffic: GET_1K, limits: { goal: 1.8, must: 2.2 } }),
  cpuPerRequest({ name: 'rest-get-16k', kind: 'REST', traffic: GET_16K, limits: { goal: 1.7, must: 2.1 } }),
  cpuPerRequest({ name: 'rest-post-4k', kind: 'REST', traffic: POST_4K, limits: { goal: 1.9, must: 2.3 } }),
  cpuPerRequest({ name: 'http-get-1k', kind: 'HTTP', traffic: GET_1K }),
  cpuPerRequest({ name: 'http-get-16k', kind: 'HTTP', traffic: GET_16K }),
  cpuPerRequest({ name: 'http-post-4k', kind: 'HTTP', traffic: POST_4K }),
  observed,
  authorization,
  cacheHit,
  cacheHits,
  cacheMiss,
  throttle,
  features,
  workers,
  latency,
  redisAway,
  routes,
  deploy,
  idleConnections,
  functionsWarm,
  peers({ name: 'peers-get-1k', traffic: GET_1K }),
  peers({ name: 'peers-get-16k', traffic: GET_16K, byNameOnly: true }),
  peers({ name: 'peers-post-4k', traffic: POST_4K, byNameOnly: true }),
  limitsExactness,
  floor,
  inFlight,
];
