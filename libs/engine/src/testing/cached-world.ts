/** One REST route whose answers are kept, in a fake world. */
import type { HttpIntegration, Route, Snapshot } from '@gatehouse/snapshot';
import type { UpstreamReply, UpstreamRequest } from '../ports';
import { ask, bodyOf, fakeWorld, gatewayOf, routeOf, snapshotOf, type AskedFor } from './fake-world';

export type Cache = NonNullable<Route['cache']>;

const CACHE: Cache = { ttlSeconds: 300, namespace: 'n1', keyParameters: [], invalidation: 'ignore' };

export interface CacheSettings {
  readonly cache?: Partial<Cache>;
  readonly stage?: Partial<Snapshot['responseCache']>;
  readonly integration?: Partial<HttpIntegration>;
  readonly route?: Partial<Route>;
  readonly snapshot?: Partial<Snapshot>;
  readonly key?: string;
}

/** `GET /items` (or another route) in front of an origin that answers with a number of its own each time. */
export function cachedWorld(settings: CacheSettings = {}) {
  const fake = fakeWorld();
  let count = 0;
  const origin = {
    answer: (_request: UpstreamRequest): Partial<UpstreamReply> & { text?: string } => ({}),
  };
  fake.backend = (request) => {
    const { status = 200, headers = ['Content-Type', 'text/plain'], text } = origin.answer(request);
    return Promise.resolve({ status, headers: [...headers], body: bodyOf(text ?? `answer ${++count}`) });
  };
  const key = settings.key ?? 'GET /items';
  const route = routeOf(
    key,
    { type: 'HTTP_PROXY', uri: 'http://origin.test/items', ...settings.integration },
    { cache: { ...CACHE, ...settings.cache }, ...settings.route },
  );
  const responseCache = { revision: '', ...settings.stage };
  const snapshot = snapshotOf({
    kind: 'REST',
    stage: 'prod',
    responseCache,
    routes: [route],
    ...settings.snapshot,
  });
  const gateway = gatewayOf(fake, snapshot);
  const call = (asked: AskedFor = {}) => ask(gateway, { path: '/prod/items', ...asked });
  const bodies = async (...asked: AskedFor[]): Promise<string[]> => {
    const found: string[] = [];
    for (const one of asked) found.push((await call(one)).body);
    return found;
  };
  return { fake, origin, gateway, snapshot, call, bodies };
}
