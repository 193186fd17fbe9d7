import { FunctionError } from '../ports';
import { API, authorizedWorld as world, authorizerOf, FUNCTION, policy } from '../testing/authorized-world';
import {
  ask,
  fakeWorld,
  gatewayOf,
  routeOf,
  snapshotOf,
  valuesOf,
  type AskedFor,
} from '../testing/fake-world';

describe('TOKEN', () => {
  it('is sent the token and the method ARN, in the name of the authorizer', async () => {
    const { fake, call } = world();
    let event: unknown;
    fake.functionOf = (given) => {
      event = given;
      return policy('Allow', '*');
    };
    expect((await call('/p/7%20/', { method: 'POST' })).status).toBe(200);
    expect(event).toEqual({
      type: 'TOKEN',
      methodArn: `${API}/prod/POST/p/7%20`,
      authorizationToken: 'tok',
    });
    expect(fake.calls[0]).toMatchObject({
      functionArn: FUNCTION,
      sourceArn: `${API}/authorizers/au1`,
      isAsync: false,
    });
    expect(fake.sent).toHaveLength(1);
  });

  it.each([[[]], [['Authorization', '']], [['Authorization', '  ']], [['X-Other', 'tok']]])(
    'answers 401 without a call to %j',
    async (headers) => {
      const { fake, call } = world();
      const { status, body, headers: answered } = await call('/a', { headers });
      expect([status, body]).toEqual([401, '{"message":"Unauthorized"}']);
      expect(valuesOf(answered, 'x-amzn-errortype')).toEqual(['UnauthorizedException']);
      expect([fake.calls, fake.sent]).toEqual([[], []]);
    },
  );

  it('answers 401 without a call where the whole token does not match the expression', async () => {
    const { fake, call } = world({ identityValidationExpression: 'to|tok[0-9]' });
    expect((await call('/a')).status).toBe(401);
    expect(fake.calls).toEqual([]);
  });

  it.each<[object, number, string]>([
    [
      policy('Deny', '*'),
      403,
      '{"Message":"User is not authorized to access this resource with an explicit deny"}',
    ],
    [
      policy('Allow', `${API}/prod/GET/b`),
      403,
      '{"Message":"User is not authorized to access this resource"}',
    ],
  ])('refuses by the policy: %j', async (result, status, text) => {
    const { fake, call } = world();
    fake.functionOf = () => result;
    const { body, headers, ...answer } = await call('/a');
    expect([answer.status, body]).toEqual([status, text]);
    expect(valuesOf(headers, 'x-amzn-errortype')).toEqual(['AccessDeniedException']);
    expect(fake.sent).toEqual([]);
  });

  it.each(['/a', '/a/', '//a', '/a//'])(
    'holds a Deny of a method for every spelling of its path: %s',
    async (path) => {
      const { fake, call } = world();
      const { policyDocument } = policy('Allow', '*');
      const denied = policy('Deny', `${API}/prod/GET/a`).policyDocument.Statement;
      fake.functionOf = () => ({
        principalId: 'x',
        policyDocument: { ...policyDocument, Statement: [...policyDocument.Statement, ...denied] },
      });
      expect((await call(path)).status).toBe(403);
      expect((await call('/b')).status).toBe(200);
    },
  );

  it('answers 401 where the function says Unauthorized, and keeps nothing of it', async () => {
    const { fake, call } = world();
    fake.functionOf = () => {
      throw new Error('Unauthorized');
    };
    expect((await call('/a')).status).toBe(401);
    fake.functionOf = () => policy('Allow', '*');
    expect((await call('/a')).status).toBe(200);
  });
});

