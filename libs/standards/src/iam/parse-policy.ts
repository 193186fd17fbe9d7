/**
 * Reads a policy. What is not understood is refused, never passed over: an unknown element could be the one that denies
 * (IAM user guide, "Grammar of the IAM JSON policy language").
 */
import { BadPolicy } from './bad-policy';
import { parseCondition } from './condition';
import { parsePrincipal } from './principal';
import type { AccessRequest, Matcher, Policy, Statement } from './types';
import { filled, filledWildcard, hasVariables } from './variables';
import { wildcard } from './wildcard';

const VERSIONS = new Set(['2012-10-17', '2008-10-17']);
const POLICY_ELEMENTS = new Set(['Version', 'Id', 'Statement']);
const STATEMENT_ELEMENTS = new Set(
  'Sid Effect Principal NotPrincipal Action NotAction Resource NotResource Condition'.split(' '),
);

/** `document`: JSON text, or what was parsed of one. A text as result says what is wrong with it. */
export function parsePolicy(document: unknown): Policy | string {
  try {
    return readPolicy(typeof document === 'string' ? JSON.parse(document) : document);
  } catch (error) {
    if (error instanceof BadPolicy) return error.message;
    if (error instanceof SyntaxError) return 'it is no JSON';
    throw error;
  }
}

function readPolicy(document: unknown): Policy {
  const policy = objectOf(document, 'the policy');
  onlyKnown(policy, POLICY_ELEMENTS, 'the policy');
  const { Version: version, Statement: statements } = policy;
  if (version !== undefined && (typeof version !== 'string' || !VERSIONS.has(version)))
    throw new BadPolicy('Version must be 2012-10-17 or 2008-10-17');
  const hasPolicyVariables = version === '2012-10-17';
  if (statements === undefined) throw new BadPolicy('Statement is missing');
  const list: readonly unknown[] = Array.isArray(statements) ? statements : [statements];
  return { statements: list.map((one) => readStatement(objectOf(one, 'a statement'), hasPolicyVariables)) };
}

function readStatement(statement: Record<string, unknown>, isNew: boolean): Statement {
  onlyKnown(statement, STATEMENT_ELEMENTS, 'a statement');
  const { Effect: effect } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw new BadPolicy('Effect must be Allow or Deny');
  return {
    effect,
    principal: oneOf(statement, 'Principal', parsePrincipal),
    action: required(oneOf(statement, 'Action', readActions), 'Action'),
    // AWS lets authorizers and resource policies leave it out nowhere; so does this.
    resource: required(
      oneOf(statement, 'Resource', (value) => readResources(value, isNew)),
      'Resource',
    ),
    conditions: readConditions(statement.Condition, isNew),
  };
}

/** An element, or its `Not` form turned round; both at once are a contradiction. */
function oneOf<T>(
  statement: Record<string, unknown>,
  name: string,
  read: (value: unknown) => Matcher<T>,
): Matcher<T> | undefined {
  const plainValue = statement[name];
  const notValue = statement[`Not${name}`];
  if (plainValue !== undefined && notValue !== undefined)
    throw new BadPolicy(`a statement has ${name} or Not${name}, not both`);
  if (plainValue !== undefined) return read(plainValue);
  if (notValue === undefined) return undefined;
  const matches = read(notValue);
  return (of) => !matches(of);
}

function required<T>(matcher: Matcher<T> | undefined, name: string): Matcher<T> {
  if (matcher === undefined) throw new BadPolicy(`a statement needs ${name} or Not${name}`);
  return matcher;
}

/** Actions have no case. */
function readActions(value: unknown): Matcher<AccessRequest> {
  const patterns = textsOf(value, 'Action').map((text) => {
    if (text !== '*' && !/^[A-Za-z0-9*?-]+:[A-Za-z0-9*?]+$/.test(text))
      throw new BadPolicy(`no action: ${text}`);
    return wildcard(text.toLowerCase());
  });
  return ({ action }) => {
    const lower = action.toLowerCase();
    return patterns.some((matches) => matches(lower));
  };
}

function readResources(value: unknown, isNew: boolean): Matcher<AccessRequest> {
  const patterns = textsOf(value, 'Resource').map((text) => resourceMatcher(text, isNew));
  return (request) => patterns.some((matches) => matches(request));
}

function resourceMatcher(pattern: string, isNew: boolean): Matcher<AccessRequest> {
  if (!isNew || !hasVariables(pattern)) {
    const matches = wildcard(pattern);
    return ({ resource }) => matches(resource);
  }
  return (request) => {
    const text = filled(pattern, request);
    return text !== undefined && filledWildcard(text)(request.resource);
  };
}

function readConditions(value: unknown, isNew: boolean): Matcher<AccessRequest>[] {
  if (value === undefined) return [];
  return Object.entries(objectOf(value, 'Condition')).flatMap(([operator, keys]) =>
    Object.entries(objectOf(keys, operator)).map(([key, wanted]) =>
      parseCondition(operator, key, conditionTexts(wanted), isNew),
    ),
  );
}

/** Numbers and booleans may stand without quotes. */
function conditionTexts(value: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((one) => {
    if (typeof one === 'string') return one;
    if (typeof one === 'number' || typeof one === 'boolean') return String(one);
    throw new BadPolicy('a condition compares with texts, numbers or booleans');
  });
}

function textsOf(value: unknown, name: string): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw new BadPolicy(`${name} is empty`);
  return list.map((one) => {
    if (typeof one !== 'string' || one === '') throw new BadPolicy(`${name} is a text, or a list of texts`);
    return one;
  });
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadPolicy(`${what} is no object`);
  return value as Record<string, unknown>;
}

function onlyKnown(of: Record<string, unknown>, known: ReadonlySet<string>, what: string): void {
  const unknown = Object.keys(of).find((name) => !known.has(name));
  if (unknown !== undefined) throw new BadPolicy(`${what} has an unknown element: ${unknown}`);
}
