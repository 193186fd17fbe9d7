/**
 * The engine's `Tokens`: JSON Web Tokens (RFC 7519) of OpenID Connect issuers. The key comes from the issuer's set alone and
 * pins the algorithm; what a token's header says of keys is not looked at but for the id.
 */
import { TokenError, type Claims, type Tokens, type Upstream } from '@gatehouse/engine';
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { IssuerKeys } from './issuer-keys';
import { VerifiedTokens } from './verified-tokens';

/** DIFFERS: algorithms of JWT authorizers; AWS takes RS256, RS384 and RS512. No symmetric one is ever taken. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'];
const MAX_TOKEN_LENGTH = 8192;
/** Clocks of issuers and nodes differ by a little. */
const CLOCK_TOLERANCE_SECONDS = 5;

export interface OidcTokensOptions {
  readonly upstream: Upstream;
}

export class OidcTokens implements Tokens {
  private readonly issuers = new Map<string, IssuerKeys>();
  private readonly verified = new VerifiedTokens();

  constructor(private readonly options: OidcTokensOptions) {}

  issuerOf(token: string): string | undefined {
    try {
      return token.length <= MAX_TOKEN_LENGTH ? decodeJwt(token).iss : undefined;
    } catch {
      return undefined;
    }
  }

  algorithmOf(token: string): string | undefined {
    try {
      return token.length <= MAX_TOKEN_LENGTH ? decodeProtectedHeader(token).alg : undefined;
    } catch {
      return undefined;
    }
  }

  verify(token: string, issuer: string): Claims | Promise<Claims> {
    const known = this.verified.find(issuer, token, Date.now());
    return known ?? this.verifyAnew(token, issuer);
  }

  private async verifyAnew(token: string, issuer: string): Promise<Claims> {
    const { find } = await this.keysOf(issuer)
      .with(keyIdOf(token))
      .catch((error: unknown) => {
        throw error instanceof TokenError ? error : new TokenError('unavailable', 'the keys cannot be had');
      });
    try {
      const { payload } = await jwtVerify(token, find, {
        issuer,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ['exp'],
      });
      if (payload.iat !== undefined && payload.iat > Date.now() / 1000 + CLOCK_TOLERANCE_SECONDS)
        throw new TokenError('invalid', 'the token was issued in the future');
      this.verified.keep(issuer, token, payload, Date.now());
      return payload;
    } catch (error) {
      throw error instanceof TokenError ? error : tokenError(error);
    }
  }

  private keysOf(issuer: string): IssuerKeys {
    const known = this.issuers.get(issuer);
    if (known) return known;
    const { upstream } = this.options;
    const keys = new IssuerKeys({ upstream, issuer, now: () => performance.now() });
    this.issuers.set(issuer, keys);
    return keys;
  }
}

/** Before any key is asked for. */
function keyIdOf(token: string): string {
  if (token.length > MAX_TOKEN_LENGTH) throw new TokenError('invalid', 'the token is too long');
  try {
    const { kid, alg } = decodeProtectedHeader(token);
    if (typeof kid !== 'string') throw new TokenError('invalid', 'the token names no key');
    if (!ALGORITHMS.includes(alg ?? ''))
      throw new TokenError('invalid', 'the token has an unsupported algorithm');
    return kid;
  } catch (error) {
    throw error instanceof TokenError ? error : new TokenError('invalid', 'the token is malformed');
  }
}

function tokenError(error: unknown): TokenError {
  if (error instanceof errors.JWTExpired) return new TokenError('expired', 'the token has expired');
  if (error instanceof errors.JWTClaimValidationFailed)
    return new TokenError('invalid', `the token does not have a valid ${claimName(error.claim)}`);
  if (error instanceof errors.JWKSNoMatchingKey)
    return new TokenError('invalid', 'the key of the token is unknown');
  return new TokenError('invalid', 'the token does not have a valid signature');
}

const NAMES: Readonly<Record<string, string>> = {
  iss: 'issuer',
  exp: 'expiry',
  nbf: 'start',
  iat: 'time of issue',
};
const claimName = (claim: string): string => NAMES[claim] ?? claim;
