import { createHmac } from 'node:crypto';
import type { Route, Snapshot, ThrottleSnapshot } from '@gatehouse/snapshot';
import type { Limits } from '../limits/limits';
import {
  ask,
  fakeWorld,
  gatewayOf,
  routeOf,
  snapshotOf,
  valuesOf,
  type FakeWorld,
} from '../testing/fake-world';

const hmac = (value: string): string => createHmac('sha256', 's').update(value).digest('base64url');
const key = (keyId: string, usagePlanId: string) => ({ hmac: hmac(keyId), keyId, usagePlanId });
const keys = [key('k1', 'p1'), key('k2', 'p1'), key('k3', 'p2')];
/** Nothing comes back while a test runs. */
const of = (burst: number): ThrottleSnapshot => ({ rate: 0.001, burst });

const route = (name: string, members: Partial<Route> = {}): Route => routeOf(`GET /${name}`, {}, members);

interface World {
  readonly fake: FakeWorld;
  /** Answers of so many calls, one after the other. */
  readonly statuses: (calls: number, path: string, apiKey?: string) => Promise<number[]>;
  readonly call: (path: string, apiKey?: string) => ReturnType<typeof ask>;
}

function world(
  members: Partial<Snapshot> & Pick<Snapshot, 'routes'>,
  kit: Partial<FakeWorld['kit']> = {},
): World {
  const fake = fakeWorld();
  const gateway = gatewayOf({ ...fake, kit: { ...fake.kit, ...kit } }, snapshotOf(members));
  const prefix = members.kind === 'HTTP' ? '' : '/prod';
  const call: World['call'] = (path, apiKey) =>
    ask(gateway, {
      path: `${prefix}/${path}`,
      ...(apiKey !== undefined && { headers: ['x-api-key', apiKey] }),
    });
  const statuses: World['statuses'] = async (calls, path, apiKey) => {
    const seen = [];
    for (let i = 0; i < calls; i++) seen.push((await call(path, apiKey)).status);
    return seen;
  };
  return { fake, call, statuses };
}

it.each<[string, Partial<Snapshot>, string[]]>([
  ['REST', {}, ['TooManyRequestsException']],
  ['HTTP', { kind: 'HTTP', stage: '$default' }, []],
])('refuses in the words of a %s API', async (_kind, members, errorType) => {
  const { call, fake } = world({ ...members, throttle: of(1), routes: [route('a')] });
  await call('a');
  const { status, body, headers } = await call('a');
  expect([status, body]).toEqual([429, '{"message":"Too Many Requests"}']);
  expect(valuesOf(headers, 'x-amzn-errortype')).toEqual(errorType);
  for (const name of ['retry-after', 'ratelimit', 'ratelimit-policy'])
    expect(valuesOf(headers, name)).toEqual([]);
  expect(fake.outcomes.map((one) => one.status).at(-1)).toBe(429);
});

describe('levels', () => {
  it('a stage’s limit is one for all its routes, but a route’s own stands in its place', async () => {
    const routes = [route('a'), route('b'), route('c', { throttle: of(1) })];
    const { statuses } = world({ throttle: of(3), routes });
    expect(await statuses(2, 'a')).toEqual([200, 200]);
    expect(await statuses(2, 'c')).toEqual([200, 429]);
    expect(await statuses(2, 'b')).toEqual([200, 429]);
  });

  it('an account’s limit is above all of them', async () => {
    const { statuses } = world({ routes: [route('a'), route('b')] }, { accountLimit: of(2) });
    expect([await statuses(1, 'a'), await statuses(2, 'b')]).toEqual([[200], [200, 429]]);
  });

  const guarded = { apiKeyRequired: true };
  const plans = { p1: { throttle: of(3), routes: { 'GET /b': of(1) } } };

  it('a usage plan’s limit holds for each key by itself, over all routes', async () => {
    const routes = [route('a', guarded), route('b', guarded), route('open')];
    const { statuses } = world({ apiKeys: { salt: 's', keys, plans }, routes });
    expect(await statuses(2, 'b', 'k1')).toEqual([200, 429]);
    expect(await statuses(3, 'a', 'k1')).toEqual([200, 200, 429]);
    expect(await statuses(4, 'a', 'k2')).toEqual([200, 200, 200, 429]);
    expect(await statuses(5, 'a', 'k3')).toEqual([200, 200, 200, 200, 200]);
    expect(await statuses(5, 'open', 'k1')).toEqual([200, 200, 200, 200, 200]);
  });

  it('a call that one of them refuses takes a token of none', async () => {
    const routes = [route('a', { ...guarded, throttle: of(2) }), route('b', guarded)];
    const { statuses } = world(
      { apiKeys: { salt: 's', keys, plans: { p1: { throttle: of(3) } } }, routes },
      { accountLimit: of(4) },
    );
    expect(await statuses(4, 'a', 'k1')).toEqual([200, 200, 429, 429]);
    expect(await statuses(3, 'b', 'k1')).toEqual([200, 429, 429]);
    expect(await statuses(2, 'b', 'k3')).toEqual([200, 429]);
  });

  it('who has no key takes no token', async () => {
    const routes = [route('a', { ...guarded, throttle: of(1) })];
    const { statuses } = world({ apiKeys: { salt: 's', keys }, routes });
    expect(await statuses(3, 'a', 'unknown')).toEqual([403, 403, 403]);
    expect(await statuses(2, 'a', 'k1')).toEqual([200, 429]);
  });

  it('a route without any limit has no step for it', async () => {
    const limits: Limits = {
      isAlone: false,
      bucket: () => {
        throw new Error('asked');
      },
      quota: () => {
        throw new Error('asked');
      },
    };
    const { statuses } = world({ routes: [route('a')] }, { limits });
    expect(await statuses(1, 'a')).toEqual([200]);
  });
});

