/** An OpenID Connect issuer on loopback: its discovery document and its public keys. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, SignJWT, type JWTPayload } from 'jose';

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export const AUDIENCE = 'gateway';

export class Issuer {
  /** `k1` of the key set. */
  readonly rsa: KeyPair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  /** `e1`. */
  readonly elliptic: KeyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  private readonly server = createServer((request, response) => {
    this.asked.push(request.url ?? '');
    const isDiscovery = request.url === '/.well-known/openid-configuration';
    void this.keys().then((keys) =>
      response.end(
        JSON.stringify(isDiscovery ? { issuer: this.url, jwks_uri: `${this.url}/keys` } : { keys }),
      ),
    );
  });

  static async start(): Promise<Issuer> {
    const issuer = new Issuer();
    await new Promise<void>((resolve) => issuer.server.listen(0, '127.0.0.1', resolve));
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Of one that is good for ten minutes. */
  claims(): JWTPayload {
    const now = Math.floor(Date.now() / 1000);
    return { iss: this.url, aud: AUDIENCE, sub: 'ann', scope: 'read', iat: now, nbf: now, exp: now + 600 };
  }

  sign(
    payload: JWTPayload = this.claims(),
    header: Readonly<Record<string, unknown>> = {},
    key: KeyObject = this.rsa.privateKey,
  ): Promise<string> {
    return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(key);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** With a symmetric key that no issuer should show, so that one who finds it gains nothing. */
  private async keys() {
    return [
      { ...(await exportJWK(this.rsa.publicKey)), kid: 'k1' },
      { ...(await exportJWK(this.elliptic.publicKey)), kid: 'e1' },
      { kty: 'oct', k: Buffer.from('secret').toString('base64url'), kid: 'o1' },
    ];
  }
}
