/** `{count}:{length}:{text}{length}:{text}...`, lengths in UTF-16 units: two different lists never read alike. */
export function lengthPrefixed(values: readonly string[]): string {
  return `${values.length}:${values.map((value) => `${value.length}:${value}`).join('')}`;
}
