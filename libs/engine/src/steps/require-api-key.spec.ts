import { createHmac } from 'node:crypto';
import type { Snapshot } from '@gatehouse/snapshot';
import type { Gateway } from '../gateway';
import { ask, fakeWorld, gatewayOf, routeOf, snapshotOf, valuesOf } from '../testing/fake-world';
import { authorizerOf, FUNCTION, policy } from '../testing/authorized-world';

const KEY = 'abcdefghijklmnopqrstuvwxyz';
const hmac = (value: string, salt = 'salt'): string =>
  createHmac('sha256', salt).update(value).digest('base64url');
const apiKeys = {
  salt: 'salt',
  keys: [
    { hmac: hmac('other-key-of-twenty-characters'), keyId: 'k0', usagePlanId: 'p0' },
    { hmac: hmac(KEY), keyId: 'k1', usagePlanId: 'p1' },
  ],
};

function world(members: Partial<Snapshot> = {}, authorization: object = { type: 'NONE' }) {
  const fake = fakeWorld();
  const route = routeOf('GET /a', { type: 'AWS_PROXY' }, { apiKeyRequired: true, authorization } as object);
  const gateway = gatewayOf(fake, snapshotOf({ apiKeys, routes: [route], ...members }));
  return { fake, call: (...headers: string[]) => ask(gateway, { path: '/prod/a', headers }) };
}

it('lets a key of a plan of this stage pass, and names it to the function', async () => {
  const { fake, call } = world();
  let event: unknown;
  fake.functionOf = (given) => {
    event = given;
    return {};
  };
  expect((await call('X-Api-Key', KEY)).status).toBe(200);
  expect(event).toMatchObject({ requestContext: { identity: { apiKey: KEY, apiKeyId: 'k1' } } });
});

it.each<[string, string[], Partial<Snapshot>]>([
  ['no key', [], {}],
  ['an empty key', ['x-api-key', ''], {}],
  ['another key', ['x-api-key', `${KEY}x`], {}],
  ['the HMAC of a key', ['x-api-key', hmac(KEY)], {}],
  ['two keys', ['x-api-key', KEY, 'X-API-Key', KEY], {}],
  ['a key where the stage has none', ['x-api-key', KEY], { apiKeys: undefined }],
  ['a key under another salt', ['x-api-key', KEY], { apiKeys: { ...apiKeys, salt: 'pepper' } }],
  [
    'a key in the header where it comes from the authorizer',
    ['x-api-key', KEY],
    { apiKeySource: 'AUTHORIZER' },
  ],
])('refuses %s', async (_name, headers, members) => {
  const { fake, call } = world(members);
  const { status, body, headers: answered } = await call(...headers);
  expect([status, body]).toEqual([403, '{"message":"Forbidden"}']);
  expect(valuesOf(answered, 'x-amzn-errortype')).toEqual(['ForbiddenException']);
  expect(fake.calls).toEqual([]);
});

it.each([
  [KEY, 200],
  ['unknown-key-of-twenty-characters', 403],
  [undefined, 403],
])('takes the key that the authorizer names: %p', async (usageIdentifierKey, status) => {
  const { fake, call } = world(
    { apiKeySource: 'AUTHORIZER', authorizers: { au1: authorizerOf() } },
    { type: 'CUSTOM', authorizerId: 'au1' },
  );
  fake.functionOf = (_event, { functionArn }) =>
    functionArn === FUNCTION ? { ...policy('Allow', '*'), usageIdentifierKey } : {};
  expect((await call('Authorization', 'tok')).status).toBe(status);
});

describe('a key that has opened its stage', () => {
  const route = routeOf('GET /a', { type: 'AWS_PROXY' }, { apiKeyRequired: true });
  const holding = (...values: string[]): Snapshot => {
    const keys = values.map((value, i) => ({ hmac: hmac(value), keyId: `k${i}`, usagePlanId: 'p1' }));
    return snapshotOf({ apiKeys: { salt: 'salt', keys }, routes: [route] });
  };
  const serving = (snapshot: Snapshot): Gateway => {
    const fake = fakeWorld();
    fake.functionOf = () => ({});
    return gatewayOf(fake, snapshot);
  };
  const statusOf = async (gateway: Gateway, key: string): Promise<number> =>
    (await ask(gateway, { path: '/prod/a', headers: ['X-Api-Key', key] })).status;

  it('opens nothing once the stage has it no longer', async () => {
    const gateway = serving(holding(KEY, 'another-key-of-20-characters'));
    expect([await statusOf(gateway, KEY), await statusOf(gateway, KEY)]).toEqual([200, 200]);
    gateway.apply(holding('another-key-of-20-characters'));
    expect(await statusOf(gateway, KEY)).toBe(403);
  });

  it('is no help to another one', async () => {
    const gateway = serving(holding(KEY));
    for (const [key, status] of [
      [`${KEY}x`, 403],
      [KEY, 200],
      [`${KEY}x`, 403],
      [KEY.slice(1), 403],
      [KEY.toUpperCase(), 403],
      [KEY, 200],
    ] as const)
      expect(await statusOf(gateway, key)).toBe(status);
  });
});
