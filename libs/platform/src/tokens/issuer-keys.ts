/**
 * The public keys of an OpenID Connect issuer: found by its discovery document (OpenID Connect Discovery 1.0, 4), kept, and
 * asked for again when they are old or a key is unknown. While the issuer is away the last ones go on counting.
 */
import type { Upstream, UpstreamUrl } from '@gatehouse/engine';
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

/** Developer guide, "JWT authorizers": each of the two requests, and the size of the key set. */
const REQUEST_TIMEOUT_MS = 1500;
const MAX_BYTES = 150_000;
/** Reported of AWS. */
const FRESH_MS = 2 * 3_600_000;
/** Unknown key ids cost an issuer no more than this, whoever invents them. */
const REFETCH_MS = 30_000;

const NEVER = { aborted: false, addEventListener: () => undefined, removeEventListener: () => undefined };

export interface IssuerKeysOptions {
  readonly upstream: Upstream;
  readonly issuer: string;
  /** Milliseconds, never going back. */
  readonly now: () => number;
}

/** Key ids in the set, and what finds the key of a token. */
export interface KeySet {
  readonly ids: ReadonlySet<string>;
  readonly find: JWTVerifyGetKey;
}

export class IssuerKeys {
  private known: KeySet | undefined;
  private fetchedAt = -Infinity;
  private triedAt = -Infinity;
  private running: Promise<void> | undefined;

  constructor(private readonly options: IssuerKeysOptions) {}

  /** The set, asked for anew where it does not hold `keyId`. Rejects where there never was one. */
  async with(keyId: string): Promise<KeySet> {
    const { known } = this;
    if (known?.ids.has(keyId)) {
      if (this.options.now() - this.fetchedAt > FRESH_MS) void this.refetch();
      return known;
    }
    await this.refetch();
    if (this.known === undefined) throw new Error(`the keys of ${this.options.issuer} cannot be had`);
    return this.known;
  }

  private refetch(): Promise<void> {
    if (this.running) return this.running;
    if (this.options.now() - this.triedAt < REFETCH_MS) return Promise.resolve();
    this.triedAt = this.options.now();
    this.running = this.fetch()
      .then((keys) => {
        this.known = keys;
        this.fetchedAt = this.options.now();
      })
      .catch(() => undefined)
      .finally(() => (this.running = undefined));
    return this.running;
  }

  private async fetch(): Promise<KeySet> {
    const { issuer } = this.options;
    const discovery = await this.getJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const { jwks_uri: jwksUri, issuer: named } = discovery as { jwks_uri?: unknown; issuer?: unknown };
    if (named !== issuer) throw new Error('the discovery document is of another issuer');
    if (typeof jwksUri !== 'string') throw new Error('the discovery document names no keys');
    return keySetOf((await this.getJson(jwksUri)) as JSONWebKeySet);
  }

  private async getJson(url: string): Promise<unknown> {
    const { status, body } = await this.options.upstream.send({
      accountId: 'token-issuers',
      url: upstreamUrl(url),
      method: 'GET',
      headers: ['Accept', 'application/json', 'User-Agent', 'gatehouse'],
      body: undefined,
      timeoutMs: REQUEST_TIMEOUT_MS,
      tlsInsecureSkipVerification: false,
      signal: NEVER,
    });
    const bytes = await body.gather(MAX_BYTES);
    if (status !== 200) throw new Error(`${url} answered ${status}`);
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  }
}

/** Without symmetric keys, which are no public ones, and without keys that have no id. */
function keySetOf(set: JSONWebKeySet): KeySet {
  const keys = set.keys.filter(({ kid, kty }) => typeof kid === 'string' && kty !== 'oct');
  return { ids: new Set(keys.map(({ kid }) => kid ?? '')), find: createLocalJWKSet({ keys }) };
}

function upstreamUrl(text: string): UpstreamUrl {
  const { protocol, hostname, port, pathname, search } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') throw new Error('not an http(s) URL');
  const standard = protocol === 'https:' ? 443 : 80;
  return {
    protocol,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? standard : Number(port),
    target: pathname + search,
  };
}
