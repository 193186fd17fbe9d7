/** Patterns of the policy language: `*` is any text, also over `/` and `:`, `?` is one character. Linear in pattern times text. */

export function wildcard(pattern: string): (text: string) => boolean {
  if (pattern === '*') return () => true;
  if (!/[*?]/.test(pattern)) return (text) => text === pattern;
  const pieces = Array.from(pattern);
  return (text) => matches(pieces, Array.from(text));
}

/** Goes back only to the last star: what earlier ones took can always be left as it is. */
function matches(pattern: readonly string[], text: readonly string[]): boolean {
  let at = 0;
  let star = -1;
  let starAt = 0;
  for (let i = 0; i < text.length;) {
    const piece = pattern[at];
    if (piece === '*') {
      star = at++;
      starAt = i;
    } else if (piece !== undefined && (piece === '?' || piece === text[i])) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++starAt;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

/** For conditions on ARNs: each of the six parts by itself, so that no star reaches into the next (IAM user guide, "ArnLike"). */
export function arnWildcard(pattern: string): (arn: string) => boolean {
  if (pattern === '*') return () => true;
  const parts = arnParts(pattern);
  if (parts === undefined) return () => false;
  const matchers = parts.map(wildcard);
  return (arn) => {
    const given = arnParts(arn);
    return given !== undefined && matchers.every((match, i) => match(given[i] ?? ''));
  };
}

/** `arn`, partition, service, region, account, and all the rest. */
function arnParts(arn: string): string[] | undefined {
  const parts = arn.split(':');
  if (parts.length < 6) return undefined;
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}
