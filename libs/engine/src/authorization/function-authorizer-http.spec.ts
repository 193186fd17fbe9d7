import type { Snapshot } from '@gatehouse/snapshot';
import { API, authorizedWorld as world, authorizerOf, FUNCTION, policy } from '../testing/authorized-world';
import { ask, fakeWorld, gatewayOf, routeOf, snapshotOf } from '../testing/fake-world';

describe('HTTP APIs', () => {
  const http = { kind: 'HTTP', stage: '$default' } as const;
  const simple = {
    type: 'REQUEST',
    payloadFormat: '2.0',
    simpleResponses: true,
    identitySource: ['$request.header.Authorization'],
  } as const;

  it('takes a simple answer, whose context may be anything', async () => {
    const fake = fakeWorld();
    const route = routeOf(
      'GET /a',
      { type: 'AWS_PROXY', payloadFormat: '2.0' },
      { authorization: { type: 'CUSTOM', authorizerId: 'au1' } },
    );
    const gateway = gatewayOf(
      fake,
      snapshotOf({ ...http, authorizers: { au1: authorizerOf(simple) }, routes: [route] }),
    );
    const events: Record<string, unknown>[] = [];
    fake.functionOf = (given, { functionArn }) => {
      events.push(given as Record<string, unknown>);
      return functionArn === FUNCTION ? { isAuthorized: true, context: { list: [1, 2] } } : {};
    };
    const { status } = await ask(gateway, { path: '/a', headers: ['Authorization', 'tok'] });
    expect(status).toBe(200);
    expect(events[0]).toMatchObject({
      version: '2.0',
      type: 'REQUEST',
      routeArn: `${API}/$default/GET/a`,
      identitySource: ['tok'],
      routeKey: 'GET /a',
      requestContext: { authentication: null, http: { method: 'GET' } },
    });
    expect(events[1]).toMatchObject({ requestContext: { authorizer: { lambda: { list: [1, 2] } } } });
  });

  it.each<[unknown, number, string]>([
    [{ isAuthorized: false }, 403, 'Forbidden'],
    [{ isAuthorized: 'true' }, 500, 'Internal Server Error'],
    [policy('Allow', '*'), 500, 'Internal Server Error'],
  ])('answers %j with %d', async (result, status, message) => {
    const { fake, call } = world(simple, http);
    fake.functionOf = () => result;
    const answer = await call('/a');
    expect([answer.status, answer.body]).toEqual([status, JSON.stringify({ message })]);
  });

  it('answers 401 without a call where a source is missing, cached or not', async () => {
    const { fake, call } = world({ ...simple, ttlSeconds: 0 }, http);
    expect((await call('/a', { headers: [] })).status).toBe(401);
    expect(fake.calls).toEqual([]);
  });

  it('takes a policy in format 1.0, and may leave out the principal', async () => {
    const { fake, call } = world({ ...simple, payloadFormat: '1.0', simpleResponses: false }, http);
    let event: unknown;
    fake.functionOf = (given) => {
      event = given;
      return { policyDocument: policy('Allow', `${API}/$default/GET/a`).policyDocument };
    };
    expect([(await call('/a')).status, (await call('/b')).status]).toEqual([200, 403]);
    expect(event).toMatchObject({
      version: '1.0',
      type: 'REQUEST',
      identitySource: 'tok',
      authorizationToken: 'tok',
    });
  });
});

/** `JSON.parse` takes the second of two members. */
const DENY_HIDDEN_BY_ALLOW = JSON.stringify(policy('Allow', '*')).replace(
  '"Effect"',
  '"Effect":"Deny","\\u0045ffect"',
);

describe('by URL', () => {
  const byUrl = { target: 'http://auth.test/check?x=1' };

  it('is sent the same event, and its answer counts the same', async () => {
    const { fake, call } = world(byUrl);
    fake.backend = async ({ url }) => ({
      status: 200,
      headers: [],
      body: {
        length: undefined,
        gather: async () =>
          Buffer.from(JSON.stringify(url.hostname === 'auth.test' ? policy('Allow', '*') : {})),
        stream: async function* () {},
      },
    });
    expect((await call('/a')).status).toBe(200);
    const [sent] = fake.sent;
    expect([sent?.method, sent?.url.target, JSON.parse(sent?.body ?? '')]).toEqual([
      'POST',
      '/check?x=1',
      { type: 'TOKEN', methodArn: `${API}/prod/GET/a`, authorizationToken: 'tok' },
    ]);
  });

  it.each<[object, number]>([
    [{ status: 401 }, 401],
    [{ status: 403, body: JSON.stringify(policy('Allow', '*')) }, 500],
    [{ status: 302 }, 500],
    [{ status: 200, body: 'ok' }, 500],
    [{ status: 200, body: DENY_HIDDEN_BY_ALLOW }, 500],
    [{ fault: 'timeout' }, 500],
    [{ fault: 'refused' }, 500],
  ])('%j ends in %d', async (backend, status) => {
    const { fake, call } = world(byUrl);
    fake.backend = backend;
    expect((await call('/a')).status).toBe(status);
  });
});

it.each([
  ['an authorizer that is not there', { authorizers: {} }],
  [
    'an authorizer of another kind',
    {
      authorizers: {
        au1: {
          type: 'JWT',
          name: 'j',
          issuer: 'https://i',
          audience: [],
          identitySource: ['$request.header.Authorization'],
        },
      },
    },
  ],
  ['a function that is none', { authorizers: { au1: authorizerOf({ target: 'arn:aws:sqs:x' }) } }],
  [
    'an expression that is none',
    { authorizers: { au1: authorizerOf({ identityValidationExpression: '(' }) } },
  ],
  [
    'an unknown identity source',
    { authorizers: { au1: authorizerOf({ identitySource: ['method.request.body.x'] }) } },
  ],
] satisfies [string, Partial<Snapshot>][])('nobody passes by %s', async (_name, members) => {
  const { fake, call } = world({}, members);
  fake.functionOf = () => policy('Allow', '*');
  expect((await call('/a')).status).toBe(500);
  expect(fake.sent).toEqual([]);
});
