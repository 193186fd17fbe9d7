/** A stage with a canary: who goes there, and what is different there. */
import { createHmac } from 'node:crypto';
import type { CanarySnapshot } from '@gatehouse/snapshot';
import fc from 'fast-check';
import { authorizerOf, FUNCTION, policy } from '../testing/authorized-world';
import {
  ask,
  fakeWorld,
  gatewayOf,
  routeOf,
  snapshotOf,
  type AskedFor,
  type FakeWorld,
} from '../testing/fake-world';
import { chooser } from './choice';
import { uniform } from './uniform';

const randomOf = (seed: string) => ({ uuid: () => '', hex: () => seed, extendedId: () => '' });
const seeds = fc.array(fc.nat({ max: 0xffffffff }), { minLength: 4, maxLength: 4 });
const hexOf = (words: readonly number[]): string =>
  words.map((word) => word.toString(16).padStart(8, '0')).join('');

const canaryOf = (members: Partial<CanarySnapshot> = {}): CanarySnapshot => ({
  percentTraffic: 100,
  deploymentId: 'dep002',
  stageVariableOverrides: {},
  deployed: { disableExecuteApiEndpoint: false, binaryMediaTypes: [] },
  routes: [routeOf('GET /a', { uri: 'http://canary.test/' })],
  ...members,
});

function canaryWorld(
  canary: Partial<CanarySnapshot>,
  members: Parameters<typeof snapshotOf>[0] | object = {},
) {
  const fake = fakeWorld();
  const routes = [routeOf('GET /a', { uri: 'http://own.test/' }), routeOf('GET /own')];
  const gateway = gatewayOf(fake, snapshotOf({ routes, canary: canaryOf(canary), ...members }));
  const call = (asked: AskedFor = {}) => ask(gateway, { path: '/prod/a', ...asked });
  return { fake, gateway, call };
}

const hosts = ({ sent }: FakeWorld): string[] => sent.map(({ url }) => url.hostname);

describe('the choice', () => {
  const DRAWS = 4000;

  it('is within binomial bounds for any percentage and any seed', () => {
    fc.assert(
      fc.property(seeds, fc.double({ min: 0.5, max: 99.5, noNaN: true }), (words, percentTraffic) => {
        const isChosen = chooser(canaryOf({ percentTraffic }), randomOf(hexOf(words)));
        let chosen = 0;
        for (let i = 0; i < DRAWS; i++) if (isChosen([])) chosen++;
        const p = percentTraffic / 100;
        // Six standard deviations: two of a thousand million runs lie outside by chance.
        expect(Math.abs(chosen - DRAWS * p)).toBeLessThan(6 * Math.sqrt(DRAWS * p * (1 - p)));
      }),
    );
  });

  it.each([
    [0, 0],
    [100, DRAWS],
  ])('of %d percent is exact', (percentTraffic, expected) => {
    fc.assert(
      fc.property(seeds, fc.boolean(), (words, isSticky) => {
        const sticky = isSticky ? { sticky: { header: 'x-user' } } : {};
        const isChosen = chooser(canaryOf({ percentTraffic, ...sticky }), randomOf(hexOf(words)));
        let chosen = 0;
        for (let i = 0; i < DRAWS; i++) if (isChosen(['X-User', `u${i}`])) chosen++;
        expect(chosen).toBe(expected);
      }),
      { numRuns: 20 },
    );
  });

  it('does not repeat itself from one draw to the next', () => {
    const draw = uniform('00000000000000000000000000000000');
    expect(new Set(Array.from({ length: 10_000 }, draw)).size).toBeGreaterThan(9990);
  });
});

