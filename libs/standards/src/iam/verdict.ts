/** IAM user guide, "Policy evaluation logic": an explicit Deny wins, then an explicit Allow; silence is `none`. */
import type { AccessRequest, Policy, Statement, Verdict } from './types';

export function verdictOf(policies: readonly Policy[], request: AccessRequest): Verdict {
  let verdict: Verdict = 'none';
  for (const { statements } of policies) {
    for (const statement of statements) {
      if (!applies(statement, request)) continue;
      if (statement.effect === 'Deny') return 'deny';
      verdict = 'allow';
    }
  }
  return verdict;
}

function applies({ principal, action, resource, conditions }: Statement, request: AccessRequest): boolean {
  return (
    action(request) &&
    resource(request) &&
    (principal === undefined || principal(request.caller)) &&
    allHold(conditions, request)
  );
}

/** Most have none, and a call for each is made for each request. */
function allHold(conditions: Statement['conditions'], request: AccessRequest): boolean {
  for (const holds of conditions) if (!holds(request)) return false;
  return true;
}
