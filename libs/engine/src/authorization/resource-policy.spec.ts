import type { Snapshot } from '@gatehouse/snapshot';
import { ask, fakeWorld, gatewayOf, routeOf, snapshotOf, valuesOf } from '../testing/fake-world';
import { authorizerOf, policy } from '../testing/authorized-world';

const statement = (...members: object[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: members.map((one) => ({
      Principal: '*',
      Action: 'execute-api:Invoke',
      Resource: '*',
      ...one,
    })),
  });
const allow = { Effect: 'Allow' };
const deny = { Effect: 'Deny' };
const fromHere = { Condition: { IpAddress: { 'aws:SourceIp': '198.51.100.0/24' } } };
const fromThere = { Condition: { NotIpAddress: { 'aws:SourceIp': ['198.51.100.0/24', '2001:db8::/32'] } } };

function world(members: Partial<Snapshot>, authorization: object = { type: 'NONE' }) {
  const fake = fakeWorld();
  const route = routeOf('GET /a', {}, { authorization } as object);
  return { fake, gateway: gatewayOf(fake, snapshotOf({ routes: [route], ...members })) };
}

describe('without authorization', () => {
  const refused =
    'User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-west-1:********3333:api1/prod/GET/a';
  it.each<[string, Partial<Snapshot>, number, string?]>([
    ['there is no policy', {}, 200],
    ['a policy allows', { resourcePolicy: statement(allow) }, 200],
    [
      'a policy says nothing',
      { resourcePolicy: statement({ ...allow, Resource: 'arn:aws:execute-api:*:*:other/*' }) },
      403,
      refused,
    ],
    [
      'a policy allows and denies',
      { resourcePolicy: statement(allow, deny) },
      403,
      `${refused} with an explicit deny`,
    ],
    ['it allows this address', { resourcePolicy: statement({ ...allow, ...fromHere }) }, 200],
    ['it denies all but this address', { resourcePolicy: statement(allow, { ...deny, ...fromThere }) }, 200],
    ['it denies this address', { resourcePolicy: statement(allow, { ...deny, ...fromHere }) }, 403],
    [
      'it allows a user only',
      { resourcePolicy: statement({ ...allow, Principal: { AWS: '111122223333' } }) },
      403,
      refused,
    ],
    ['it cannot be read', { resourcePolicy: '{' }, 500],
    ['it names no principal', { resourcePolicy: statement({ ...allow, Principal: undefined }) }, 500],
    ['the API is private', { isPrivate: true }, 403, refused],
    ['the API is private, and a policy allows', { isPrivate: true, resourcePolicy: statement(allow) }, 200],
  ])('%s', async (...[, members, status, message]) => {
    const { fake, gateway } = world(members);
    const { body, headers, ...answer } = await ask(gateway, { path: '/prod/a' });
    expect(answer.status).toBe(status);
    expect(fake.sent).toHaveLength(status === 200 ? 1 : 0);
    if (status === 403) expect(valuesOf(headers, 'x-amzn-errortype')).toEqual(['AccessDeniedException']);
    if (message !== undefined) expect(JSON.parse(body)).toEqual({ Message: message });
  });
});

describe('with a function authorizer (table A)', () => {
  it.each<[string, string, string, number, number]>([
    ['allow', 'allow', statement(allow), 200, 1],
    ['allow', 'silent', statement({ ...allow, Resource: 'x' }), 200, 1],
    ['allow', 'deny', statement(deny), 403, 0],
    ['silent', 'allow', statement(allow), 200, 1],
    ['silent', 'silent', statement({ ...allow, Resource: 'x' }), 403, 1],
    ['silent', 'deny', statement(deny), 403, 0],
    ['deny', 'allow', statement(allow), 403, 1],
    ['deny', 'deny', statement(deny), 403, 0],
  ])('%s and %s', async (own, _resource, resourcePolicy, status, calls) => {
    const { fake, gateway } = world(
      { resourcePolicy, authorizers: { au1: authorizerOf() } },
      { type: 'CUSTOM', authorizerId: 'au1' },
    );
    fake.functionOf = () =>
      own === 'silent' ? policy('Allow', 'x') : policy(own === 'deny' ? 'Deny' : 'Allow', '*');
    expect((await ask(gateway, { path: '/prod/a', headers: ['Authorization', 'tok'] })).status).toBe(status);
    expect(fake.calls).toHaveLength(calls);
  });
});

it('of a private API without one lets nobody pass whom an authorizer allows', async () => {
  const { fake, gateway } = world(
    { isPrivate: true, authorizers: { au1: authorizerOf() } },
    { type: 'CUSTOM', authorizerId: 'au1' },
  );
  fake.functionOf = () => policy('Allow', '*');
  expect((await ask(gateway, { path: '/prod/a', headers: ['Authorization', 'tok'] })).status).toBe(403);
  expect(fake.sent).toEqual([]);
});

it.each([
  [statement(allow), 200],
  [statement({ ...allow, Resource: 'x' }), 403],
])('with a user pool the policy has to allow: %s', async (resourcePolicy, status) => {
  const cognito = {
    type: 'COGNITO_USER_POOLS',
    name: 'c',
    issuers: ['i'],
    identitySource: ['method.request.header.Authorization'],
  } as const;
  const { fake, gateway } = world(
    { resourcePolicy, authorizers: { au1: cognito } },
    { type: 'COGNITO_USER_POOLS', authorizerId: 'au1' },
  );
  fake.tokens.set('tok', { issuer: 'i', claims: {} });
  expect((await ask(gateway, { path: '/prod/a', headers: ['Authorization', 'tok'] })).status).toBe(status);
});
