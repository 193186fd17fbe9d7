/** What authorizers of REST and HTTP APIs have in common: the function, the time to live, the pattern, the name. */
import { badRequest } from './fault';

/** Of one API (service quotas). */
export const MAX_AUTHORIZERS = 10;

export const TOO_MANY_AUTHORIZERS =
  'Maximum number of Authorizers for this API has been reached. Please contact AWS if you need additional Authorizers.';

const INVOCATION = /^arn:aws[a-z-]*:apigateway:[a-z0-9-]+:lambda:path\/.*functions\/.+\/invocations$/s;

/** DIFFERS: authorizers by URL; AWS takes the invocation of a Lambda function only. */
export function requireAuthorizerUri(uri: string | undefined): void {
  if (uri !== undefined && (INVOCATION.test(uri) || isUrl(uri))) return;
  throw badRequest(
    `Invalid Authorizer URI: ${uri ?? 'null'}. Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation.`,
  );
}

/** Stage variables may stand anywhere behind the scheme. */
function isUrl(text: string): boolean {
  return (
    /^https?:\/\//i.test(text) && URL.canParse(text.replace(/\$\{stageVariables\.[A-Za-z0-9_]+\}/g, 'x'))
  );
}

/**
 * An https address without query and fragment (OpenID Connect Discovery 1.0, 2).
 * DIFFERS: issuers on loopback; AWS has none, here those may be plain http.
 */
export function isIssuer(text: string): boolean {
  const isSafe = /^(?:https:\/\/[^\s/?#]|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$))/.test(text);
  return isSafe && /^[^\s?#@]+$/.test(text) && URL.canParse(text);
}

export function requireTtl(seconds: number | undefined): void {
  if (seconds === undefined || (Number.isInteger(seconds) && seconds >= 0 && seconds <= 3600)) return;
  throw badRequest('Authorizer result TTL must be between 0 and 3600 seconds');
}

export function requireRole(arn: string | undefined): void {
  if (arn === undefined || /^arn:aws[a-z-]*:iam::(\d{12}|\*):.+$/.test(arn)) return;
  throw badRequest('Invalid ARN specified in the request');
}

export function requireAuthorizerName(name: string, others: readonly { readonly name: string }[]): void {
  if (name === '') throw badRequest('Authorizer name cannot be blank');
  if (!others.some((other) => other.name === name)) return;
  throw badRequest(`Authorizer name must be unique. Authorizer ${name} already exists in this RestApi.`);
}

/**
 * DIFFERS: regular expressions of authorizers; AWS takes Java's. What JavaScript lacks of those is refused, and so is what
 * makes one expression run for as long as a client likes.
 */
export function requirePattern(expression: string | undefined): void {
  if (expression === undefined) return;
  const found = forbiddenIn(expression);
  if (found !== undefined) {
    throw badRequest(`Invalid identity validation expression: ${found} is not supported`);
  }
  try {
    new RegExp(`^(?:${expression})$`);
  } catch {
    throw badRequest('Invalid identity validation expression: it is not a regular expression of JavaScript');
  }
}

/** The tokens that matter outside of character classes; every other one is passed over whole. */
const TOKEN = /\\(?<escaped>.)|\[(?:\\.|[^\]\\])*\]|(?<look>\(\?<?[=!])|./gsu;

function forbiddenIn(expression: string): string | undefined {
  for (const { groups } of expression.matchAll(TOKEN)) {
    if (groups?.look !== undefined) return 'look-around';
    if (/[1-9k]/.test(groups?.escaped ?? '')) return 'a back-reference';
  }
  return undefined;
}
