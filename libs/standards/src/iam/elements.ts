/** `Action` and `Resource` of a statement (IAM user guide, "IAM JSON policy elements: Action", "Resource"). */
import { BadPolicy } from './bad-policy';
import { textsOf, type StatementFacts } from './reading';
import type { AccessRequest, Matcher } from './types';
import { hasVariables, parseTemplate } from './variables';
import { matchesPattern, wildcardPattern } from './wildcard';

/** Neither the prefix nor the name of an action has case. */
export function parseActions(value: unknown): Matcher<AccessRequest> {
  const patterns = textsOf(value, 'Action').map((text) => {
    if (text !== '*' && !/^[A-Za-z0-9*?-]+:[A-Za-z0-9*?]+$/.test(text))
      throw new BadPolicy(`there is no action ${text}`);
    return wildcardPattern(text.toLowerCase());
  });
  const names = (action: string): boolean => {
    const lower = action.toLowerCase();
    return patterns.some((pattern) => matchesPattern(pattern, lower));
  };
  // One after another asks for the same.
  let last = { action: '', isNamed: names('') };
  return ({ action }) => {
    if (action !== last.action) last = { action, isNamed: names(action) };
    return last.isNamed;
  };
}

/** `whenUnknown`: whether a pattern that has a variable without a value matches. */
export function parseResources(
  value: unknown,
  { hasVariables: isNew }: StatementFacts,
  whenUnknown: boolean,
): Matcher<AccessRequest> {
  const patterns = textsOf(value, 'Resource').map((text) => resourceMatcher(text, isNew, whenUnknown));
  return (request) => {
    for (const matches of patterns) if (matches(request)) return true;
    return false;
  };
}

/**
 * One pattern over the whole ARN: a star "can expand to match beyond the colon boundaries". A text that is no ARN is taken, as
 * authorizer functions write such ones, and names nothing.
 */
function resourceMatcher(text: string, isNew: boolean, whenUnknown: boolean): Matcher<AccessRequest> {
  if (isNew && hasVariables(text)) {
    const template = parseTemplate(text);
    return (request) => {
      const filled = template(request);
      return filled === undefined ? whenUnknown : matchesPattern(filled.pattern, request.resource);
    };
  }
  // Whoever asks need not make a text of what he asks for.
  if (text === '*') return () => true;
  const pattern = wildcardPattern(text);
  return ({ resource }) => matchesPattern(pattern, resource);
}
