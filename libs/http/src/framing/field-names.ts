/**
 * Names of fields out of a head. The usual ones are always the same strings, so that nothing is allocated for them, and whoever
 * looks them up later finds their hash in them.
 */
const USUAL =
  'Accept Accept-Charset Accept-Encoding Accept-Language Accept-Ranges Access-Control-Allow-Credentials ' +
  'Access-Control-Allow-Headers Access-Control-Allow-Methods Access-Control-Allow-Origin Access-Control-Expose-Headers ' +
  'Access-Control-Max-Age Access-Control-Request-Headers Access-Control-Request-Method Age Allow Authorization Cache-Control ' +
  'Connection Content-Disposition Content-Encoding Content-Language Content-Length Content-Location Content-Range ' +
  'Content-Security-Policy Content-Type Cookie Date ETag Expect Expires Forwarded Host If-Match If-Modified-Since If-None-Match ' +
  'If-Range If-Unmodified-Since Keep-Alive Last-Modified Link Location Origin Pragma Proxy-Authorization Range Referer ' +
  'Retry-After Sec-Fetch-Dest Sec-Fetch-Mode Sec-Fetch-Site Sec-WebSocket-Accept Sec-WebSocket-Extensions Sec-WebSocket-Key ' +
  'Sec-WebSocket-Protocol Sec-WebSocket-Version Server Set-Cookie Strict-Transport-Security TE Trailer Transfer-Encoding ' +
  'Upgrade Upgrade-Insecure-Requests User-Agent Vary Via WWW-Authenticate X-Amz-Content-SHA256 X-Amz-Date ' +
  'X-Amz-Security-Token X-Amzn-Trace-Id X-Api-Key X-Content-Type-Options X-Correlation-Id X-Forwarded-For X-Forwarded-Host ' +
  'X-Forwarded-Port X-Forwarded-Proto X-Frame-Options X-Powered-By X-Real-IP X-Request-Id X-Requested-With Traceparent Tracestate';

/** By length, then by first character. */
const KNOWN: (Map<number, string[]> | undefined)[] = [];
for (const name of USUAL.split(' ')) {
  know(name);
  know(name.toLowerCase());
}

function know(name: string): void {
  const byFirst = (KNOWN[name.length] ??= new Map<number, string[]>());
  const first = name.charCodeAt(0);
  byFirst.set(first, [...(byFirst.get(first) ?? []), name]);
}

/** The part of `text` from `from` to `to`. */
export function nameAt(text: string, from: number, to: number): string {
  const candidates = KNOWN[to - from]?.get(text.charCodeAt(from));
  if (candidates !== undefined)
    for (const known of candidates) if (text.startsWith(known, from)) return known;
  return text.substring(from, to);
}
