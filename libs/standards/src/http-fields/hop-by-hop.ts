/**
 * Fields that concern one connection only (RFC 9110 7.6.1) and what `Connection` itself may name. A peer that lists a
 * field there asks every intermediary to remove it, which is how authentication fields were once made to vanish
 * (CVE-2024-45410, CVE-2025-48865): so some names may not be listed at all.
 */
import { tokensOf } from './field-text';

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

const PROTECTED = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'authorization',
  'cookie',
  'x-api-key',
]);
const PROTECTED_PREFIXES = ['x-forwarded-', 'x-amzn-', 'x-amz-'];
const EMPTY: ReadonlySet<string> = new Set();

export function isHopByHop(lowerName: string): boolean {
  return HOP_BY_HOP.has(lowerName);
}

/** Names that a `Connection` value asks to remove; nothing for the usual `keep-alive` and `close`. */
export function listedByConnection(value: string | undefined): ReadonlySet<string> {
  if (value === undefined || value === 'keep-alive' || value === 'close') return EMPTY;
  return new Set(tokensOf(value));
}

/** A name in `Connection` that no peer may ask to remove. */
export function forbiddenInConnection(value: string | undefined): string | undefined {
  for (const name of listedByConnection(value)) {
    // Transfer-Encoding in the list is a contradiction that some senders produce; it is refused like the others.
    if (PROTECTED.has(name) || PROTECTED_PREFIXES.some((prefix) => name.startsWith(prefix))) return name;
  }
  return undefined;
}