describe('quotas', () => {
  const guarded = { apiKeyRequired: true };
  const routes = [route('a', guarded), route('b', { ...guarded, throttle: of(2) }), route('open')];
  const quota = { limit: 3, period: 'DAY', offset: 0 } as const;
  const withQuota = (more: object = {}) => ({
    routes,
    apiKeys: { salt: 's', keys, plans: { p1: { quota: { ...quota, ...more } } } },
  });

  it('hold for each key by itself, over all routes that want one, and refuse in AWS’s words', async () => {
    const { statuses, call } = world(withQuota());
    expect([...(await statuses(1, 'b', 'k1')), ...(await statuses(3, 'a', 'k1'))]).toEqual([
      200, 200, 200, 429,
    ]);
    const { body, headers } = await call('a', 'k1');
    expect(body).toBe('{"message":"Limit Exceeded"}');
    expect(valuesOf(headers, 'x-amzn-errortype')).toEqual(['LimitExceededException']);
    expect(await statuses(4, 'a', 'k2')).toEqual([200, 200, 200, 429]);
    expect(await statuses(5, 'a', 'k3')).toEqual([200, 200, 200, 200, 200]);
    expect(await statuses(1, 'open', 'k1')).toEqual([200]);
  });

  it('count no call that a throttle refuses, and take no token for one that they refuse', async () => {
    const { statuses } = world(withQuota());
    expect(await statuses(4, 'b', 'k1')).toEqual([200, 200, 429, 429]);
    expect(await statuses(2, 'a', 'k1')).toEqual([200, 429]);
    const fresh = world(withQuota());
    expect(await statuses(9, 'a', 'k1')).toContain(429);
    expect(await fresh.statuses(4, 'a', 'k1')).toEqual([200, 200, 200, 429]);
    expect(await fresh.statuses(5, 'b', 'k1')).toEqual([429, 429, 429, 429, 429]);
    expect(await fresh.statuses(2, 'b', 'k3')).toEqual([200, 200]);
  });

  it('are longer by what a key was granted in this period', async () => {
    const day = new Date(fakeWorld().kit.clock.now()).toISOString().slice(0, 10);
    const { statuses } = world(withQuota({ extra: { k1: { from: day, calls: 1 } } }));
    expect(await statuses(5, 'a', 'k1')).toEqual([200, 200, 200, 200, 429]);
    expect(await statuses(4, 'a', 'k2')).toEqual([200, 200, 200, 429]);
  });

  it('hold while a stage lets calls pass that no limit can be shared for', async () => {
    const shared = fakeWorld().kit.limits;
    const alone: Limits = {
      isAlone: true,
      bucket: (name, limit) => shared.bucket(name, limit),
      quota: (name, terms) => shared.quota(name, terms),
    };
    const { statuses } = world({ ...withQuota(), limits: { onStoreFailure: 'allow' } }, { limits: alone });
    expect(await statuses(4, 'a', 'k1')).toEqual([200, 200, 200, 429]);
  });
});

it('tokens come back with time, by the monotonic clock', async () => {
  const { statuses, fake } = world({ throttle: { rate: 10, burst: 1 }, routes: [route('a')] });
  expect(await statuses(2, 'a')).toEqual([200, 429]);
  fake.pass(100);
  expect(await statuses(2, 'a')).toEqual([200, 429]);
});

it.each<[Snapshot['limits'] & object, number[]]>([
  [{}, [200, 429]],
  [{ onStoreFailure: 'local' }, [200, 429]],
  [{ onStoreFailure: 'allow' }, [200, 200]],
  [{ onStoreFailure: 'deny' }, [429, 429]],
])('while limits cannot be shared, a stage does as it is told: %j', async (limits, expected) => {
  const shared = fakeWorld().kit.limits;
  const alone: Limits = {
    isAlone: true,
    bucket: (name, limit) => shared.bucket(name, limit),
    quota: (name, terms) => shared.quota(name, terms),
  };
  const { statuses } = world({ throttle: of(1), limits, routes: [route('a')] }, { limits: alone });
  expect(await statuses(2, 'a')).toEqual(expected);
});

it('answers tell what is left of the tightest level where the stage asks for it', async () => {
  const routes = [route('a', { throttle: { rate: 0.5, burst: 2 } })];
  const { call, fake } = world(
    { limits: { headers: true }, routes },
    { accountLimit: { rate: 1, burst: 90 } },
  );
  const told = async (): Promise<string[]> => {
    const { headers } = await call('a');
    return ['ratelimit-policy', 'ratelimit', 'retry-after'].flatMap((name) => valuesOf(headers, name));
  };
  expect(await told()).toEqual(['"method";q=2;w=4', '"method";r=1;t=2']);
  expect(await told()).toEqual(['"method";q=2;w=4', '"method";r=0;t=4']);
  expect(await told()).toEqual(['"method";q=2;w=4', '"method";r=0;t=4', '2']);
  fake.pass(60_000);
  expect((await told()).at(-1)).toBe('"method";r=1;t=2');
});
