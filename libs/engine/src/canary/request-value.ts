/** One value out of a request's header list: what is there first counts. */

/** `name` in lower case. */
export function headerValue(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const known = headers[i] ?? '';
    if (known.length === name.length && known.toLowerCase() === name) return headers[i + 1];
  }
  return undefined;
}

/** RFC 6265 4.2.1: pairs with `; ` between them. Names have a case. */
export function cookieValue(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if ((headers[i] ?? '').toLowerCase() !== 'cookie') continue;
    const found = pairOf(headers[i + 1] ?? '', `${name}=`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function pairOf(text: string, prefix: string): string | undefined {
  for (let at = 0; at < text.length;) {
    const semicolon = text.indexOf(';', at);
    const end = semicolon < 0 ? text.length : semicolon;
    while (text[at] === ' ') at++;
    if (text.startsWith(prefix, at)) return text.slice(at + prefix.length, end).trimEnd();
    at = end + 1;
  }
  return undefined;
}
