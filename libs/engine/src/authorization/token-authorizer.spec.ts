import type { AuthorizerSnapshot } from '@gatehouse/snapshot';
import { TokenError, type Claims } from '../ports';
import {
  ask,
  fakeWorld,
  gatewayOf,
  routeOf,
  snapshotOf,
  valuesOf,
  type AskedFor,
} from '../testing/fake-world';

const ISSUER = 'https://issuer.test';

function world(kind: 'REST' | 'HTTP', scopes: readonly string[], members: Partial<AuthorizerSnapshot> = {}) {
  const fake = fakeWorld();
  fake.functionOf = () => ({});
  const isRest = kind === 'REST';
  const authorizer = (
    isRest
      ? {
          type: 'COGNITO_USER_POOLS',
          name: 'c',
          issuers: ['https://other.test', ISSUER],
          identitySource: ['method.request.header.Authorization'],
          ...members,
        }
      : {
          type: 'JWT',
          name: 'j',
          issuer: ISSUER,
          audience: ['app', 'web'],
          identitySource: ['$request.header.Authorization'],
          ...members,
        }
  ) as AuthorizerSnapshot;
  const type = authorizer.type === 'JWT' ? 'JWT' : 'COGNITO_USER_POOLS';
  const routes = [['GET /a', scopes] as const, ['GET /b', ['of b']] as const].map(([key, wanted]) =>
    routeOf(
      key,
      { type: 'AWS_PROXY', payloadFormat: isRest ? '1.0' : '2.0' },
      { authorization: { type, authorizerId: 'au1', scopes: wanted } },
    ),
  );
  const stage = isRest ? 'prod' : '$default';
  const gateway = gatewayOf(fake, snapshotOf({ kind, stage, authorizers: { au1: authorizer }, routes }));
  const knows = (claims: Claims | TokenError, token = 'tok') =>
    fake.tokens.set(token, { issuer: ISSUER, claims });
  const call = (asked: AskedFor = {}) =>
    ask(gateway, { path: isRest ? '/prod/a' : '/a', headers: ['Authorization', 'Bearer tok'], ...asked });
  return { fake, knows, call };
}

describe('a token that has passed', () => {
  it.each(['REST', 'HTTP'] as const)('does not pass where another scope is wanted: %s', async (kind) => {
    const { knows, call } = world(kind, ['of-a']);
    knows({ aud: 'app', scope: 'of-a' });
    const b = { path: kind === 'REST' ? '/prod/b' : '/b' };
    const statuses = [];
    for (const asked of [{}, b, {}, b]) statuses.push((await call(asked)).status);
    const refused = kind === 'REST' ? 401 : 403;
    expect(statuses).toEqual([200, refused, 200, refused]);
  });

  it.each(['REST', 'HTTP'] as const)('does not pass when it is found to have expired: %s', async (kind) => {
    const { knows, call } = world(kind, []);
    knows({ aud: 'app' });
    expect((await call()).status).toBe(200);
    knows(new TokenError('expired', 'the token has expired'));
    expect((await call()).status).toBe(401);
  });
});

