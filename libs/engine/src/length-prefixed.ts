/** `{count}:{length}:{text}{length}:{text}...`, lengths in UTF-16 units: two different lists never read alike. */
export function lengthPrefixed(values: readonly string[]): string {
  if (values.length === 0) return '0:';
  let text = `${values.length}:`;
  for (const value of values) text += `${value.length}:${value}`;
  return text;
}
