import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TokenError, type Claims } from '@gatehouse/engine';
import { exportJWK, SignJWT, type JWK } from 'jose';
import { SocketUpstream } from '../upstream';
import { OidcTokens } from './oidc-tokens';

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const rsa = (): Pair => generateKeyPairSync('rsa', { modulusLength: 2048 });
const signing = rsa();
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = rsa();

let server: Server;
let issuer: string;
let upstream: SocketUpstream;
let tokens: OidcTokens;
/** Paths that were asked for. */
let asked: string[];
let keys: JWK[];
let isDown: boolean;

beforeEach(async () => {
  asked = [];
  isDown = false;
  keys = [
    { ...(await exportJWK(signing.publicKey)), kid: 'k1' },
    { ...(await exportJWK(elliptic.publicKey)), kid: 'e1' },
    { kty: 'oct', k: 'c2VjcmV0', kid: 'o1' },
  ];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.statusCode = isDown ? 500 : 200;
    const isDiscovery = request.url?.endsWith('/.well-known/openid-configuration') === true;
    response.end(JSON.stringify(isDiscovery ? { issuer, jwks_uri: `${issuer}/keys` } : { keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  upstream = new SocketUpstream({ privateOrigins: 'loopback', ownAddresses: () => [] });
  tokens = new OidcTokens({ upstream });
});
afterEach(async () => {
  upstream.close();
  await new Promise((resolve) => server.close(resolve));
});

const now = (): number => Math.floor(Date.now() / 1000);
const claims = (): Record<string, unknown> => ({ iss: issuer, sub: 'u1', exp: now() + 600, iat: now() });

function signed(
  payload: Record<string, unknown> = claims(),
  { key = signing.privateKey, ...header }: { key?: KeyObject; alg?: string; kid?: string } = {},
): Promise<string> {
  return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(key);
}

/** What went wrong, or the claims. */
async function outcome(token: string, by = issuer): Promise<TokenError | Claims> {
  try {
    return await tokens.verify(token, by);
  } catch (error) {
    if (error instanceof TokenError) return error;
    throw error;
  }
}

it('takes a token of the issuer, and asks for the keys once', async () => {
  expect(await outcome(await signed())).toMatchObject({ sub: 'u1' });
  expect(await outcome(await signed({ ...claims(), sub: 'u2' }))).toMatchObject({ sub: 'u2' });
  expect(asked).toEqual(['/.well-known/openid-configuration', '/keys']);
});

it.each(['RS384', 'RS512', 'PS256'])('takes %s', async (alg) => {
  expect(await outcome(await signed(claims(), { alg }))).toMatchObject({ sub: 'u1' });
});

it('takes ES256 of a key on that curve', async () => {
  expect(
    await outcome(await signed(claims(), { alg: 'ES256', kid: 'e1', key: elliptic.privateKey })),
  ).toMatchObject({
    sub: 'u1',
  });
});

it('asks for the keys once for any number of tokens at a time', async () => {
  const all = await Promise.all(
    Array.from({ length: 20 }, async (_value, i) => outcome(await signed({ ...claims(), sub: `u${i}` }))),
  );
  expect(all.every((one) => !(one instanceof TokenError))).toBe(true);
  expect(asked).toHaveLength(2);
});

it('takes a token that it has verified for no other issuer', async () => {
  const token = await signed();
  await outcome(token);
  expect(await outcome(token, `${issuer}/tenant`)).toBeInstanceOf(TokenError);
  expect(tokens.verify(token, issuer)).not.toBeInstanceOf(Promise);
});

it('answers at once to a token it has verified, until that expires', async () => {
  const token = await signed();
  await outcome(token);
  expect(tokens.verify(token, issuer)).not.toBeInstanceOf(Promise);
  jest.useFakeTimers({
    now: Date.now() + 700_000,
    doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'clearTimeout', 'performance'],
  });
  try {
    expect(await outcome(token)).toMatchObject({ fault: 'expired' });
  } finally {
    jest.useRealTimers();
  }
});

it.each<[string, () => Record<string, unknown>, string, string]>([
  ['expired', () => ({ ...claims(), exp: now() - 60 }), 'expired', 'the token has expired'],
  ['without an expiry', () => ({ iss: issuer, sub: 'u' }), 'invalid', 'expiry'],
  ['not valid yet', () => ({ ...claims(), nbf: now() + 60 }), 'invalid', 'start'],
  ['issued in the future', () => ({ ...claims(), iat: now() + 60 }), 'invalid', 'future'],
  ['of another issuer', () => ({ ...claims(), iss: 'https://evil.test' }), 'invalid', 'issuer'],
  ['of no issuer', () => ({ exp: now() + 60 }), 'invalid', 'issuer'],
])('refuses a token %s', async (_name, payload, fault, message) => {
  const error = await outcome(await signed(payload()));
  expect(error).toMatchObject({ fault, message: expect.stringContaining(message) as string });
});

describe('forged', () => {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const parts = async (): Promise<[string, string, string]> =>
    (await signed()).split('.') as [string, string, string];
  const pem = (): string => signing.publicKey.export({ type: 'spki', format: 'pem' }) as string;
  const hmac = (head: string, body: string, secret: string): string =>
    `${head}.${body}.${createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url')}`;
  const withHeader = async (header: object): Promise<string> => {
    const [, body, signature] = await parts();
    return `${part(header)}.${body}.${signature}`;
  };

  const forgeries: [string, () => Promise<string> | string][] = [
    ['alg none', async () => `${part({ alg: 'none', kid: 'k1' })}.${part(claims())}.`],
    ['alg None', async () => `${part({ alg: 'None', kid: 'k1' })}.${part(claims())}.`],
    ['alg nOnE', async () => `${part({ alg: 'nOnE', kid: 'k1' })}.${part(claims())}.`],
    ['no alg', async () => withHeader({ kid: 'k1' })],
    ['alg that is a list', async () => withHeader({ alg: ['RS256'], kid: 'k1' })],
    [
      'HS256 with the public key as secret',
      () => hmac(part({ alg: 'HS256', kid: 'k1' }), part(claims()), pem()),
    ],
    [
      'HS256 with a symmetric key of the set',
      () => hmac(part({ alg: 'HS256', kid: 'o1' }), part(claims()), 'secret'),
    ],
    [
      'an embedded key',
      async () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: 'RS256', kid: 'k1', jwk: await exportJWK(stranger.publicKey) })
          .sign(stranger.privateKey),
    ],
    [
      'a key URL',
      () => signed(claims(), { key: stranger.privateKey, jku: `${'http://127.0.0.1:1'}/evil` } as object),
    ],
    [
      'a certificate URL',
      () => signed(claims(), { key: stranger.privateKey, x5u: 'http://127.0.0.1:1/evil' } as object),
    ],
    ['another key under a known id', () => signed(claims(), { key: stranger.privateKey })],
    ['a path as key id', () => signed(claims(), { key: stranger.privateKey, kid: '../../dev/null' })],
    ['an empty key id', () => signed(claims(), { kid: '' })],
    ['no key id', () => new SignJWT(claims()).setProtectedHeader({ alg: 'RS256' }).sign(signing.privateKey)],
    ['a key id that is a number', async () => withHeader({ alg: 'RS256', kid: 1 })],
    ['an RSA algorithm with the elliptic key', () => signed(claims(), { kid: 'e1' })],
    ['an unknown critical header', async () => withHeader({ alg: 'RS256', kid: 'k1', crit: ['x'], x: 1 })],
    [
      'another body',
      async () => {
        const [head, , signature] = await parts();
        return `${head}.${part({ ...claims(), sub: 'admin' })}.${signature}`;
      },
    ],
    [
      'no signature',
      async () => {
        const [head, body] = await parts();
        return `${head}.${body}.`;
      },
    ],
    ['a cut signature', async () => (await signed()).slice(0, -4)],
    ['two parts', async () => (await parts()).slice(0, 2).join('.')],
    ['four parts', async () => `${await signed()}.x`],
    [
      'five parts, as an encrypted token',
      () => `${part({ alg: 'RSA-OAEP', enc: 'A256GCM', kid: 'k1' })}.a.b.c.d`,
    ],
    ['trailing dots', async () => `${await signed()}..`],
    ['an empty text', () => ''],
    ['dots', () => '...'],
    ['a header that is no JSON', async () => `eA.${(await parts())[1]}.${(await parts())[2]}`],
    [
      'a body that is no object',
      async () => {
        const head = part({ alg: 'RS256', kid: 'k1' });
        return `${head}.${part('x')}.${(await parts())[2]}`;
      },
    ],
    ['a megabyte', async () => `${await signed()}${'a'.repeat(1_000_000)}`],
    ['characters that are no base64url', async () => (await signed()).replace(/.$/, '+')],
  ];

  it.each(forgeries)('refuses %s', async (_name, forge) => {
    await outcome(await signed());
    const before = asked.length;
    expect(await outcome(await forge())).toMatchObject({ fault: 'invalid' });
    // A second look at the keys at most, and nowhere else.
    expect(asked.slice(before).every((path) => path === '/keys' || path.startsWith('/.well-known/'))).toBe(
      true,
    );
  });

  it('are thirty', () => expect(forgeries).toHaveLength(30));
});

