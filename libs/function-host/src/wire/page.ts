/** Pages of Lambda's lists: `Marker` is opaque to clients, here the place of the next item. */
import { invalidParameter } from '../lambda-fault';

export interface PageInput {
  readonly Marker?: string;
  readonly MaxItems?: number;
}

/** AWS gives 50 at most, whatever is asked for. */
const MAX_ITEMS = 50;

export function pageOf<T>(
  all: readonly T[],
  { Marker, MaxItems }: PageInput,
): { items: T[]; NextMarker?: string } {
  const start = Marker === undefined ? 0 : Number(Buffer.from(Marker, 'base64url').toString('utf8'));
  if (!Number.isInteger(start) || start < 0) throw invalidParameter('Invalid Marker');
  const end = start + Math.min(Math.max(MaxItems ?? MAX_ITEMS, 1), MAX_ITEMS);
  const items = all.slice(start, end);
  return end < all.length ? { items, NextMarker: Buffer.from(String(end)).toString('base64url') } : { items };
}
