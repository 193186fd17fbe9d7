/**
 * Patterns of the policy language: `*` is any text, also over `/` and `:`, `?` is one character (IAM user guide, "IAM JSON
 * policy elements: Resource"). A pattern is a list of UTF-16 units with two marks between them, so that a star that came out
 * of a variable is no wildcard, and that nothing is allocated to match one.
 */
export type Pattern = readonly number[];

const STAR = -1;
const ANY_ONE = -2;
const COLON = 58;

export function literalPattern(text: string): number[] {
  return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
}

export function wildcardPattern(text: string): number[] {
  return literalPattern(text).map((unit) => (unit === 42 ? STAR : unit === 63 ? ANY_ONE : unit));
}

/**
 * What follows the last star can only stand at the end, so it is looked at first. Before it, a mismatch goes back only to the
 * star before, since what earlier ones took can always be left as it is: at most pattern times text, never exponential.
 */
export function matchesPattern(pattern: Pattern, text: string): boolean {
  const lastStar = pattern.lastIndexOf(STAR);
  if (lastStar < 0) return matchesUntil(pattern, text, text.length);
  const end = beforeTail(pattern, lastStar + 1, text);
  return end !== undefined && matchesUntil(pattern, text, end);
}

/** Where the tail of the pattern, from `tail` on, begins in the text. */
function beforeTail(pattern: Pattern, tail: number, text: string): number | undefined {
  let i = text.length;
  for (let at = pattern.length - 1; at >= tail; at--) {
    if (i === 0) return undefined;
    if (pattern[at] === ANY_ONE) i -= unitsAt(text, i - 2);
    else if (pattern[at] !== text.charCodeAt(--i)) return undefined;
  }
  return i;
}

/** Whether the pattern, up to its last star if it has one, matches the text before `end`. */
function matchesUntil(pattern: Pattern, text: string, end: number): boolean {
  const length = pattern.lastIndexOf(STAR) + 1 || pattern.length;
  let at = 0;
  let afterStar = -1;
  let starEnd = 0;
  for (let i = 0; i < end;) {
    const piece = at < length ? pattern[at] : undefined;
    if (piece === text.charCodeAt(i)) {
      at++;
      i++;
    } else if (piece === STAR) {
      afterStar = ++at;
      starEnd = i;
      if (at === length) return true;
    } else if (piece === ANY_ONE) {
      at++;
      i += unitsAt(text, i);
    } else if (afterStar >= 0) {
      at = afterStar;
      i = ++starEnd;
    } else return false;
  }
  while (at < length && pattern[at] === STAR) at++;
  return at === length;
}

/** A character beyond U+FFFF is two units. */
function unitsAt(text: string, i: number): 1 | 2 {
  return (text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1;
}

/**
 * For conditions on ARNs: each of the six parts by itself, so that no star reaches into the next (IAM user guide, "Amazon
 * Resource Name (ARN) condition operators"); a lone `*` is every ARN. `undefined` = that is no pattern of ARNs.
 */
export function arnMatcher(pattern: Pattern): ((arn: string) => boolean) | undefined {
  if (pattern.length === 1 && pattern[0] === STAR) return (arn) => arnParts(arn) !== undefined;
  const parts = patternParts(pattern);
  if (parts === undefined) return undefined;
  return (arn) => arnParts(arn)?.every((part, i) => matchesPattern(parts[i] ?? [], part)) ?? false;
}

/** `arn`, partition, service, region, account, and all the rest. */
function arnParts(arn: string): string[] | undefined {
  const parts = arn.split(':');
  return parts.length < 6 ? undefined : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function patternParts(pattern: Pattern): Pattern[] | undefined {
  const parts: Pattern[] = [];
  let start = 0;
  while (parts.length < 5) {
    const end = pattern.indexOf(COLON, start);
    if (end < 0) return undefined;
    parts.push(pattern.slice(start, end));
    start = end + 1;
  }
  return [...parts, pattern.slice(start)];
}