describe('a sticky choice', () => {
  const at = (percentTraffic: number, members: Partial<CanarySnapshot> = {}, seed = '1') =>
    chooser(canaryOf({ percentTraffic, sticky: { header: 'X-User' }, ...members }), randomOf(seed));

  it('is the same for a caller on every node, and a higher percentage only moves callers in', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.nat(100), fc.nat(100), (user, one, other) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        const headers = ['host', 'a', 'x-user', user];
        expect(at(low, {}, 'a')(headers)).toBe(at(low, {}, 'b')(headers));
        if (at(low)(headers)) expect(at(high)(headers)).toBe(true);
      }),
    );
  });

  it('takes its share of callers, another one of each canary', () => {
    const users = Array.from({ length: 10_000 }, (_none, i) => ['x-user', String(i)]);
    const taken = (deploymentId: string): Set<string> =>
      new Set(users.filter(at(10, { deploymentId })).map(([, user = '']) => user));
    const [one, other] = [taken('dep002'), taken('dep003')];
    for (const { size } of [one, other]) expect(Math.abs(size - 1000)).toBeLessThan(180);
    expect([...one].filter((user) => other.has(user)).length).toBeLessThan(200);
  });

  it.each([
    ['no value', []],
    ['an empty value', ['x-user', '']],
  ])('is chance where there is %s', (_what, headers) => {
    const isChosen = at(50);
    const seen = new Set(Array.from({ length: 100 }, () => isChosen(headers)));
    expect(seen).toEqual(new Set([true, false]));
  });

  it.each([
    ['sid=ann', true],
    ['a=b; sid=ann; c=d', true],
    ['a=b;sid=ann', true],
    ['xsid=ann', false],
    ['SID=ann', false],
    ['a="sid=ann"', false],
  ])('by a cookie reads it from %s', (cookie, isFound) => {
    const choices = (text: string): boolean[] => {
      const isChosen = at(50, { sticky: { cookie: 'sid' } });
      return Array.from({ length: 64 }, () => isChosen(['Cookie', text]));
    };
    expect(new Set(choices(cookie)).size).toBe(isFound ? 1 : 2);
    if (isFound) expect(choices(cookie)).toEqual(choices('sid=ann'));
  });
});

