/**
 * Who may renew what the response cache holds: users whose policies allow `execute-api:InvalidateCache` on the method, by a
 * signed request (developer guide, "Invalidate an API Gateway cache entry").
 */
import type { Exchange } from '../exchange';
import type { Kit } from '../ports';
import type { RoutePlan } from '../program';
import { verdictFor } from './access-request';
import { principalsOf } from './principals';

export function mayInvalidateCache(plan: RoutePlan, kit: Kit): (x: Exchange) => boolean {
  if (plan.route.authorization.type !== 'AWS_IAM') return () => false;
  const principals = principalsOf(plan, kit);
  return (x) => {
    const { accessKey } = x.identity;
    const principal = accessKey === undefined ? undefined : principals.get(accessKey);
    if (principal === undefined) return false;
    return verdictFor(x, principal.policies, principal.caller, 'execute-api:InvalidateCache') === 'allow';
  };
}
