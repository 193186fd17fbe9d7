/**
 * Who of a stage's callers goes to its canary: by chance for each request, or by a value of the request, whose hash is the same on
 * every node. A caller is in at a percentage and stays in at every higher one.
 */
import type { CanarySnapshot } from '@gatehouse/snapshot';
import type { Random } from '../ports';
import { cookieValue, headerValue } from './request-value';
import { uniform } from './uniform';

const ALL = 2 ** 32;

type Choose = (headers: readonly string[]) => boolean;

export function chooser(canary: Omit<CanarySnapshot, 'routes'>, random: Random): Choose {
  const { percentTraffic, sticky = {}, deploymentId } = canary;
  // Drawn and hashed values are below 2^32: 0 takes nobody, 100 everybody.
  const limit = (percentTraffic / 100) * ALL;
  const draw = uniform(random.hex(16));
  const valueOf = readerOf(sticky);
  if (valueOf === undefined) return () => draw() < limit;
  return (headers) => {
    const value = valueOf(headers);
    return (value === undefined || value === '' ? draw() : place(value, deploymentId)) < limit;
  };
}

function readerOf({
  header,
  cookie,
}: NonNullable<CanarySnapshot['sticky']>): ((headers: readonly string[]) => string | undefined) | undefined {
  if (header !== undefined) return (headers) => headerValue(headers, header.toLowerCase());
  return cookie === undefined ? undefined : (headers) => cookieValue(headers, cookie);
}

/** FNV-1a over UTF-16 units, then the finalizer of MurmurHash3, without which short values lie close together. */
function place(value: string, salt: string): number {
  let hash = fnv(fnv(0x811c9dc5, salt), value);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function fnv(start: number, text: string): number {
  let hash = start;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
