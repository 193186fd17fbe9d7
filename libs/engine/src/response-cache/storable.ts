/**
 * Which answers may be kept, and for how long. AWS documents neither; kept are answers that succeed whole and set no cookie.
 * What the origin says of caching counts where the stage wants it to (RFC 9111).
 */
import { allFields, firstField } from '@gatehouse/standards';
import type { Reply } from '../exchange';

/** May whoever asked the same be given it too? */
export function isForEverybody({ headers, channel, status }: Reply): boolean {
  return channel === undefined && status >= 200 && firstField(headers, 'set-cookie') === undefined;
}

/** Milliseconds; 0 = not at all. */
export function lifetimeOf(reply: Reply, ttlMs: number, honoursOrigin: boolean): number {
  const isWhole = reply.status >= 200 && reply.status < 300 && reply.status !== 206;
  if (!isWhole || firstField(reply.headers, 'vary')?.trim() === '*') return 0;
  return honoursOrigin ? ownLifetime(reply, ttlMs) : ttlMs;
}

/** A shared cache: `s-maxage` before `max-age`; without either the time of the method. */
function ownLifetime({ headers }: Reply, ttlMs: number): number {
  const directives = allFields(headers, 'cache-control').join(',').toLowerCase();
  if (/(?:^|[\s,])(?:no-store|no-cache|private)(?:[\s,=]|$)/.test(directives)) return 0;
  const seconds = secondsOf(directives, 's-maxage') ?? secondsOf(directives, 'max-age');
  return seconds === undefined ? ttlMs : Math.min(seconds, MOST_SECONDS) * 1000;
}

/** API Gateway's longest time to live. */
const MOST_SECONDS = 3600;

function secondsOf(directives: string, name: string): number | undefined {
  const found = new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*"?(\\d+)`).exec(directives)?.[1];
  return found === undefined ? undefined : Number(found);
}