describe('a call that goes to the canary', () => {
  it('runs the routes of its deployment, and only those', async () => {
    const { fake, call } = canaryWorld({});
    expect((await call()).status).toBe(200);
    expect(hosts(fake)).toEqual(['canary.test']);
    expect((await call({ path: '/prod/own' })).status).toBe(403);
  });

  it('runs the stage’s own routes with other variables where the deployment is the same', async () => {
    const fake = fakeWorld();
    const routes = [routeOf('GET /a', { uri: 'http://${stageVariables.host}/${stageVariables.path}' })];
    const { routes: _none, ...canary } = canaryOf({
      deploymentId: 'dep001',
      stageVariableOverrides: { host: 'two.test' },
    });
    const stageVariables = { host: 'one.test', path: 'kept' };
    const gateway = gatewayOf(fake, snapshotOf({ routes, stageVariables, canary }));
    await ask(gateway, { path: '/prod/a' });
    expect(fake.sent.map(({ url }) => `${url.hostname}${url.target}`)).toEqual(['two.test/kept']);
  });

  it('is said in the access log, in $context and to whoever counts', async () => {
    const accessLog = { format: '$context.isCanaryRequest $context.deploymentId' };
    for (const percentTraffic of [0, 100]) {
      const { fake, call } = canaryWorld({ percentTraffic }, { accessLog });
      await call();
      const isChosen = percentTraffic === 100;
      expect(fake.lines).toEqual([`${isChosen} ${isChosen ? 'dep002' : 'dep001'}`]);
      expect(fake.outcomes[0]?.canary).toEqual({ deploymentId: 'dep002', isChosen });
      const plain = canaryWorld({ percentTraffic }, { accessLog: {} });
      await plain.call();
      expect(JSON.parse(plain.fake.lines[0] ?? '')).toMatchObject({ isCanaryRequest: isChosen });
    }
  });

  it.each([
    [0, false],
    [100, true],
  ])('of %d %% is said in events of functions', async (percentTraffic, isCanaryRequest) => {
    const routes = [routeOf('GET /a', { type: 'AWS_PROXY', functionArn: FUNCTION, payloadFormat: '1.0' })];
    const { fake, call } = canaryWorld({ percentTraffic, routes }, { routes });
    const events: unknown[] = [];
    fake.functionOf = (event) => (events.push(event), { statusCode: 200 });
    expect((await call()).status).toBe(200);
    const deploymentId = isCanaryRequest ? 'dep002' : 'dep001';
    expect(events).toMatchObject([{ requestContext: { isCanaryRequest, deploymentId } }]);
  });

  it('meets the canary’s guards: its resource policy in place of the stage’s, and the stage’s API keys', async () => {
    const deny = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', Action: 'execute-api:Invoke', Resource: '*' }],
    });
    const none = { disableExecuteApiEndpoint: false, binaryMediaTypes: [] };
    expect((await canaryWorld({}, { resourcePolicy: deny }).call()).status).toBe(200);
    expect((await canaryWorld({ deployed: { ...none, resourcePolicy: deny } }).call()).status).toBe(403);
    const hmac = createHmac('sha256', 'salt').update('the key').digest('base64url');
    const apiKeys = { salt: 'salt', keys: [{ hmac, keyId: 'k1', usagePlanId: 'p1' }] };
    const keyed = canaryWorld({ routes: [routeOf('GET /a', {}, { apiKeyRequired: true })] }, { apiKeys });
    expect((await keyed.call()).status).toBe(403);
    expect((await keyed.call({ headers: ['X-Api-Key', 'the key'] })).status).toBe(200);
  });

  it('takes from the same bucket as the stage', async () => {
    const fake = fakeWorld();
    const throttle = { rate: 0.001, burst: 4 };
    const routes = [routeOf('GET /a')];
    const gateway = gatewayOf(
      fake,
      snapshotOf({ routes, throttle, canary: canaryOf({ percentTraffic: 50, routes }) }),
    );
    const statuses: number[] = [];
    for (let i = 0; i < 60; i++) statuses.push((await ask(gateway, { path: '/prod/a' })).status);
    expect(new Set(fake.outcomes.map(({ canary }) => canary?.isChosen))).toEqual(new Set([true, false]));
    expect(statuses.filter((status) => status === 200)).toHaveLength(4);
  });

  it('asks the canary’s authorizer', async () => {
    const guarded = routeOf('GET /a', {}, { authorization: { type: 'CUSTOM', authorizerId: 'au1' } });
    const { fake, call } = canaryWorld({
      routes: [guarded],
      deployed: {
        disableExecuteApiEndpoint: false,
        binaryMediaTypes: [],
        authorizers: { au1: authorizerOf() },
      },
    });
    fake.functionOf = () => policy('Allow', '*');
    expect((await call({ headers: ['Authorization', 'tok'] })).status).toBe(200);
    expect(fake.calls.map(({ functionArn }) => functionArn)).toEqual([FUNCTION]);
  });
});

it('without a canary nothing says that there could be one', async () => {
  const fake = fakeWorld();
  const accessLog = { format: '$context.isCanaryRequest' };
  const gateway = gatewayOf(fake, snapshotOf({ routes: [routeOf('GET /a')], accessLog }));
  await ask(gateway, { path: '/prod/a' });
  expect(fake.lines).toEqual(['-']);
  expect(fake.outcomes.map(({ canary }) => canary)).toEqual([undefined]);
});

it('a part from before nodes served canaries is served without', async () => {
  const { deployed: _none, ...old } = canaryOf();
  const fake = fakeWorld();
  const gateway = gatewayOf(fake, snapshotOf({ routes: [routeOf('GET /a')], canary: old }));
  await ask(gateway, { path: '/prod/a' });
  expect(fake.outcomes.map(({ canary }) => canary)).toEqual([undefined]);
});

it('problems of the canary are told as its own, and leave the stage alone', async () => {
  const fake = fakeWorld();
  const gateway = gatewayOf(fake);
  const broken = routeOf('GET /a', { uri: 'ftp://x' });
  const canary = canaryOf({ routes: [broken], percentTraffic: 0 });
  const problems = gateway.apply(snapshotOf({ routes: [routeOf('GET /a')], canary }));
  expect(problems.map(({ path }) => path)).toEqual([expect.stringMatching(/^\/canary\/routes\/GET ~1a\//)]);
  expect((await ask(gateway, { path: '/prod/a' })).status).toBe(200);
});
