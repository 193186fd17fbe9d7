/**
 * What a stage can do beyond AWS, off unless it is asked for. Written by the native API as one document, kept with the stage,
 * and published with it: a change needs no deployment. Absent members are off.
 */
import { badRequest } from './fault';
import { canaryChecks, requireCanaryOptions, type CanaryOptions } from './rest/canary-options';
import type { Check } from './option-check';

export interface StageOptions {
  readonly authorizers?: AuthorizerOptions;
  readonly limits?: LimitOptions;
  readonly cache?: CacheOptions;
  readonly canary?: CanaryOptions;
}

export interface AuthorizerOptions {
  /** Seconds for which a result may be used beyond its time while the authorizer fails. */
  readonly staleOnErrorSeconds?: number;
  /** Seconds for which a failure is remembered, so that a broken authorizer is left alone. */
  readonly errorTtlSeconds?: number;
  /** JWTs: RS256, RS384 and RS512 only, as on AWS. */
  readonly rsaOnly?: boolean;
}

export interface LimitOptions {
  /** What happens while the store of the limits is away. Default `local`: each node goes on with its share. */
  readonly onStoreFailure?: 'local' | 'allow' | 'deny';
  /** Answers tell `RateLimit` and `RateLimit-Policy`, and 429 `Retry-After`. */
  readonly headers?: boolean;
}

/** Of the response cache of a REST stage. */
export interface CacheOptions {
  /** As on AWS: callers, their `Authorization` and their cookies are no part of an answer's key, and do not reach the origin. */
  readonly sharedAcrossCallers?: boolean;
  /** What the origin says in `Cache-Control` counts (RFC 9111). */
  readonly honoursOrigin?: boolean;
  /** Seconds for which an old answer is given while it is renewed. */
  readonly staleWhileRevalidateSeconds?: number;
  /** Seconds for which an old answer is given in place of a failure. */
  readonly staleIfErrorSeconds?: number;
}

const seconds =
  (most: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most
      ? undefined
      : `must be a whole number from 0 to ${most}`;
const yesOrNo: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
const oneOf =
  (...names: string[]): Check =>
  (value) =>
    names.includes(value as string) ? undefined : `must be one of ${names.join(', ')}`;

/** The whole document: section, member, check. */
const CHECKS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  authorizers: { staleOnErrorSeconds: seconds(86_400), errorTtlSeconds: seconds(60), rsaOnly: yesOrNo },
  cache: {
    sharedAcrossCallers: yesOrNo,
    honoursOrigin: yesOrNo,
    staleWhileRevalidateSeconds: seconds(86_400),
    staleIfErrorSeconds: seconds(86_400),
  },
  limits: { onStoreFailure: oneOf('local', 'allow', 'deny'), headers: yesOrNo },
  canary: canaryChecks,
};

/** Throws `BadRequestException` that names the member. */
export function readStageOptions(document: Readonly<Record<string, unknown>>): StageOptions {
  for (const [section, members] of Object.entries(document)) {
    const checks = Object.hasOwn(CHECKS, section) ? CHECKS[section] : undefined;
    if (checks === undefined) throw unknown(section, Object.keys(CHECKS));
    if (typeof members !== 'object' || members === null || Array.isArray(members)) {
      throw badRequest(`${section} must be an object`);
    }
    for (const [member, value] of Object.entries(members)) requireMember(section, checks, member, value);
  }
  requireCanaryOptions((document as StageOptions).canary);
  return document;
}

function requireMember(
  section: string,
  checks: Readonly<Record<string, Check>>,
  member: string,
  value: unknown,
): void {
  const check = Object.hasOwn(checks, member) ? checks[member] : undefined;
  if (check === undefined) throw unknown(`${section}.${member}`, Object.keys(checks));
  const fault = check(value);
  if (fault !== undefined) throw badRequest(`${section}.${member} ${fault}`);
}

function unknown(name: string, known: readonly string[]): Error {
  return badRequest(`Unknown option ${name}. Known are: ${known.join(', ')}`);
}