describe('JWT', () => {
  it.each<[string, Claims, string[]]>([
    ['an audience', { aud: 'app' }, []],
    ['one audience of a list', { aud: ['x', 'web'] }, []],
    ['a client id', { client_id: 'web' }, []],
    ['a scope', { aud: 'app', scope: 'read write' }, ['admin', 'write']],
    ['a scope in scp', { aud: 'app', scp: ['read'] }, ['read']],
  ])('passes with %s', async (_name, claims, scopes) => {
    const { knows, call } = world('HTTP', scopes);
    knows(claims);
    expect((await call()).status).toBe(200);
  });

  const invalid = (description: string): string =>
    `Bearer scope="" error="invalid_token" error_description="${description}"`;
  it.each<[string, Claims | TokenError, string[], number, string]>([
    ['another audience', { aud: 'mobile' }, [], 401, invalid('the token does not have a valid audience')],
    ['no audience', {}, [], 401, invalid('the token does not have a valid audience')],
    [
      'an audience that only the client id has',
      { aud: 'mobile', client_id: 'app' },
      [],
      401,
      invalid('the token does not have a valid audience'),
    ],
    [
      'an expired token',
      new TokenError('expired', 'the token has expired'),
      [],
      401,
      invalid('the token has expired'),
    ],
    ['keys that cannot be had', new TokenError('unavailable', 'x'), [], 401, 'Bearer'],
    [
      'no scope of the route',
      { aud: 'app', scope: 'reader' },
      ['read'],
      403,
      'Bearer scope="read" error="insufficient_scope" error_description="the token does not have the required scopes"',
    ],
  ])('refuses %s', async (_name, claims, scopes, status, challenge) => {
    const { fake, knows, call } = world('HTTP', scopes);
    knows(claims);
    const answer = await call();
    expect([answer.status, answer.body]).toEqual([
      status,
      JSON.stringify({ message: status === 401 ? 'Unauthorized' : 'Forbidden' }),
    ]);
    expect(valuesOf(answer.headers, 'www-authenticate')).toEqual([challenge]);
    expect(fake.calls).toEqual([]);
  });

  it.each([[[]], [['Authorization', '']]])(
    'answers 401 and Bearer where there is no token: %j',
    async (headers) => {
      const { call } = world('HTTP', []);
      const answer = await call({ headers });
      expect([answer.status, valuesOf(answer.headers, 'www-authenticate')]).toEqual([401, ['Bearer']]);
    },
  );

  it('takes a token without Bearer, and out of the query', async () => {
    const { knows, call } = world('HTTP', []);
    knows({ aud: 'app' });
    expect((await call({ headers: ['Authorization', 'tok'] })).status).toBe(200);
    const inQuery = world('HTTP', [], { identitySource: ['$request.querystring.t'] });
    inQuery.knows({ aud: 'app' });
    expect((await inQuery.call({ query: 't=tok' })).status).toBe(200);
  });

  it('takes two tokens for none', async () => {
    const { knows, call } = world('HTTP', []);
    knows({ aud: 'app' });
    expect((await call({ headers: ['Authorization', 'tok', 'Authorization', 'tok'] })).status).toBe(401);
  });

  it('hands on claims as text, and the scopes where the route asks for some', async () => {
    const { fake, knows, call } = world('HTTP', ['a']);
    knows({ aud: 'app', sub: 'u', n: 1, groups: ['x', 'y'], scope: 'a b' });
    let event: unknown;
    fake.functionOf = (given) => {
      event = given;
      return {};
    };
    await call();
    expect(event).toMatchObject({
      requestContext: {
        authorizer: {
          jwt: {
            claims: { aud: 'app', sub: 'u', n: '1', groups: '[x y]', scope: 'a b' },
            scopes: ['a', 'b'],
          },
        },
      },
    });
  });
});

describe('Cognito user pools', () => {
  it.each<[string, Claims, string[], number]>([
    ['an ID token', { token_use: 'id', aud: 'app' }, [], 200],
    ['a token of another issuer that says nothing of its use', { aud: 'app' }, [], 200],
    ['an access token where the method has no scopes', { token_use: 'access' }, [], 401],
    ['an access token with a scope', { token_use: 'access', scope: 'read' }, ['read'], 200],
    ['an access token without the scope', { token_use: 'access', scope: 'write' }, ['read'], 401],
    ['an ID token where the method has scopes', { token_use: 'id', scope: 'read' }, ['read'], 401],
  ])('%s', async (_name, claims, scopes, status) => {
    const { knows, call } = world('REST', scopes);
    knows(claims);
    expect((await call()).status).toBe(status);
  });

  it('says that a token has expired', async () => {
    const { knows, call } = world('REST', []);
    knows(new TokenError('expired', 'x'));
    const { status, body } = await call();
    expect([status, body]).toEqual([401, '{"message":"The incoming token has expired"}']);
  });

  it('refuses a token of a pool that the authorizer does not name', async () => {
    const { fake, call } = world('REST', []);
    fake.tokens.set('tok', { issuer: 'https://evil.test', claims: {} });
    expect((await call()).status).toBe(401);
  });

  it.each([
    ['app-[0-9]+', 'app-7', 200],
    ['app-[0-9]+', 'my-app-7', 401],
    ['app', undefined, 401],
  ])('wants the whole audience to match %s: %p', async (identityValidationExpression, aud, status) => {
    const { knows, call } = world('REST', [], { identityValidationExpression });
    knows({ aud });
    expect((await call()).status).toBe(status);
  });

  it('hands on claims', async () => {
    const { fake, knows, call } = world('REST', []);
    knows({ sub: 'u', aud: 'app' });
    let event: unknown;
    fake.functionOf = (given) => {
      event = given;
      return {};
    };
    await call();
    expect(event).toMatchObject({ requestContext: { authorizer: { claims: { sub: 'u', aud: 'app' } } } });
  });
});
