/** Tokens that the issuer did not sign, not for this audience, or not for now; each is one slip of a verifier from passing. */
import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { exportJWK, type JWTPayload } from 'jose';
import type { Issuer } from '../testing/issuer';

export type Forgery = readonly [name: string, forge: (issuer: Issuer) => Promise<string>];

const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ellipticStranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const seconds = (): number => Math.floor(Date.now() / 1000);

/** The three parts of a sound token. */
async function partsOf(issuer: Issuer): Promise<[string, string, string]> {
  return (await issuer.sign()).split('.') as [string, string, string];
}

/** Another header above the claims and the signature of a sound token. */
const withHeader =
  (header: object, ending?: string): Forgery[1] =>
  async (issuer) => {
    const [, claims, signature] = await partsOf(issuer);
    return `${encode(header)}.${claims}.${ending ?? signature}`;
  };

/** Signed soundly, with other claims. */
const withClaims =
  (change: (issuer: Issuer) => JWTPayload): Forgery[1] =>
  (issuer) =>
    issuer.sign({ ...issuer.claims(), ...change(issuer) });

/** Signed by somebody else, who says so in the header. */
const byStranger =
  (header: object): Forgery[1] =>
  (issuer) =>
    issuer.sign(issuer.claims(), { ...header }, stranger.privateKey);

/** An HMAC under what is public. */
const hmac =
  (kid: string, secretOf: (issuer: Issuer) => string | Buffer, hash = 'sha256'): Forgery[1] =>
  async (issuer) => {
    const text = `${encode({ alg: `HS${hash.slice(3)}`, kid, typ: 'JWT' })}.${encode(issuer.claims())}`;
    return `${text}.${createHmac(hash, secretOf(issuer)).update(text).digest('base64url')}`;
  };

const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
const der = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });

const UNSIGNED: Forgery[] = [
  ...['none', 'None', 'NONE', 'nOnE', ''].map((alg): Forgery => [
    `alg "${alg}"`,
    withHeader({ alg, kid: 'k1' }, ''),
  ]),
  ['alg none with a signature', withHeader({ alg: 'none', kid: 'k1' })],
  ['no alg', withHeader({ kid: 'k1' })],
  ['alg null', withHeader({ alg: null, kid: 'k1' })],
  ['a list of algs', withHeader({ alg: ['RS256'], kid: 'k1' })],
  ['no signature', withHeader({ alg: 'RS256', kid: 'k1' }, '')],
  ['a signature of zeros', withHeader({ alg: 'RS256', kid: 'k1' }, 'A'.repeat(342))],
  ['an elliptic signature of zeros', withHeader({ alg: 'ES256', kid: 'e1' }, 'A'.repeat(86))],
  ['another signature’s algorithm', withHeader({ alg: 'RS512', kid: 'k1' })],
];

const WRONG_KEY: Forgery[] = [
  ['HS256 under the public key in PEM', hmac('k1', ({ rsa }) => pem(rsa.publicKey))],
  ['HS256 under that without its last line end', hmac('k1', ({ rsa }) => pem(rsa.publicKey).trim())],
  ['HS256 under the public key in DER', hmac('k1', ({ rsa }) => der(rsa.publicKey))],
  ['HS512 under the public key', hmac('k1', ({ rsa }) => pem(rsa.publicKey), 'sha512')],
  ['HS256 under the elliptic public key', hmac('e1', ({ elliptic }) => pem(elliptic.publicKey))],
  ['HS256 under a symmetric key of the set', hmac('o1', () => 'secret')],
  ['HS256 under nothing', hmac('k1', () => '')],
  ['a stranger’s key under a known id', byStranger({})],
  ['a stranger’s key under its own id', byStranger({ kid: 'mine' })],
  ['a path as key id', byStranger({ kid: '../../../../dev/null' })],
  ['a statement as key id', byStranger({ kid: "k1' OR '1'='1" })],
  ['a name that every object has as key id', byStranger({ kid: '__proto__' })],
  ['a key in the header', async (issuer) => byStranger({ jwk: await exportJWK(stranger.publicKey) })(issuer)],
  ['a certificate in the header', byStranger({ x5c: [der(stranger.publicKey).toString('base64')] })],
  ['a key URL in the header', (issuer) => byStranger({ jku: `${issuer.url}/mine` })(issuer)],
  ['a certificate URL in the header', (issuer) => byStranger({ x5u: `${issuer.url}/mine` })(issuer)],
  [
    'a stranger’s elliptic key under a known id',
    (issuer) => issuer.sign(issuer.claims(), { alg: 'ES256', kid: 'e1' }, ellipticStranger.privateKey),
  ],
  ['the elliptic key’s id on an RSA signature', (issuer) => issuer.sign(issuer.claims(), { kid: 'e1' })],
  ['an empty key id', (issuer) => issuer.sign(issuer.claims(), { kid: '' })],
  ['no key id', (issuer) => issuer.sign(issuer.claims(), { kid: undefined })],
];

