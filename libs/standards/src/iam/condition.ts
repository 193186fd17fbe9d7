/**
 * Conditions (IAM user guide, "IAM JSON policy elements: Condition operators"). A key that the request does not have fails
 * what asks for equality and passes what asks for difference; `IfExists` passes it; `ForAllValues` passes an empty set.
 */
import { BadPolicy } from './bad-policy';
import { comparison, type Comparison } from './comparison';
import type { AccessRequest, Matcher } from './types';
import { filled, hasVariables } from './variables';

const OPERATOR = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/;

/** Throws `BadPolicy`. */
export function parseCondition(
  operator: string,
  key: string,
  wanted: readonly string[],
  isNew: boolean,
): Matcher<AccessRequest> {
  const [, quantifier, name = '', ifExists] = OPERATOR.exec(operator) ?? [];
  const lower = key.toLowerCase();
  if (name === 'Null') return nullCondition(lower, wanted);
  const compare = comparison(name);
  if (compare === undefined) throw new BadPolicy(`no condition operator: ${operator}`);
  const values = wanted.map((text) => wantedValue(compare, text, isNew));
  return (request) => {
    const given = request.context.get(lower);
    if (given === undefined || given.length === 0)
      return (
        ifExists !== undefined ||
        quantifier === 'ForAllValues' ||
        (quantifier === undefined && compare.isNegated)
      );
    return holds(compare, quantifier, given, values, request);
  };
}

type Holds = (given: string, request: AccessRequest) => boolean;

/** Read once; with variables it is read for each request. */
function wantedValue(compare: Comparison, text: string, isNew: boolean): Holds {
  if (isNew && hasVariables(text) && compare.takesVariables) {
    return (given, request) => {
      const whole = filled(text, request);
      return whole !== undefined && (compare.with(whole)?.(given) ?? false);
    };
  }
  const test = compare.with(text);
  if (test === undefined) throw new BadPolicy(`no value for ${compare.name}: ${text}`);
  return (given) => test(given);
}

/**
 * A negated comparison must hold against every wanted value, any other against one. Of several given values, without a
 * quantifier, one is enough (as with ForAnyValue); a negated one must hold for all of them.
 */
function holds(
  compare: Comparison,
  quantifier: string | undefined,
  given: readonly string[],
  wanted: readonly Holds[],
  request: AccessRequest,
): boolean {
  const isMatched = (value: string): boolean => wanted.some((test) => test(value, request));
  const passes = compare.isNegated ? (value: string) => !isMatched(value) : isMatched;
  if (quantifier === 'ForAllValues') return given.every(passes);
  if (quantifier === 'ForAnyValue') return given.some(passes);
  return compare.isNegated ? given.every(passes) : given.some(passes);
}

/** `true` = the key must be absent, `false` = it must be there. */
function nullCondition(key: string, wanted: readonly string[]): Matcher<AccessRequest> {
  const texts: readonly string[] = wanted.map((text) => text.toLowerCase());
  if (texts.some((text) => text !== 'true' && text !== 'false'))
    throw new BadPolicy('Null compares with true or false');
  return ({ context }) => texts.includes(String((context.get(key)?.length ?? 0) === 0));
}
