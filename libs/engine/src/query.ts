/** Query strings: as decoded parameters for mappings, as raw pairs where a mapping changes some and leaves the rest alone. */
export type QueryParameters = ReadonlyMap<string, readonly string[]>;

/** `;` splits too, `+` is a space (recorded on AWS). */
export function parseQuery(raw: string): QueryParameters {
  const parameters = new Map<string, string[]>();
  for (const [name, value] of rawPairs(raw)) {
    const key = decodeForm(name);
    const known = parameters.get(key);
    if (known === undefined) parameters.set(key, [decodeForm(value)]);
    else known.push(decodeForm(value));
  }
  return parameters;
}

/** Pairs with their escapes; a name without `=` has the value ``. */
export function rawPairs(raw: string): [name: string, value: string][] {
  const text = raw.includes(';') ? raw.replaceAll(';', '&') : raw;
  const pairs: [string, string][] = [];
  // `split` makes a list of all places first; most queries have one pair or two.
  for (let from = 0; from < text.length;) {
    const next = text.indexOf('&', from);
    const end = next < 0 ? text.length : next;
    if (end > from) pairs.push(pairOf(text.slice(from, end)));
    from = end + 1;
  }
  return pairs;
}

function pairOf(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** A bad escape leaves the text as it is. */
export function decodeForm(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/** Joins the non-empty ones by `&`. */
export function joinQueries(...queries: readonly string[]): string {
  let joined = '';
  for (const query of queries) if (query !== '') joined = joined === '' ? query : `${joined}&${query}`;
  return joined;
}

export function encodePair(name: string, value: string): string {
  return `${encodeText(name)}=${encodeText(value)}`;
}

const UNRESERVED = /^[\w.~-]*$/;

/** Everything but unreserved characters; a lone surrogate becomes U+FFFD instead of throwing. */
export function encodeText(text: string): string {
  if (UNRESERVED.test(text)) return text;
  try {
    return encodeURIComponent(text);
  } catch {
    return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'));
  }
}
