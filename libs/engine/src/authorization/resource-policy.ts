/**
 * The resource policy of a REST API beside what a caller's own policies say (developer guide, "How API Gateway resource
 * policies affect authorization workflow"; tables A and B).
 */
import { parsePolicy, type Caller, type Policy, type Verdict } from '@gatehouse/standards';
import { GatewayError } from '../errors';
import type { Exchange } from '../exchange';
import type { RoutePlan } from '../program';
import { verdictFor } from './access-request';
import { methodArn } from './method-arn';

/** `undefined` = the API has none and needs none. */
export type ResourcePolicy = Policy | undefined;

const NOTHING_ALLOWED: Policy = { statements: [] };

/** A policy that cannot be read lets nobody pass, and is a problem. */
export function compileResourcePolicy(plan: RoutePlan): ResourcePolicy {
  const { resourcePolicy, isPrivate } = plan.access;
  if (resourcePolicy === undefined) return isPrivate ? NOTHING_ALLOWED : undefined;
  const policy = parsePolicy(resourcePolicy);
  const fault = typeof policy === 'string' ? policy : faultOf(policy);
  if (typeof policy !== 'string' && fault === undefined) return policy;
  plan.problem('INVALID_POLICY', '/authorization', `the resource policy cannot be read: ${fault}`);
  return NOTHING_ALLOWED;
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

/** `own` is what the caller's policies say; `policyOf` what the resource's says. */
export function combined(own: Verdict, resource: Verdict, isSameAccount: boolean): Verdict {
  if (own === 'deny' || resource === 'deny') return 'deny';
  const allows = [own, resource].filter((verdict) => verdict === 'allow').length;
  return allows >= (isSameAccount ? 1 : 2) ? 'allow' : 'none';
}

export function resourceVerdict(x: Exchange, policy: ResourcePolicy, caller: Caller | undefined): Verdict {
  return policy === undefined ? 'none' : verdictFor(x, [policy], caller);
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
