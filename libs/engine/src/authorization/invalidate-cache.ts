/**
 * Who may renew what the response cache holds: users whose policies allow `execute-api:InvalidateCache` on the method, by a
 * signed request (developer guide, "Invalidate an API Gateway cache entry"). The API's policy may deny it, and has to allow it
 * to users of other accounts.
 */
import type { Exchange } from '../exchange';
import type { Kit } from '../ports';
import type { RoutePlan } from '../program';
import { verdictFor } from './access-request';
import { principalsOf } from './principals';
import { combined, readResourcePolicy } from './resource-policy';

const INVALIDATE = 'execute-api:InvalidateCache';

export function mayInvalidateCache(plan: RoutePlan, kit: Kit): (x: Exchange) => boolean {
  if (plan.route.authorization.type !== 'AWS_IAM') return () => false;
  const principals = principalsOf(plan, kit);
  const { policy } = readResourcePolicy(plan.access);
  return (x) => {
    const { accessKey } = x.identity;
    const principal = accessKey === undefined ? undefined : principals.get(accessKey);
    if (principal === undefined) return false;
    const { caller, policies } = principal;
    const own = verdictFor(x, policies, caller, INVALIDATE);
    const isSameAccount = caller.accountId === x.facts.accountId;
    const claim = { own, caller, isSameAccount, action: INVALIDATE };
    return own === 'allow' && combined(x, policy, claim) === 'allow';
  };
}
