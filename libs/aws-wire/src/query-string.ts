// Reads a raw query string the way AWS's front does: pairs in order, names may repeat, `+` is a space.

export type QueryPairs = readonly (readonly [name: string, value: string])[];

/** Decodes `a=1&b=%2F`; a pair that is no valid percent-encoding is kept as it stands. Never throws. */
export function parseQuery(query: string): QueryPairs {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const end = pair.indexOf('=');
      return end < 0 ? [decode(pair), ''] : [decode(pair.slice(0, end)), decode(pair.slice(end + 1))];
    });
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