describe('what is no result lets nobody pass, and is not kept', () => {
  const shapes: [string, () => unknown][] = [
    ['null', () => null],
    ['a text', () => 'Allow'],
    ['a list', () => [policy('Allow', '*')]],
    ['no policy', () => ({ principalId: 'x' })],
    ['no principal', () => ({ policyDocument: policy('Allow', '*').policyDocument })],
    ['a principal that is a number', () => ({ ...policy('Allow', '*'), principalId: 7 })],
    ['isAuthorized where a policy is due', () => ({ isAuthorized: true })],
    ['an unknown effect', () => policy('allow', '*')],
    [
      'a statement without a resource',
      () => ({ principalId: 'x', policyDocument: { Statement: [{ Effect: 'Allow', Action: '*' }] } }),
    ],
    [
      'an unknown element',
      () => ({
        principalId: 'x',
        policyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Conditions: {} }] },
      }),
    ],
    [
      'an unknown condition operator',
      () => ({
        principalId: 'x',
        policyDocument: {
          Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Condition: { Strange: { a: 'b' } } }],
        },
      }),
    ],
    ['a context that is a list', () => ({ ...policy('Allow', '*'), context: [] })],
    ['a context with an object', () => ({ ...policy('Allow', '*'), context: { a: {} } })],
    ['a usage key that is a number', () => ({ ...policy('Allow', '*'), usageIdentifierKey: 1 })],
    [
      'an error',
      () => {
        throw new Error('down');
      },
    ],
    [
      'no permission',
      () => {
        throw new FunctionError('forbidden', 'no');
      },
    ],
    [
      'a timeout',
      () => {
        throw new FunctionError('timeout', 'no');
      },
    ],
    [
      'an engine that is away',
      () => {
        throw new FunctionError('broken', 'no');
      },
    ],
  ];

  it.each(shapes)('%s', async (_name, functionOf) => {
    const { fake, call } = world();
    fake.functionOf = functionOf;
    for (let i = 0; i < 2; i++) {
      const { status, body } = await call('/a');
      expect([status, body]).toEqual([500, '{"message":null}']);
    }
    expect(fake.calls).toHaveLength(2);
    expect([fake.sent, fake.defects]).toEqual([[], []]);
  });
});

describe('cache', () => {
  it('keeps the policy, and evaluates it anew for each method', async () => {
    const { fake, call } = world();
    fake.functionOf = () => policy('Allow', `${API}/*/GET/a`);
    expect([(await call('/a')).status, (await call('/b')).status, (await call('/a')).status]).toEqual([
      200, 403, 200,
    ]);
    expect(fake.calls).toHaveLength(1);
  });

  it('asks again when the time to live is over', async () => {
    const { fake, call } = world({ ttlSeconds: 60 });
    fake.functionOf = () => policy('Allow', '*');
    await call('/a');
    fake.pass(60_001);
    fake.functionOf = () => policy('Deny', '*');
    expect((await call('/a')).status).toBe(403);
  });

  it('asks each time without a time to live', async () => {
    const { fake, call } = world({ ttlSeconds: 0 });
    fake.functionOf = () => policy('Allow', '*');
    await call('/a');
    await call('/a');
    expect(fake.calls).toHaveLength(2);
  });

  it('asks each time once it has no time to live any more', async () => {
    const { fake, gateway, call } = world();
    fake.functionOf = () => policy('Allow', '*');
    await call('/a');
    const routes = [routeOf('GET /a', {}, { authorization: { type: 'CUSTOM', authorizerId: 'au1' } })];
    gateway.apply(snapshotOf({ authorizers: { au1: authorizerOf({ ttlSeconds: 0 }) }, routes }));
    await call('/a');
    expect(fake.calls).toHaveLength(2);
  });

  it('asks again for another revision, as after a flush', async () => {
    const { fake, gateway, call } = world();
    fake.functionOf = () => policy('Allow', '*');
    await call('/a');
    fake.functionOf = () => policy('Deny', '*');
    const routes = [routeOf('GET /a', {}, { authorization: { type: 'CUSTOM', authorizerId: 'au1' } })];
    gateway.apply(snapshotOf({ authorizers: { au1: authorizerOf({ revision: 'r2' }) }, routes }));
    expect((await call('/a')).status).toBe(403);
  });

  it('makes one call of ten thousand equal ones at a time', async () => {
    const { fake, call } = world();
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    fake.functionOf = async () => {
      await answered;
      return policy('Allow', '*');
    };
    const calls = Array.from({ length: 10_000 }, () => call('/a'));
    answer();
    const statuses = new Set((await Promise.all(calls)).map(({ status }) => status));
    expect([[...statuses], fake.calls.length]).toEqual([[200], 1]);
  });

  it('is not called off by the client whose request began the call', async () => {
    const { fake, call } = world();
    fake.functionOf = (_event, { signal }) => {
      expect(signal.aborted).toBe(false);
      return policy('Allow', '*');
    };
    await call('/a', { signal: AbortSignal.abort() });
    expect((await call('/a')).status).toBe(200);
    expect(fake.calls).toHaveLength(1);
  });
});

