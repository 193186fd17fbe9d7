/**
 * Reads a policy (IAM user guide, "Grammar of the IAM JSON policy language"). What is not understood is refused, never passed
 * over: an unknown element could be the one that denies. Names of elements have their case, and so has `Effect`; the uniqueness
 * and letters of `Sid` decide nothing and are not looked at.
 */
import { BadPolicy } from './bad-policy';
import { parseConditions } from './condition';
import { jsonOf } from './document';
import { parseActions, parseResources } from './elements';
import { parseNotPrincipal, parsePrincipal } from './principal';
import { membersOf, onlyKnown, type StatementFacts } from './reading';
import type { Matcher, Policy, Statement } from './types';

const VERSIONS = new Set<unknown>(['2012-10-17', '2008-10-17']);
const POLICY_ELEMENTS = new Set(['Version', 'Id', 'Statement']);
const STATEMENT_ELEMENTS = new Set(
  'Sid Effect Principal NotPrincipal Action NotAction Resource NotResource Condition'.split(' '),
);

type Members = ReadonlyMap<string, unknown>;

/** `document`: JSON text, or what was parsed of one. A text as result says what is wrong with it. */
export function parsePolicy(document: unknown): Policy | string {
  try {
    return readPolicy(jsonOf(document));
  } catch (error) {
    if (error instanceof BadPolicy) return error.message;
    throw error;
  }
}

/** Without a `Version` it is the old one. An empty list of statements says nothing, which is harmless. */
function readPolicy(document: unknown): Policy {
  const policy = membersOf(document, 'the policy');
  onlyKnown(policy, POLICY_ELEMENTS, 'the policy');
  const version = policy.get('Version');
  if (version !== undefined && !VERSIONS.has(version))
    throw new BadPolicy('Version must be 2012-10-17 or 2008-10-17');
  optionalText(policy, 'Id');
  const statements = policy.get('Statement');
  if (statements === undefined) throw new BadPolicy('the policy has no Statement');
  const list: readonly unknown[] = Array.isArray(statements) ? statements : [statements];
  return {
    statements: list.map((one, i) => numbered(i, () => readStatement(one, version === '2012-10-17'))),
  };
}

function numbered<T>(index: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof BadPolicy) throw new BadPolicy(`statement ${index + 1}: ${error.message}`);
    throw error;
  }
}

function readStatement(value: unknown, hasVariables: boolean): Statement {
  const statement = membersOf(value, 'it');
  onlyKnown(statement, STATEMENT_ELEMENTS, 'it');
  optionalText(statement, 'Sid');
  const effect = statement.get('Effect');
  if (effect !== 'Allow' && effect !== 'Deny') throw new BadPolicy('Effect must be Allow or Deny');
  const facts: StatementFacts = { effect, hasVariables };
  // "NotPrincipal must be used with Effect: Deny": with Allow it would let in everyone whom nobody thought of.
  if (effect === 'Allow' && statement.get('NotPrincipal') !== undefined)
    throw new BadPolicy('NotPrincipal needs Effect Deny');
  return {
    effect,
    principal: oneOf(statement, 'Principal', parsePrincipal, parseNotPrincipal),
    action: required('Action', oneOf(statement, 'Action', parseActions, notThose(parseActions))),
    resource: required(
      'Resource',
      oneOf(
        statement,
        'Resource',
        (of) => parseResources(of, facts, false),
        // What a variable without a value names cannot be told from anything: an Allow must not reach it.
        notThose((of) => parseResources(of, facts, effect === 'Allow')),
      ),
    ),
    conditions: parseConditions(statement.get('Condition'), facts),
  };
}

/** An element, or its `Not` form; both at once are a contradiction. */
function oneOf<T>(
  statement: Members,
  name: string,
  read: (value: unknown) => Matcher<T>,
  readNot: (value: unknown) => Matcher<T>,
): Matcher<T> | undefined {
  const those = statement.get(name);
  const others = statement.get(`Not${name}`);
  if (those !== undefined && others !== undefined)
    throw new BadPolicy(`${name} and Not${name} exclude each other`);
  if (those !== undefined) return read(those);
  return others === undefined ? undefined : readNot(others);
}

function notThose<T>(read: (value: unknown) => Matcher<T>): (value: unknown) => Matcher<T> {
  return (value) => {
    const matches = read(value);
    return (of) => !matches(of);
  };
}

function required<T>(name: string, matcher: Matcher<T> | undefined): Matcher<T> {
  if (matcher === undefined) throw new BadPolicy(`it needs ${name} or Not${name}`);
  return matcher;
}

function optionalText(members: Members, name: string): void {
  const value = members.get(name);
  if (value !== undefined && typeof value !== 'string') throw new BadPolicy(`${name} must be a text`);
}