const WRONG_FORM: Forgery[] = [
  ['an unknown critical header', withHeader({ alg: 'RS256', kid: 'k1', crit: ['x'], x: 1 })],
  ['an unencoded body', withHeader({ alg: 'RS256', kid: 'k1', crit: ['b64'], b64: false })],
  [
    'other claims under a sound signature',
    async (issuer) => {
      const [header, , signature] = await partsOf(issuer);
      return `${header}.${encode({ ...issuer.claims(), sub: 'admin' })}.${signature}`;
    },
  ],
  ['a cut signature', async (issuer) => (await issuer.sign()).slice(0, -4)],
  ['two parts', async (issuer) => (await partsOf(issuer)).slice(0, 2).join('.')],
  ['a fourth part', async (issuer) => `${await issuer.sign()}.x`],
  ['a dot behind it', async (issuer) => `${await issuer.sign()}.`],
  ['a dot before it', async (issuer) => `.${await issuer.sign()}`],
  ['dots', () => Promise.resolve('..')],
  ['an encrypted token’s form', () => Promise.resolve(`${encode({ alg: 'dir', enc: 'A128GCM' })}.a.b.c.d`)],
  ['two tokens in one', async (issuer) => `${await issuer.sign()} ${await issuer.sign()}`],
  ['a token in a list', async (issuer) => `["${await issuer.sign()}"]`],
  [
    'the signed token as JSON',
    async (issuer) => {
      const [header, payload, signature] = await partsOf(issuer);
      return JSON.stringify({ protected: header, payload, signature });
    },
  ],
];

const WRONG_CLAIMS: Forgery[] = [
  ['expired', withClaims(() => ({ exp: seconds() - 60 }))],
  ['without an expiry', withClaims(() => ({ exp: undefined }))],
  ['with an expiry in a text', withClaims(() => ({ exp: String(seconds() + 600) as unknown as number }))],
  ['not valid yet', withClaims(() => ({ nbf: seconds() + 60 }))],
  ['issued in the future', withClaims(() => ({ iat: seconds() + 600 }))],
  ['of another issuer', withClaims(() => ({ iss: 'https://evil.example' }))],
  ['of no issuer', withClaims(() => ({ iss: undefined }))],
  ['of the issuer with a slash', withClaims(({ url }) => ({ iss: `${url}/` }))],
  [
    'of the issuer under another name',
    withClaims(({ url }) => ({ iss: url.replace('127.0.0.1', 'localhost') })),
  ],
  ['of the issuer in upper case', withClaims(({ url }) => ({ iss: url.toUpperCase() }))],
  ['of a place below the issuer', withClaims(({ url }) => ({ iss: `${url}/tenant` }))],
  ['of a list of issuers', withClaims(({ url }) => ({ iss: [url] as unknown as string }))],
  ['for another audience', withClaims(() => ({ aud: 'other' }))],
  ['for no audience', withClaims(() => ({ aud: undefined }))],
  ['for an empty list of audiences', withClaims(() => ({ aud: [] }))],
  ['for the audience in upper case', withClaims(() => ({ aud: 'GATEWAY' }))],
  ['for the audience and a blank', withClaims(() => ({ aud: 'gateway ' }))],
  ['for an audience that begins alike', withClaims(() => ({ aud: 'gateway2' }))],
  [
    'for another audience, from a client of that name',
    withClaims(() => ({ aud: 'x', client_id: 'gateway' })),
  ],
];

export const FORGERIES: readonly Forgery[] = [...UNSIGNED, ...WRONG_KEY, ...WRONG_FORM, ...WRONG_CLAIMS];
