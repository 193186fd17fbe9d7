import { createHmac } from 'node:crypto';
import type { PrincipalSnapshot } from '@gatehouse/snapshot';
import { signSigV4 } from '@gatehouse/standards';
import { authorizerOf, policy } from '../testing/authorized-world';
import type { UpstreamReply } from '../ports';
import { cachedWorld, type Cache, type CacheSettings } from '../testing/cached-world';
import { NOW_MS, valuesOf, type AskedFor } from '../testing/fake-world';
describe('an answer', () => {
  it('is given again for its time, and asked for anew after it', async () => {
    const { fake, bodies } = cachedWorld();
    expect(await bodies({}, {}, {})).toEqual(['answer 1', 'answer 1', 'answer 1']);
    fake.pass(300_000);
    expect(await bodies({}, {})).toEqual(['answer 2', 'answer 2']);
  });

  it('comes with its status and fields, and with ids of its own each time', async () => {
    const { origin, call } = cachedWorld();
    origin.answer = () => ({ status: 203, headers: ['X-A', '1', 'Content-Type', 'text/plain'] });
    const [first, second] = [await call(), await call()];
    expect([second.status, valuesOf(second.headers, 'x-a')]).toEqual([203, ['1']]);
    expect(valuesOf(second.headers, 'content-type')).toEqual(['text/plain']);
    expect(valuesOf(second.headers, 'content-length')).toEqual(['8']);
    expect(valuesOf(second.headers, 'x-amzn-requestid')).not.toEqual(
      valuesOf(first.headers, 'x-amzn-requestid'),
    );
    expect(valuesOf(second.headers, 'x-amzn-requestid')).toHaveLength(1);
  });

  it('is one call for a thousand equal requests at a time', async () => {
    const { fake, call } = cachedWorld();
    const replies = await Promise.all(Array.from({ length: 1000 }, () => call()));
    expect(new Set(replies.map(({ body }) => body))).toEqual(new Set(['answer 1']));
    expect(fake.sent).toHaveLength(1);
  });

  it('is fetched to its end for those who wait, whoever hangs up', async () => {
    const { fake, origin, call } = cachedWorld();
    origin.answer = (request) => {
      expect(request.signal.aborted).toBe(false);
      return {};
    };
    const gone = call({ signal: AbortSignal.abort() });
    expect((await call()).body).toBe('answer 1');
    await gone;
    expect(fake.sent).toHaveLength(1);
  });

  it.each<[string, Partial<UpstreamReply>]>([
    ['a failure', { status: 500 }],
    ['a redirect', { status: 302 }],
    ['a part', { status: 206 }],
    ['a refusal', { status: 404 }],
    ['one that sets a cookie', { headers: ['Set-Cookie', 'a=b'] }],
    ['one that varies by everything', { headers: ['Vary', '*'] }],
  ])('that is %s is not kept', async (_name, reply) => {
    const { fake, origin, bodies } = cachedWorld();
    origin.answer = () => reply;
    await bodies({}, {});
    expect(fake.sent).toHaveLength(2);
  });

  it('that is larger than a megabyte passes, and is not kept', async () => {
    const { fake, origin, call } = cachedWorld();
    origin.answer = () => ({ text: 'x'.repeat(1_048_577) });
    expect((await call()).body).toHaveLength(1_048_577);
    await call();
    expect(fake.sent).toHaveLength(2);
  });

  it('that sets a cookie is nobody else’s, whoever waits for it', async () => {
    const { fake, origin, call } = cachedWorld();
    let n = 0;
    origin.answer = () => ({ headers: ['Set-Cookie', `session=${++n}`] });
    const replies = await Promise.all(Array.from({ length: 5 }, () => call()));
    const cookies = replies.map((reply) => valuesOf(reply.headers, 'set-cookie')[0]);
    expect(new Set(cookies).size).toBe(5);
    expect(fake.sent).toHaveLength(5);
  });

  it.each<[string, AskedFor]>([
    ['a call', {}],
    ['a renewal', { headers: ['Cache-Control', 'max-age=0'] }],
  ])('that fails fails all who wait, by one call, and no one after: %s', async (_name, asked) => {
    const { fake, call } = cachedWorld({ cache: { invalidation: 'anyone' } });
    const { backend } = fake;
    fake.backend = { fault: 'timeout' };
    const replies = await Promise.all(Array.from({ length: 5 }, () => call(asked)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([504]));
    expect(fake.sent).toHaveLength(1);
    expect(
      fake.outcomes.filter(({ integrationLatencyMs }) => integrationLatencyMs !== undefined),
    ).toHaveLength(1);
    fake.backend = backend;
    expect((await call(asked)).status).toBe(200);
  });
});

describe('what is in the key, and what else is not sent', () => {
  const header = (name: string, ...values: string[]): AskedFor[] =>
    values.map((value) => ({ headers: [name, value] }));
  const declared = (name: string): CacheSettings => ({ cache: { keyParameters: [name] } });

  it.each<[string, CacheSettings, AskedFor[], number]>([
    ['an undeclared query parameter', {}, [{ query: 'a=1' }, { query: 'a=2' }], 1],
    ['a declared one', declared('method.request.querystring.a'), [{ query: 'a=1' }, { query: 'a=2' }], 2],
    [
      'all values of it',
      declared('method.request.querystring.a'),
      [{ query: 'a=1&a=2' }, { query: 'a=2' }],
      2,
    ],
    ['its absence', declared('method.request.querystring.a'), [{ query: 'a=' }, {}], 2],
    [
      'its spelling',
      declared('method.request.querystring.a'),
      [{ query: 'a=b' }, { query: '%61=%62&x=1' }],
      1,
    ],
    ['an undeclared header', {}, header('X-Tenant', 'a', 'b'), 1],
    ['a declared header', declared('method.request.header.x-tenant'), header('X-Tenant', 'a', 'b'), 2],
    ['Accept', {}, header('Accept', 'text/html', 'application/json'), 2],
    ['codings', {}, header('Accept-Encoding', 'gzip', 'br'), 2],
    ['how codings are said', {}, header('Accept-Encoding', 'gzip, br', 'br;q=0.9, gzip;q=0.8, x'), 1],
    ['a coding that is refused', {}, header('Accept-Encoding', 'gzip;q=0', 'identity'), 1],
    ['the caller’s Authorization', {}, header('Authorization', 'a', 'b'), 2],
    ['the caller’s cookies', {}, header('Cookie', 's=a', 's=b'), 2],
    [
      'cookies where callers share',
      { stage: { sharedAcrossCallers: true } },
      header('Cookie', 's=a', 's=b'),
      1,
    ],
    [
      'a header that the integration maps',
      {
        integration: {
          requestParameters: { 'integration.request.header.t': 'method.request.header.X-Tenant' },
        },
      },
      header('X-Tenant', 'a', 'b'),
      2,
    ],
    ['the host', {}, [{}, { host: 'api1.execute-api.eu-west-1.amazonaws.com' }], 2],
    ['a forwarded host', {}, header('X-Forwarded-Host', 'evil', 'good'), 1],
  ])('%s', async (...[, settings, asked, calls]) => {
    const { fake, call } = cachedWorld(settings);
    for (const one of asked) expect((await call(one)).status).toBe(200);
    expect(fake.sent).toHaveLength(calls);
  });

  it.each(['/prod/items;x', '/prod/items/', '/prod/items%2fx', '/prod/items/account.css'])(
    'the path, so that %s is no way to another’s answer',
    async (path) => {
      const { fake, bodies } = cachedWorld({ key: 'GET /{proxy+}' });
      const [own, other] = await bodies({}, { path });
      expect([own === other, fake.sent.length]).toEqual([false, 2]);
    },
  );

  it.each([
    [false, ['answer 1', 'answer 2', 'answer 1']],
    [true, ['answer 1', 'answer 1', 'answer 1']],
  ])(
    'who calls, as the authorizer says; shared over callers: %s',
    async (...[sharedAcrossCallers, expected]) => {
      const identitySource = ['method.request.header.X-User'];
      const { fake, bodies } = cachedWorld({
        stage: { sharedAcrossCallers },
        route: { authorization: { type: 'CUSTOM', authorizerId: 'au1' } },
        snapshot: { authorizers: { au1: authorizerOf({ type: 'REQUEST', identitySource }) } },
      });
      fake.functionOf = (event) => {
        const { headers } = event as { headers: Record<string, string> };
        return { ...policy('Allow', '*'), principalId: headers['X-User'] };
      };
      const by = (user: string): AskedFor => ({ headers: ['X-User', user] });
      expect(await bodies(by('ann'), by('bob'), by('ann'))).toEqual(expected);
    },
  );

  it('whose API key it is', async () => {
    const salt = 's';
    const keys = ['one', 'two'].map((value) => ({
      hmac: createHmac('sha256', salt).update(value).digest('base64url'),
      keyId: value,
      usagePlanId: 'p1',
    }));
    const { bodies } = cachedWorld({
      route: { apiKeyRequired: true },
      snapshot: { apiKeys: { salt, keys } },
    });
    const by = (key: string): AskedFor => ({ headers: ['X-Api-Key', key] });
    expect(await bodies(by('one'), by('two'), by('one'))).toEqual(['answer 1', 'answer 2', 'answer 1']);
  });

  it('nothing else reaches the origin when the cache is filled', async () => {
    const { fake, call } = cachedWorld(declared('method.request.querystring.q'));
    const noise = [
      'User-Agent',
      'evil',
      'X-Evil',
      '1',
      'Range',
      'bytes=0-1',
      'If-None-Match',
      '"x"',
      'X-Api-Key',
      'k',
    ];
    await call({ query: 'utm=evil&q=1&q=2', headers: [...noise, 'Accept', 'text/plain'] });
    const [sent] = fake.sent;
    expect(sent?.url.target).toBe('/items?q=1&q=2');
    expect(JSON.stringify(sent?.headers)).not.toMatch(/evil|bytes=0-1|If-None|X-Api-Key/i);
    expect(sent?.headers).toEqual(expect.arrayContaining(['Accept', 'text/plain']));
  });

  it('cookies and Authorization reach the origin where they are in the key, and only there', async () => {
    const asked = { headers: ['Cookie', 's=a', 'Authorization', 'tok'] };
    const [own, shared] = [cachedWorld(), cachedWorld({ stage: { sharedAcrossCallers: true } })];
    await own.call(asked);
    await shared.call(asked);
    const fields = (one: typeof own): string => JSON.stringify(one.fake.sent[0]?.headers);
    expect(fields(own)).toMatch(/"Cookie","s=a"/);
    expect(fields(shared)).not.toMatch(/s=a|tok/);
  });

  it('a flush, and another deployment', async () => {
    const { fake, gateway, snapshot, bodies } = cachedWorld();
    await bodies({});
    gateway.apply({ ...snapshot, responseCache: { revision: 'after a flush' } });
    await bodies({});
    gateway.apply({ ...snapshot, deploymentId: 'd2' });
    await bodies({});
    expect(fake.sent).toHaveLength(3);
  });
});

it.each([
  [false, ['answer 1', 'answer 2', 'answer 1']],
  [true, ['answer 1', 'answer 1', 'answer 1']],
])(
  'a canary of the same deployment uses the cache of its stage: %s',
  async (...[useStageCache, expected]) => {
    const { gateway, snapshot, bodies } = cachedWorld();
    const { disableExecuteApiEndpoint, binaryMediaTypes, deploymentId } = snapshot;
    const deployed = { disableExecuteApiEndpoint, binaryMediaTypes };
    const canary = { deploymentId, stageVariableOverrides: {}, useStageCache, deployed };
    const found: string[] = [];
    for (const percentTraffic of [100, 0, 100]) {
      gateway.apply({ ...snapshot, canary: { ...canary, percentTraffic } });
      found.push(...(await bodies({})));
    }
    expect(found).toEqual(expected);
  },
);

describe('other verbs', () => {
  it('of an ANY route pass', async () => {
    const { fake, bodies } = cachedWorld({ key: 'ANY /items' });
    await bodies({ method: 'POST' }, { method: 'POST' }, { method: 'GET' }, { method: 'GET' });
    expect(fake.sent.map(({ method }) => method)).toEqual(['POST', 'POST', 'GET']);
  });

  it('with settings of their own are kept by their body', async () => {
    const { fake, bodies } = cachedWorld({ key: 'POST /items' });
    const post = (body: string): AskedFor => ({ method: 'POST', body });
    expect(await bodies(post('a'), post('a'), post('b'))).toEqual(['answer 1', 'answer 1', 'answer 2']);
    expect(fake.sent.map(({ body }) => body)).toEqual(['a', 'b']);
  });
});

describe('Cache-Control: max-age=0', () => {
  const FRESH: AskedFor = { headers: ['Cache-Control', 'no-transform, max-age=0'] };

  it('of anyone renews the answer for everybody, where that is allowed', async () => {
    const { bodies } = cachedWorld({ cache: { invalidation: 'anyone' } });
    expect(await bodies({}, FRESH, {})).toEqual(['answer 1', 'answer 2', 'answer 2']);
  });

  it.each<[Cache['invalidation'], number, string, number]>([
    ['fail', 403, '{"Message":"User is not authorized to invalidate the cache of this resource"}', 0],
    ['warn', 200, 'answer 1', 1],
    ['ignore', 200, 'answer 1', 0],
  ])('without permission: %s', async (...[invalidation, status, body, warnings]) => {
    const { fake, call } = cachedWorld({ cache: { invalidation } });
    await call();
    for (let i = 0; i < 100; i++) {
      const reply = await call(FRESH);
      expect([reply.status, reply.body, valuesOf(reply.headers, 'warning').length]).toEqual([
        status,
        body,
        warnings,
      ]);
    }
    expect(fake.sent).toHaveLength(1);
    expect((await call()).body).toBe('answer 1');
    expect(valuesOf((await call()).headers, 'warning')).toEqual([]);
  });

  const RENEWED = ['answer 1', 'answer 2', 'answer 2'];
  const KEPT = ['answer 1', 'answer 1', 'answer 1'];
  const [OWN, OTHER] = ['111122223333', '999988887777'];
  const BOTH = ['execute-api:Invoke', 'execute-api:InvalidateCache'];
  const policyOf = (...statements: object[]) =>
    JSON.stringify({ Version: '2012-10-17', Statement: statements });
  const allowing = (Action: readonly string[]) => ({ Effect: 'Allow', Action, Resource: '*' });
  const byAll = (Effect: string, Action: readonly string[]) => ({
    ...{ Effect, Action, Resource: '*', Principal: '*' },
  });
  const userOf = (accountId: string, Action: readonly string[]): PrincipalSnapshot => ({
    ...{ accessKeyId: 'AKIA1', sealedSecret: 'access-key/AKIA1: secret', accountId, userId: 'AIDA1' },
    ...{ arn: `arn:aws:iam::${accountId}:user/ann`, policies: [policyOf(allowing(Action))] },
  });

  it.each<[string, PrincipalSnapshot, string | undefined, string[]]>([
    ['whose policy allows it', userOf(OWN, BOTH), undefined, RENEWED],
    ['whose policy does not', userOf(OWN, ['execute-api:Invoke']), undefined, KEPT],
    [
      'to whom the API alone allows it',
      userOf(OWN, ['execute-api:Invoke']),
      policyOf(byAll('Allow', BOTH)),
      KEPT,
    ],
    ['to whom the API denies it', userOf(OWN, BOTH), policyOf(byAll('Deny', BOTH.slice(1))), KEPT],
    [
      'of another account, which may invoke',
      userOf(OTHER, BOTH),
      policyOf(byAll('Allow', BOTH.slice(0, 1))),
      KEPT,
    ],
    ['of another account, where both allow it', userOf(OTHER, BOTH), policyOf(byAll('Allow', BOTH)), RENEWED],
  ])('of a user %s', async (...[, principal, resourcePolicy, expected]) => {
    const { bodies } = cachedWorld({
      cache: { invalidation: 'warn', keyParameters: [] },
      stage: { sharedAcrossCallers: true },
      route: { authorization: { type: 'AWS_IAM' } },
      snapshot: { principals: [principal], ...(resourcePolicy !== undefined && { resourcePolicy }) },
    });
    expect(await bodies(signed([]), signed(['cache-control', 'max-age=0']), signed([]))).toEqual(expected);
  });
});

function signed(more: string[]): AskedFor {
  const host = 'api1.execute-api.localhost';
  const headers = new Map([['host', host]]);
  const request = { method: 'GET', path: '/prod/items', query: '', headers, body: new Uint8Array() };
  const key = { accessKeyId: 'AKIA1', secret: 'secret', region: 'eu-west-1', service: 'execute-api' };
  const fields = [...signSigV4(request, { ...key, date: new Date(NOW_MS) })].filter(
    ([name]) => name !== 'host',
  );
  return { headers: [...fields.flat(), ...more] };
}

describe('beyond AWS', () => {
  it.each<[string, string, number]>([
    ['no-store', 'no-store', 3],
    ['private', 'max-age=60, private', 3],
    ['no-cache', 'no-cache', 3],
    ['max-age', 'max-age=60', 2],
    ['s-maxage before max-age', 'max-age=0, s-maxage=60', 2],
    ['nothing', '', 1],
  ])('the origin is heard: %s', async (_name, cacheControl, calls) => {
    const { fake, origin, bodies } = cachedWorld({ stage: { honoursOrigin: true } });
    origin.answer = () => ({ headers: cacheControl === '' ? [] : ['Cache-Control', cacheControl] });
    await bodies({}, {});
    fake.pass(60_000);
    await bodies({});
    expect(fake.sent).toHaveLength(calls);
  });

  it('an old answer is given while it is renewed', async () => {
    const { fake, bodies } = cachedWorld({ stage: { staleWhileRevalidateSeconds: 60 } });
    await bodies({});
    fake.pass(300_000);
    expect(await bodies({})).toEqual(['answer 1']);
    await new Promise(setImmediate);
    expect(await bodies({})).toEqual(['answer 2']);
    fake.pass(361_000);
    expect(await bodies({})).toEqual(['answer 3']);
  });

  it.each<[string, (one: ReturnType<typeof cachedWorld>) => void]>([
    ['cannot be reached', ({ fake }) => (fake.backend = { fault: 'refused' })],
    ['answers 503', ({ origin }) => (origin.answer = () => ({ status: 503 }))],
  ])('an old answer is given while the origin %s', async (_name, fail) => {
    const one = cachedWorld({ stage: { staleIfErrorSeconds: 60 } });
    await one.bodies({});
    fail(one);
    one.fake.pass(300_000);
    expect(await one.call()).toMatchObject({ status: 200, body: 'answer 1' });
    one.fake.pass(60_000);
    expect((await one.call()).status).toBeGreaterThanOrEqual(500);
  });
});

it('a stage without a cache keeps nothing', async () => {
  const { fake, bodies } = cachedWorld({ snapshot: { responseCache: undefined as never } });
  await bodies({}, {});
  expect(fake.sent).toHaveLength(2);
});
