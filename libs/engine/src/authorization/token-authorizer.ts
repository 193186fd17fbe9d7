/**
 * JWT authorizers of HTTP APIs and Cognito user pools of REST APIs. Signature, issuer and times are the port's business; what
 * a token must say for this route is decided here (developer guide, "Control access to HTTP APIs with JWT authorizers";
 * "Control access to REST APIs using Amazon Cognito user pools as an authorizer").
 */
import type { Verdict } from '@gatehouse/standards';
import type { CognitoAuthorizer, JwtAuthorizer } from '@gatehouse/snapshot';
import { GatewayError } from '../errors';
import type { Authorization, Exchange } from '../exchange';
import { TokenError, type Claims, type Kit } from '../ports';
import type { RoutePlan } from '../program';
import type { Authenticate } from './authenticate';
import { claimTexts, scopesOf, textsOf } from './claims';
import { identifyBy, type Identity } from './identified';
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
  const identify = identifyBy([source], (x, identity) => {
    if (!identity.every(isPresent)) throw unauthorized(x, 'Bearer');
    return bareToken(identity);
  });
  const check = remembering((x, claims) => {
    if (!hasAudience(claims, audience)) throw invalid(x, 'the token does not have a valid audience');
    if (!hasScope(claims, scopes)) throw insufficient(x, scopes);
    return authorizationOf('jwt', claims, scopes);
  });
  const refuse: Refuse = (x, error) => {
    throw error.fault === 'unavailable' ? unauthorized(x, 'Bearer') : invalid(x, error.message);
  };
  return (x) => {
    const token = identify(x).key;
    if (rsaOnly && !isRsa(kit.tokens.algorithmOf(token)))
      throw invalid(x, 'the token is not signed by an RSA algorithm');
    return settled(x, kit.tokens.verify(token, issuer), check, refuse);
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
  const identify = identifyBy([source], (_x, identity) => {
    if (!identity.every(isPresent)) throw new GatewayError('UNAUTHORIZED');
    return bareToken(identity);
  });
  const check = remembering((_x, claims) => {
    const isMeant = isAudience === undefined || textsOf(claims.aud ?? claims.client_id).some(isAudience);
    if (!isMeant || !isRightUse(claims, scopes)) throw new GatewayError('UNAUTHORIZED');
    return authorizationOf('cognito', claims, undefined);
  });
  const refuse: Refuse = (_x, error) => {
    const detail = error.fault === 'expired' ? 'The incoming token has expired' : undefined;
    throw new GatewayError('UNAUTHORIZED', detail);
  };
  return (x) => {
    const token = identify(x).key;
    const issuer = issuerOf(token, issuers, kit);
    if (issuer === undefined) throw new GatewayError('UNAUTHORIZED');
    return settled(x, kit.tokens.verify(token, issuer), check, refuse);
  };
}

/** Throws where these claims do not open this route. */
type Check = (x: Exchange, claims: Claims) => Authorization;
type Refuse = (x: Exchange, error: TokenError) => never;

/** Claims that have passed once: those of a token that was verified before are the same object, and say the same of this route. */
function remembering(check: Check): Check {
  const passed = new WeakMap<Claims, Authorization>();
  return (x, claims) => {
    const known = passed.get(claims);
    if (known !== undefined) return known;
    const authorization = check(x, claims);
    passed.set(claims, authorization);
    return authorization;
  };
}

/** Without scopes the method wants an ID token, with scopes an access token that has one of them. */
function isRightUse(claims: Claims, scopes: readonly string[]): boolean {
  if (scopes.length === 0) return claims.token_use === undefined || claims.token_use === 'id';
  return (claims.token_use === undefined || claims.token_use === 'access') && hasScope(claims, scopes);
}

/** The pool that the token says it comes from, if it is one of the authorizer's. */
function issuerOf(token: string, issuers: readonly string[], kit: Kit): string | undefined {
  const claimed = kit.tokens.issuerOf(token);
  return issuers.find((issuer) => issuer === claimed);
}

function settled(
  x: Exchange,
  found: Claims | Promise<Claims>,
  check: Check,
  refuse: Refuse,
): Verdict | Promise<Verdict> {
  if (!(found instanceof Promise)) return pass(x, check(x, found));
  return found.then(
    (claims) => pass(x, check(x, claims)),
    (error: unknown) => {
      if (error instanceof TokenError) return refuse(x, error);
      throw error;
    },
  );
}

function pass(x: Exchange, authorization: Authorization): Verdict {
  x.authorizer = authorization;
  return 'allow';
}

/** With `Bearer ` or without. Two tokens are no token. */
function bareToken([values = []]: Identity): string {
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

function authorizationOf(
  by: 'jwt' | 'cognito',
  claims: Claims,
  wanted: readonly string[] | undefined,
): Authorization {
  const granted = wanted && wanted.length > 0 ? scopesOf(claims) : undefined;
  return {
    by,
    principalId: typeof claims.sub === 'string' ? claims.sub : undefined,
    context: {},
    claims: claimTexts(claims),
    scopes: granted,
    latencyMs: undefined,
    usageIdentifierKey: undefined,
    text: undefined,
  };
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
