/**
 * Policy variables (IAM user guide, "IAM policy elements: Variables and tags"): `${aws:username}`, with a default after a
 * comma, and `${*}`, `${?}`, `${$}` for the characters themselves. Only version 2012-10-17 knows them.
 */
import type { AccessRequest } from './types';
import { wildcard } from './wildcard';

const VARIABLE = /\$\{([^}]*)\}/g;

/** Stand for characters that are not meant as wildcards; private use characters, which no ARN holds. */
const LITERAL_STAR = '\uE000';
const LITERAL_QUESTION = '\uE001';

export function hasVariables(text: string): boolean {
  return text.includes('${');
}

/** The text for this request; `undefined` = a variable has no value, so that nothing can match. */
export function filled(text: string, { context }: AccessRequest): string | undefined {
  let isWhole = true;
  const result = text.replace(VARIABLE, (_whole, inner: string) => {
    const value = valueOf(inner, context);
    if (value === undefined) isWhole = false;
    return value ?? '';
  });
  return isWhole ? result : undefined;
}

/** What a variable brings is text: a star in a user's name matches a star. */
function valueOf(inner: string, context: AccessRequest['context']): string | undefined {
  if (inner === '*') return LITERAL_STAR;
  if (inner === '?') return LITERAL_QUESTION;
  if (inner === '$') return '$';
  const [, key = '', fallback] = /^([^,]*?)\s*(?:,\s*'([^']*)'\s*)?$/.exec(inner) ?? [];
  const values = context.get(key.trim().toLowerCase());
  const value = values?.length === 1 ? values[0] : undefined;
  const text = value ?? fallback;
  return text?.replaceAll('*', LITERAL_STAR).replaceAll('?', LITERAL_QUESTION);
}

/** A filled text, with its stand-ins written back, for plain comparison. */
export function plain(text: string): string {
  return text.replaceAll(LITERAL_STAR, '*').replaceAll(LITERAL_QUESTION, '?');
}

/** A matcher of a filled pattern: what came from variables is compared as it is. */
export function filledWildcard(pattern: string): (text: string) => boolean {
  const match = wildcard(pattern);
  if (!pattern.includes(LITERAL_STAR) && !pattern.includes(LITERAL_QUESTION)) return match;
  return (text) => match(text.replaceAll('*', LITERAL_STAR).replaceAll('?', LITERAL_QUESTION));
}
