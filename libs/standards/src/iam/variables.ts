/**
 * Policy variables (IAM user guide, "IAM policy elements: Variables and tags"): `${aws:username}`, with a default in quotes
 * after a comma, and `${*}`, `${?}`, `${$}` for the characters themselves. Only version 2012-10-17 knows them.
 */
import { BadPolicy } from './bad-policy';
import type { AccessRequest } from './types';
import { literalPattern, wildcardPattern, type Pattern } from './wildcard';

/** A text of a policy, as it stands for one request. */
export interface Filled {
  /** Without wildcards, for plain comparison. */
  readonly text: string;
  /** What came out of variables is literal in it: a star in a user's name matches a star. */
  readonly pattern: Pattern;
}

/** `undefined` = a variable has no value in this request. */
export type Template = (request: AccessRequest) => Filled | undefined;

const VARIABLE = /\$\{([^}]*)\}/;
/** A key without spaces in it, and a default (Access Analyzer: "Unsupported space in variable", "Missing quote in variable"). */
const KEY = /^([^\s,'"${}*?]+)(?:\s*,\s*'([^']*)')?$/;
const CHARACTERS = new Set(['*', '?', '$']);

export function fixed(text: string): Filled {
  return { text, pattern: wildcardPattern(text) };
}

export function hasVariables(text: string): boolean {
  return text.includes('${');
}

/** Throws `BadPolicy`: a variable that is not understood would otherwise be text that matches nothing. */
export function parseTemplate(text: string): Template {
  // `split` gives texts and, between them, what stands inside the braces.
  const parts = text
    .split(VARIABLE)
    .map((part, i) => (i % 2 === 1 ? variable(part, text) : literal(part, text)));
  return (request) => {
    const filled = parts.map((part) => part(request));
    return filled.every((one) => one !== undefined) ? joined(filled) : undefined;
  };
}

function joined(parts: readonly Filled[]): Filled {
  return { text: parts.map(({ text }) => text).join(''), pattern: parts.flatMap(({ pattern }) => pattern) };
}

function literal(part: string, whole: string): Template {
  if (hasVariables(part)) throw new BadPolicy(`a variable has no closing brace: ${whole}`);
  const filled = fixed(part);
  return () => filled;
}

function variable(inner: string, whole: string): Template {
  if (CHARACTERS.has(inner)) {
    const character = exactly(inner);
    return () => character;
  }
  const [, key, fallback] = KEY.exec(inner) ?? [];
  if (key === undefined) throw new BadPolicy(`\${${inner}} is no variable: ${whole}`);
  const name = key.toLowerCase();
  return ({ context }) => {
    // Keys with several values are no variables ("Request information that you can use for policy variables").
    const values = context.get(name);
    const value = (values?.length === 1 ? values[0] : undefined) ?? fallback;
    return value === undefined ? undefined : exactly(value);
  };
}

function exactly(text: string): Filled {
  return { text, pattern: literalPattern(text) };
}
