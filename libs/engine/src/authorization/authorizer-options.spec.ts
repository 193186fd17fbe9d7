import { authorizedWorld, policy } from '../testing/authorized-world';
import { ask, fakeWorld, gatewayOf, routeOf, snapshotOf } from '../testing/fake-world';

const OPEN = policy('Allow', '*');
const TTL_MS = 60_000;

/** A TOKEN authorizer that keeps results for a minute, whose function says `answer`, or fails with it. */
function world(authorizerOptions: { staleOnErrorSeconds?: number; errorTtlSeconds?: number }) {
  const made = authorizedWorld({ ttlSeconds: TTL_MS / 1000 }, { authorizerOptions });
  const { fake, call } = made;
  const says = (answer: unknown) => {
    fake.functionOf = () => {
      if (answer instanceof Error) throw answer;
      return answer;
    };
  };
  says(OPEN);
  const statuses = async (times: number): Promise<number[]> => {
    const found: number[] = [];
    for (let i = 0; i < times; i++) found.push((await call('/a')).status);
    return found;
  };
  return { fake, says, call, statuses };
}

describe('staleOnErrorSeconds', () => {
  it.each<[string, unknown]>([
    ['throws', new Error('down')],
    ['answers what is no result', 42],
    ['answers a result of a wrong shape', { principalId: 'u' }],
  ])(
    'lets the last result stand in while the function %s, and tries it once a second',
    async (_name, answer) => {
      const { fake, says, statuses } = world({ staleOnErrorSeconds: 600 });
      expect(await statuses(1)).toEqual([200]);
      says(answer);
      fake.pass(TTL_MS);
      expect(await statuses(5)).toEqual([200, 200, 200, 200, 200]);
      expect(fake.calls).toHaveLength(2);
      fake.pass(1000);
      await statuses(2);
      expect(fake.calls).toHaveLength(3);
    },
  );

  it('goes on as before once the function answers again', async () => {
    const { fake, says, statuses } = world({ staleOnErrorSeconds: 600 });
    await statuses(1);
    says(new Error('down'));
    fake.pass(TTL_MS);
    await statuses(1);
    says(policy('Deny', '*'));
    fake.pass(1000);
    expect(await statuses(2)).toEqual([403, 403]);
    expect(fake.calls).toHaveLength(3);
  });

  it('ends', async () => {
    const { fake, says, statuses } = world({ staleOnErrorSeconds: 600 });
    await statuses(1);
    says(new Error('down'));
    fake.pass(TTL_MS + 600_000);
    expect(await statuses(1)).toEqual([500]);
  });

  it('does not overrule a function that says no', async () => {
    const { fake, says, statuses } = world({ staleOnErrorSeconds: 600 });
    await statuses(1);
    says(new Error('Unauthorized'));
    fake.pass(TTL_MS);
    expect(await statuses(2)).toEqual([401, 401]);
    expect(fake.calls).toHaveLength(3);
  });

  it('is of no use to who has no result, and each request then asks', async () => {
    const { fake, says, statuses } = world({ staleOnErrorSeconds: 600 });
    says(new Error('down'));
    expect(await statuses(3)).toEqual([500, 500, 500]);
    expect(fake.calls).toHaveLength(3);
  });

  it('is off by default', async () => {
    const { fake, says, statuses } = world({});
    await statuses(1);
    says(new Error('down'));
    fake.pass(TTL_MS);
    expect(await statuses(1)).toEqual([500]);
  });
});

describe('errorTtlSeconds', () => {
  it.each<[string, Error, number]>([
    ['a failure', new Error('down'), 500],
    ['a no', new Error('Unauthorized'), 401],
  ])('remembers %s for its time', async (_name, error, status) => {
    const { fake, says, statuses } = world({ errorTtlSeconds: 10 });
    says(error);
    expect(await statuses(3)).toEqual([status, status, status]);
    expect(fake.calls).toHaveLength(1);
    says(OPEN);
    fake.pass(10_000);
    expect(await statuses(1)).toEqual([200]);
  });

  it('remembers it of that identity alone', async () => {
    const { says, statuses, call } = world({ errorTtlSeconds: 10 });
    says(new Error('down'));
    await statuses(1);
    says(OPEN);
    expect((await call('/a', { headers: ['Authorization', 'another'] })).status).toBe(200);
  });
});

describe('rsaOnly', () => {
  it.each([
    ['RS256', true, 200],
    ['RS512', true, 200],
    ['ES256', true, 401],
    ['PS256', true, 401],
    ['ES256', false, 200],
  ])('a JWT by %s with the option %s: %i', async (...[algorithm, rsaOnly, status]) => {
    const fake = fakeWorld();
    fake.functionOf = () => ({});
    const issuer = 'https://issuer.test';
    const token = `${algorithm} token`;
    fake.tokens.set(token, { issuer, claims: { aud: 'app' } });
    const identitySource = ['$request.header.Authorization'];
    const authorizers = {
      au1: { type: 'JWT', name: 'j', issuer, audience: ['app'], identitySource },
    } as const;
    const route = routeOf(
      'GET /a',
      { type: 'AWS_PROXY', payloadFormat: '2.0' },
      { authorization: { type: 'JWT', authorizerId: 'au1' } },
    );
    const parts = { kind: 'HTTP', stage: '$default', authorizers, routes: [route] } as const;
    const gateway = gatewayOf(fake, snapshotOf({ ...parts, authorizerOptions: { rsaOnly } }));
    const answered = await ask(gateway, { path: '/a', headers: ['Authorization', `Bearer ${token}`] });
    expect(answered.status).toBe(status);
  });
});
