/** A tenant's regular expression over a whole text. What it may not hold is refused when it is stored; the text is capped here. */
import type { RoutePlan } from '../program';

/** Longer than any token that fits into the header limit. */
const MAX_TEXT = 10_240;

export function compileWhole(
  plan: RoutePlan,
  member: string,
  pattern: string,
): ((text: string) => boolean) | undefined {
  let whole: RegExp;
  try {
    whole = new RegExp(`^(?:${pattern})$`);
  } catch {
    plan.problem('INVALID_PATTERN', member, `not a regular expression: ${pattern}`);
    return undefined;
  }
  return (text) => text.length <= MAX_TEXT && whole.test(text);
}
