// The canonical form of a request in AWS Signature Version 4: the text that both sides hash.
// Source: "Create a signed AWS API request", AWS IAM user guide; path and query as botocore and the AWS SDK for JavaScript do.
import { hash } from 'node:crypto';

/** A request as it is on the wire: path and query raw (still percent-encoded, no `?`), header names in lower case. */
export interface SigV4Request {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Repeated headers joined with a comma; values as Node gives them, one character per byte. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

export const unsignedPayload = 'UNSIGNED-PAYLOAD';

/** The canonical request over the signed headers, given in the order in which they were signed. */
export function canonicalRequest(
  request: Omit<SigV4Request, 'body'>,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  return [
    request.method.toUpperCase(),
    canonicalPath(request.path),
    canonicalQuery(request.query),
    ...signedHeaders.map((name) => `${name}:${canonicalValue(request.headers.get(name) ?? '')}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

/** Dot and empty segments removed, then the already encoded path encoded once more (every service but S3). */
export function canonicalPath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(encode(segment));
  }
  return `/${kept.join('/')}${kept.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

/** Pairs decoded, encoded in one way (a `+` is a space) and sorted by name, then value; `X-Amz-Signature` stays in. */
export function canonicalQuery(query: string): string {
  return parseQueryPairs(query)
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** The decoded pairs of a raw query, in order; a malformed percent-encoding is kept as it stands. */
export function parseQueryPairs(query: string): (readonly [string, string])[] {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const end = pair.includes('=') ? pair.indexOf('=') : pair.length;
      return [decode(pair.slice(0, end)), decode(pair.slice(end + 1))];
    });
}

/** Percent-encoding of RFC 3986: all but letters, digits and `-_.~`. */
export function encode(text: string): string {
  const wellFormed = Buffer.from(text, 'utf8').toString('utf8');
  return encodeURIComponent(wellFormed).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/** Trimmed, runs of white space as one space, bytes that are UTF-8 read as UTF-8, since that is how clients signed them. */
function canonicalValue(value: string): string {
  return fromBytes(value).trim().replace(/\s+/g, ' ');
}

function fromBytes(value: string): string {
  if (!/[\x80-\xff]/.test(value) || /[^\0-\xff]/.test(value)) return value;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
