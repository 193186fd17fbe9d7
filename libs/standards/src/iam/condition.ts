/**
 * Conditions (IAM user guide, "IAM JSON policy elements: Condition operators", "Conditions with multiple context keys or
 * values", "Set operators for multivalued context keys"). All keys of all operators must hold. A key that the request does not
 * have fails what asks for equality and passes what asks for difference; `IfExists` passes it.
 */
import { BadPolicy } from './bad-policy';
import { comparison, type Comparison } from './comparison';
import { listOf, membersOf, type StatementFacts } from './reading';
import type { AccessRequest, Matcher } from './types';
import { fixed, hasVariables, parseTemplate } from './variables';

const OPERATOR = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/;

type Condition = Matcher<AccessRequest>;
type Quantifier = 'ForAllValues' | 'ForAnyValue' | undefined;

/** An empty `Condition`, or operator, changes nothing (Access Analyzer, "Empty object condition"). Throws `BadPolicy`. */
export function parseConditions(value: unknown, facts: StatementFacts): Condition[] {
  if (value === undefined) return [];
  return [...membersOf(value, 'Condition')].flatMap(([operator, keys]) => {
    const read = conditionReader(operator, facts);
    const members = [...membersOf(keys, operator)];
    const names = members.map(([key]) => nameOf(key));
    if (new Set(names).size < names.length) throw new BadPolicy(`${operator} names a key twice`);
    return members.map(([key, wanted]) => read(nameOf(key), textsOf(wanted, key)));
  });
}

/** Names of keys have no case, and a prefix ("IAM JSON policy elements: Condition"). */
function nameOf(key: string): string {
  if (!/^[^:\s]+:\S/.test(key))
    throw new BadPolicy(`a condition key needs a prefix, as in aws:SourceIp: ${key}`);
  return key.toLowerCase();
}

/** Numbers and booleans may stand without quotes. */
function textsOf(value: unknown, key: string): string[] {
  return listOf(value, key).map((one) => {
    if (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean') return String(one);
    throw new BadPolicy(`${key} must be compared with texts, numbers or booleans`);
  });
}

type ReadCondition = (key: string, wanted: readonly string[]) => Condition;

function conditionReader(operator: string, facts: StatementFacts): ReadCondition {
  const [, quantifier, name = '', ifExists] = OPERATOR.exec(operator) ?? [];
  // "You can add IfExists to the end of any condition operator name except the Null condition".
  if (operator === 'Null') return nullCondition;
  const compare = comparison(name);
  if (compare === undefined) throw new BadPolicy(`there is no condition operator ${operator}`);
  return (key, wanted) => {
    const holds = holding(
      compare,
      quantifier as Quantifier,
      wanted.map((text) => wantedValue(compare, text, facts)),
    );
    return (request) => {
      const given = request.context.get(key) ?? [];
      return (given.length === 0 && ifExists !== undefined) || holds(given, request);
    };
  };
}

type Matches = (given: string, request: AccessRequest) => boolean;

/**
 * Read once; with variables it is read for each request. What has a variable without a value matches nothing. The guide only
 * says that the statement "might be invalid" then, so what allows a difference from it allows nothing, and what denies one denies.
 */
function wantedValue(
  compare: Comparison,
  text: string,
  { effect, hasVariables: isNew }: StatementFacts,
): Matches {
  if (isNew && hasVariables(text)) {
    if (!compare.takesVariables) throw new BadPolicy(`${compare.name} takes no variables: ${text}`);
    const template = parseTemplate(text);
    const whenUnknown = compare.isNegated && effect === 'Allow';
    return (given, request) => {
      const filled = template(request);
      return (filled && compare.with(filled)?.(given)) ?? whenUnknown;
    };
  }
  const test = compare.with(fixed(text));
  if (test === undefined) throw new BadPolicy(`${compare.name} cannot compare with ${JSON.stringify(text)}`);
  return test;
}

/**
 * One wanted value is enough, and of a negated operator none may match (OR, NOR). Of several given values without a set
 * operator, which the guide advises against, one is enough, and of a negated operator none may match.
 */
function holding(
  { isNegated }: Comparison,
  quantifier: Quantifier,
  wanted: readonly Matches[],
): (given: readonly string[], request: AccessRequest) => boolean {
  return (given, request) => {
    const passes = (value: string): boolean =>
      wanted.some((matches) => matches(value, request)) !== isNegated;
    if (quantifier === undefined) return isNegated ? given.every(passes) : given.some(passes);
    if (isNullSet(given)) return quantifier === 'ForAllValues';
    return quantifier === 'ForAllValues' ? given.every(passes) : given.some(passes);
  };
}

/** No values, "or a null data set, such as an empty string" ("Set operators for multivalued context keys"). */
function isNullSet(given: readonly string[]): boolean {
  return given.every((value) => value === '');
}

/** `true` = the key must be absent or null, `false` = it must be there. */
function nullCondition(key: string, wanted: readonly string[]): Condition {
  const texts = wanted.map((text) => text.toLowerCase());
  if (texts.some((text) => text !== 'true' && text !== 'false'))
    throw new BadPolicy('Null can only compare with true and false');
  return ({ context }) => texts.includes(String(isNullSet(context.get(key) ?? [])));
}