it('finds a new key by its id, and asks for unknown ids once in a while only', async () => {
  await outcome(await signed());
  const next = rsa();
  keys.push({ ...(await exportJWK(next.publicKey)), kid: 'k2' });
  const rotated = await signed(claims(), { key: next.privateKey, kid: 'k2' });
  expect(await outcome(rotated)).toMatchObject({ fault: 'invalid' });
  for (let i = 0; i < 10; i++) await outcome(await signed(claims(), { kid: `x${i}` }));
  expect(asked).toHaveLength(2);
  const from = performance.now();
  const later = jest.spyOn(performance, 'now').mockImplementation(() => from + 31_000);
  try {
    expect(await outcome(rotated)).toMatchObject({ sub: 'u1' });
  } finally {
    later.mockRestore();
  }
  expect(asked).toHaveLength(4);
});

it('goes on with the keys it has while the issuer is away, and lets nobody pass before it had any', async () => {
  isDown = true;
  expect(await outcome(await signed())).toMatchObject({ fault: 'unavailable' });
  isDown = false;
  tokens = new OidcTokens({ upstream });
  await outcome(await signed());
  isDown = true;
  expect(await outcome(await signed({ ...claims(), sub: 'u3' }))).toMatchObject({ sub: 'u3' });
});

it('takes no keys from a discovery document of another issuer', async () => {
  expect(
    await outcome(await signed({ ...claims(), iss: `${issuer}/tenant` }), `${issuer}/tenant`),
  ).toMatchObject({
    fault: 'unavailable',
  });
});

it('tells what a token says of its issuer, and nothing of what is none', async () => {
  expect([tokens.issuerOf(await signed()), tokens.algorithmOf(await signed())]).toEqual([issuer, 'RS256']);
  expect([tokens.algorithmOf('x'), tokens.algorithmOf('a'.repeat(9000))]).toEqual([undefined, undefined]);
  expect([tokens.issuerOf('x'), tokens.issuerOf(''), tokens.issuerOf('a'.repeat(9000))]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
