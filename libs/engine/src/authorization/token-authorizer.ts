/**
 * JWT authorizers of HTTP APIs and Cognito user pools of REST APIs. Signature, issuer and times are the port's business; what
 * a token must say for this route is decided here (developer guide, "Control access to HTTP APIs with JWT authorizers";
 * "Control access to REST APIs using Amazon Cognito user pools as an authorizer").
 */
import type { Verdict } from '@gatehouse/standards';
import type { CognitoAuthorizer, JwtAuthorizer } from '@gatehouse/snapshot';
import { GatewayError } from '../errors';
import type { Exchange } from '../exchange';
import { TokenError, type Claims, type Kit } from '../ports';
import type { RoutePlan } from '../program';
import type { Authenticate } from './authenticate';
import { claimTexts, scopesOf, textsOf } from './claims';
import { ABSENT, compileIdentitySources, isPresent } from './identity-source';
import { compileWhole } from './whole-pattern';

export function jwtAuthenticate(
  plan: RoutePlan,
  { issuer, audience, identitySource }: JwtAuthorizer,
  scopes: readonly string[],
  kit: Kit,
): Authenticate {
  const [source = ABSENT] = compileIdentitySources(plan, identitySource);
  const { rsaOnly = false } = plan.access.options;
  return (x) => {
    const values = source.valuesOf(x);
    if (!isPresent(values)) throw unauthorized(x, 'Bearer');
    if (rsaOnly && !isRsa(kit.tokens.algorithmOf(bare(values))))
      throw invalid(x, 'the token is not signed by an RSA algorithm');
    const check = (claims: Claims): Verdict => {
      if (!hasAudience(claims, audience)) throw invalid(x, 'the token does not have a valid audience');
      if (!hasScope(claims, scopes)) throw insufficient(x, scopes);
      return pass(x, 'jwt', claims, scopes);
    };
    return verified(kit, values, issuer, check, (error) => {
      throw error.fault === 'unavailable' ? unauthorized(x, 'Bearer') : invalid(x, error.message);
    });
  };
}

export function cognitoAuthenticate(
  plan: RoutePlan,
  { issuers, identitySource, identityValidationExpression }: CognitoAuthorizer,
  scopes: readonly string[],
  kit: Kit,
): Authenticate | undefined {
  const [source = ABSENT] = compileIdentitySources(plan, identitySource);
  const expression = identityValidationExpression;
  const isAudience = expression ? compileWhole(plan, '/authorization', expression) : undefined;
  if (expression && isAudience === undefined) return undefined;
  return (x) => {
    const values = source.valuesOf(x);
    if (!isPresent(values)) throw new GatewayError('UNAUTHORIZED');
    const check = (claims: Claims): Verdict => {
      const isMeant = isAudience === undefined || textsOf(claims.aud ?? claims.client_id).some(isAudience);
      if (!isMeant || !isRightUse(claims, scopes)) throw new GatewayError('UNAUTHORIZED');
      return pass(x, 'cognito', claims, undefined);
    };
    const issuer = issuerOf(values, issuers, kit);
    if (issuer === undefined) throw new GatewayError('UNAUTHORIZED');
    return verified(kit, values, issuer, check, (error) => {
      const detail = error.fault === 'expired' ? 'The incoming token has expired' : undefined;
      throw new GatewayError('UNAUTHORIZED', detail);
    });
  };
}

/** Without scopes the method wants an ID token, with scopes an access token that has one of them. */
function isRightUse(claims: Claims, scopes: readonly string[]): boolean {
  if (scopes.length === 0) return claims.token_use === undefined || claims.token_use === 'id';
  return (claims.token_use === undefined || claims.token_use === 'access') && hasScope(claims, scopes);
}

/** The pool that the token says it comes from, if it is one of the authorizer's. */
function issuerOf(values: readonly string[], issuers: readonly string[], kit: Kit): string | undefined {
  const claimed = kit.tokens.issuerOf(bare(values));
  return issuers.find((issuer) => issuer === claimed);
}

function verified(
  kit: Kit,
  values: readonly string[],
  issuer: string,
  check: (claims: Claims) => Verdict,
  refuse: (error: TokenError) => never,
): Verdict | Promise<Verdict> {
  const found = kit.tokens.verify(bare(values), issuer);
  if (!(found instanceof Promise)) return check(found);
  return found.then(check, (error: unknown) => {
    if (error instanceof TokenError) return refuse(error);
    throw error;
  });
}

/** With `Bearer ` or without. Two tokens are no token. */
function bare(values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? '').replace(/^\s*Bearer\s+/i, '').trim() : '';
}

/** What AWS takes (developer guide, "JWT authorizers"). */
function isRsa(algorithm: string | undefined): boolean {
  return algorithm === 'RS256' || algorithm === 'RS384' || algorithm === 'RS512';
}

function hasAudience({ aud, client_id: clientId }: Claims, audience: readonly string[]): boolean {
  return textsOf(aud ?? clientId).some((one) => audience.includes(one));
}

function hasScope(claims: Claims, wanted: readonly string[]): boolean {
  return wanted.length === 0 || scopesOf(claims).some((scope) => wanted.includes(scope));
}

function pass(
  x: Exchange,
  by: 'jwt' | 'cognito',
  claims: Claims,
  wanted: readonly string[] | undefined,
): Verdict {
  const granted = wanted && wanted.length > 0 ? scopesOf(claims) : undefined;
  x.authorizer = {
    by,
    principalId: typeof claims.sub === 'string' ? claims.sub : undefined,
    context: {},
    claims: claimTexts(claims),
    scopes: granted,
    latencyMs: undefined,
    usageIdentifierKey: undefined,
    text: undefined,
  };
  return 'allow';
}

/** RFC 6750 3. */
function unauthorized(x: Exchange, challenge: string): GatewayError {
  x.challenge = challenge;
  return new GatewayError('UNAUTHORIZED');
}

function invalid(x: Exchange, description: string): GatewayError {
  return unauthorized(x, `Bearer scope="" error="invalid_token" error_description="${description}"`);
}

function insufficient(x: Exchange, scopes: readonly string[]): GatewayError {
  x.challenge = `Bearer scope="${scopes.join(' ')}" error="insufficient_scope" error_description="the token does not have the required scopes"`;
  return new GatewayError('ACCESS_DENIED');
}
