/**
 * The resource policy of a REST API beside what a caller's own policies say (developer guide, "How API Gateway resource
 * policies affect authorization workflow"; tables A and B).
 */
import { parsePolicy, type Caller, type Policy, type Verdict } from '@gatehouse/standards';
import { GatewayError } from '../errors';
import type { Exchange } from '../exchange';
import type { RoutePlan, StageAccess } from '../program';
import { verdictFor } from './access-request';
import { methodArn } from './method-arn';

/** `undefined` = the API has none and needs none. */
export type ResourcePolicy = Policy | undefined;

const NOTHING_ALLOWED: Policy = { statements: [] };

/** A policy that cannot be read lets nobody pass, and is a problem. */
export function compileResourcePolicy(plan: RoutePlan): ResourcePolicy {
  const { policy, fault } = readResourcePolicy(plan.access);
  if (fault !== undefined) {
    plan.problem('INVALID_POLICY', '/authorization', `the resource policy cannot be read: ${fault}`);
  }
  return policy;
}

/** `fault` = why the policy cannot be read. */
export function readResourcePolicy(access: StageAccess): { policy: ResourcePolicy; fault?: string } {
  const { resourcePolicy, isPrivate } = access;
  if (resourcePolicy === undefined) return { policy: isPrivate ? NOTHING_ALLOWED : undefined };
  const policy = parsePolicy(resourcePolicy);
  if (typeof policy === 'string') return { policy: NOTHING_ALLOWED, fault: policy };
  const fault = faultOf(policy);
  return fault === undefined ? { policy } : { policy: NOTHING_ALLOWED, fault };
}

/** A statement about nobody in particular would be about everybody. */
function faultOf({ statements }: Policy): string | undefined {
  const at = statements.findIndex(({ principal }) => principal === undefined);
  return at < 0 ? undefined : `statement ${at + 1}: it needs Principal or NotPrincipal`;
}

/** Allowed only in so many words: no authorization, or a token that says nothing of methods. */
export function requireAllow(x: Exchange, policy: ResourcePolicy): void {
  if (policy === undefined) return;
  const verdict = verdictFor(x, [policy], undefined);
  if (verdict !== 'allow') throw anonymousRefused(x, verdict);
}

/** Before a function is asked. */
export function refuseDenied(x: Exchange, policy: ResourcePolicy): void {
  if (policy !== undefined && verdictFor(x, [policy], undefined) === 'deny')
    throw anonymousRefused(x, 'deny');
}

/** Whoever asks, and what his own policies, or his authorizer, say of it. */
export interface Claim {
  readonly own: Verdict;
  readonly caller: Caller | undefined;
  /** Of another account both sides have to allow. */
  readonly isSameAccount: boolean;
  /** Default `execute-api:Invoke`. */
  readonly action?: string;
}

/** What both sides come to. Where the API's policy cannot be read, or has to be there and is not, no claim is enough by itself. */
export function combined(
  x: Exchange,
  policy: ResourcePolicy,
  { own, caller, isSameAccount, action }: Claim,
): Verdict {
  const resource = policy === undefined ? 'none' : verdictFor(x, [policy], caller, action);
  if (own === 'deny' || resource === 'deny') return 'deny';
  const isEnoughAlone = isSameAccount && policy !== NOTHING_ALLOWED;
  const isAllowed = own === 'allow' || resource === 'allow';
  const isAllowedByBoth = own === 'allow' && resource === 'allow';
  return (isEnoughAlone ? isAllowed : isAllowedByBoth) ? 'allow' : 'none';
}

function anonymousRefused(x: Exchange, verdict: Verdict): GatewayError {
  return refused(x, 'anonymous', verdict);
}

/** The account's number is masked but for its last digits, as on AWS. */
export function refused(x: Exchange, who: string, verdict: Verdict): GatewayError {
  const { accountId } = x.facts;
  const resource = methodArn(x).replace(`:${accountId}:`, `:********${accountId.slice(-4)}:`);
  const how = verdict === 'deny' ? ' with an explicit deny' : '';
  return new GatewayError(
    'ACCESS_DENIED',
    `User: ${who} is not authorized to perform: execute-api:Invoke on resource: ${resource}${how}`,
  );
}