describe('REQUEST of a REST API', () => {
  const request = {
    type: 'REQUEST',
    identitySource: [
      'method.request.header.X-A',
      'method.request.querystring.q',
      'stageVariables.v',
      'context.identity.sourceIp',
    ],
  } as const;

  it('is sent the request without its body, with empty maps for what is not there', async () => {
    const { fake, call } = world({ type: 'REQUEST', identitySource: [], ttlSeconds: 0 });
    let event: Record<string, unknown> = {};
    fake.functionOf = (given) => {
      event = given as Record<string, unknown>;
      return policy('Allow', '*');
    };
    await call('/a', { body: 'secret' });
    expect(event).toMatchObject({
      type: 'REQUEST',
      methodArn: `${API}/prod/GET/a`,
      resource: '/a',
      path: '/a',
      httpMethod: 'GET',
      queryStringParameters: {},
      multiValueQueryStringParameters: {},
      pathParameters: {},
      stageVariables: {},
      requestContext: { resourcePath: '/a', identity: { sourceIp: '198.51.100.7' } },
    });
    expect(JSON.stringify(event)).not.toContain('secret');
  });

  const full = { headers: ['X-A', '1'], query: 'q=2' };
  it.each<[AskedFor, Record<string, string>, number]>([
    [full, { v: '3' }, 200],
    [{ headers: ['X-A', '1'] }, { v: '3' }, 401],
    [{ headers: ['X-A', ''], query: 'q=2' }, { v: '3' }, 401],
    [{ headers: ['X-A', '1'], query: 'q=' }, { v: '3' }, 401],
    [full, {}, 401],
  ])('with a cache wants every source: %j %j', async (asked, stageVariables, status) => {
    const { fake, call } = world(request, { stageVariables });
    fake.functionOf = () => policy('Allow', '*');
    expect((await call('/a', asked)).status).toBe(status);
    expect(fake.calls).toHaveLength(status === 200 ? 1 : 0);
  });

  it('without a cache is asked whatever is there', async () => {
    const { fake, call } = world({ ...request, ttlSeconds: 0 });
    fake.functionOf = () => policy('Allow', '*');
    expect((await call('/a')).status).toBe(200);
  });

  it.each<[string, [string, AskedFor?], [string, AskedFor?]]>([
    ['method.request.querystring.q', ['/a', { query: 'q=1' }], ['/a', { query: 'q=2' }]],
    ['context.resourcePath', ['/a'], ['/b']],
  ])('asks for every value of %s, whatever headers repeat', async (source, one, other) => {
    const identitySource = ['method.request.header.Authorization', source];
    const { fake, call } = world({ type: 'REQUEST', identitySource });
    fake.functionOf = () => policy('Allow', '*');
    for (const asked of [one, other, one, other]) expect((await call(...asked)).status).toBe(200);
    expect(fake.calls).toHaveLength(2);
  });

  it('never shares a result between values that differ only in where they are', async () => {
    const { fake, call } = world({
      type: 'REQUEST',
      identitySource: ['method.request.header.X-A', 'method.request.header.X-B'],
    });
    fake.functionOf = () => policy('Allow', '*');
    await call('/a', { headers: ['X-A', '1', 'X-B', '23'] });
    await call('/a', { headers: ['X-A', '12', 'X-B', '3'] });
    await call('/a', { headers: ['X-A', '1', 'X-A', '2', 'X-B', '3'] });
    await call('/a', { headers: ['X-A', '1,2', 'X-B', '3'] });
    expect(fake.calls).toHaveLength(4);
  });
});

describe('what the function says goes on', () => {
  it('to a function integration, as text, and to the log', async () => {
    const fake = fakeWorld();
    const route = routeOf(
      'GET /a',
      { type: 'AWS_PROXY' },
      { authorization: { type: 'CUSTOM', authorizerId: 'au1' } },
    );
    const accessLog = {
      format:
        '$context.authorizer.principalId $context.authorizer.n $context.authorizer.none $context.authorizer.latency',
    };
    const gateway = gatewayOf(
      fake,
      snapshotOf({ authorizers: { au1: authorizerOf() }, routes: [route], accessLog }),
    );
    let event: unknown;
    fake.functionOf = (given, { functionArn }) => {
      if (functionArn === FUNCTION)
        return { ...policy('Allow', '*'), context: { n: 1, b: true, s: 'x', nothing: null } };
      event = given;
      return {};
    };
    for (let i = 0; i < 2; i++) await ask(gateway, { path: '/prod/a', headers: ['Authorization', 'tok'] });
    expect(event).toMatchObject({
      requestContext: {
        authorizer: {
          principalId: 'user-1',
          n: '1',
          b: 'true',
          s: 'x',
          integrationLatency: expect.any(Number) as number,
        },
      },
    });
    // A result that was kept took no time.
    expect(fake.lines).toEqual(['user-1 1 - 2', 'user-1 1 - 0']);
  });
});
