/**
 * The one path policy, applied once before routing; router, authorizers, logs, spans and integrations all take the path
 * that passed here. It refuses what the gateway and an origin could read differently (CVE-2021-29492, CVE-2021-43557,
 * CVE-2021-27306, CVE-2025-66490) and changes nothing in what it lets through.
 *
 * DIFFERS: path policy; AWS lets such paths reach the integration, here they end in 400.
 */
const MAX_PATH_BYTES = 8192;
const MAX_SEGMENTS = 100;

const SLASH = 0x2f;
const PERCENT = 0x25;
const DOT = 0x2e;

/** Why the path is refused; nothing when it is sound. */
export function pathFault(path: string): string | undefined {
  if (path.charCodeAt(0) !== SLASH) return 'a path starts with /';
  if (path.length > MAX_PATH_BYTES) return `a path has at most ${MAX_PATH_BYTES} bytes`;
  let segments = 0;
  let isSuspicious = false;
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code === SLASH) segments++;
    else if (code === PERCENT || code === DOT) isSuspicious = true;
    else if (isForbidden(code)) return 'a byte that no path holds';
  }
  if (segments > MAX_SEGMENTS) return `a path has at most ${MAX_SEGMENTS} segments`;
  return isSuspicious ? (escapeFault(path) ?? dotFault(path)) : undefined;
}

/** Outside 0x21-0x7E, `#` or `\`. */
function isForbidden(code: number): boolean {
  return code < 0x21 || code > 0x7e || code === 0x23 || code === 0x5c;
}

function dotFault(path: string): string | undefined {
  return hasDotSegment(path) ? 'a segment is . or ..' : undefined;
}

function escapeFault(path: string): string | undefined {
  // Backslash and control characters stay dangerous when escaped: origins decode them before they resolve a path.
  if (/%(?:5c|[01][0-9a-f]|7f)/i.test(path)) return 'an escaped backslash or control character';
  // To an origin `%61` is `a` (RFC 3986 6.2.2.2), so that a route or a policy that names the letter would be passed by. Nobody
  // has to escape these; the fourth mark, `~`, old clients do escape.
  if (/%(?:2[de]|3\d|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9a])/i.test(path))
    return 'an escaped letter, digit, -, . or _';
  try {
    decodeURIComponent(path);
    return undefined;
  } catch {
    return 'a bad percent escape, or bytes that are no UTF-8';
  }
}

/**
 * Does a segment, decoded once, read as `.` or `..`, with or without `;params`, or blanks behind it, which Windows leaves out?
 * `%2F` may hide a further segment.
 */
export function hasDotSegment(path: string): boolean {
  for (const segment of path.split('/')) {
    if (!/\.|%2e/i.test(segment)) continue;
    if (decoded(segment).split('/').some(isDots)) return true;
  }
  return false;
}

/** What is no UTF-8 is compared as it stands; requests with such bytes never come this far. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function isDots(segment: string): boolean {
  const end = segment.indexOf(';');
  const name = (end < 0 ? segment : segment.slice(0, end)).trimEnd();
  return name === '.' || name === '..';
}
