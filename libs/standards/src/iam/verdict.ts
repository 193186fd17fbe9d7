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
    conditions.every((holds) => holds(request))
  );
}
