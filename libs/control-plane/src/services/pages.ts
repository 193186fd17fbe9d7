/** Pages of a list that is in memory: an opaque cursor names the last item that was handed out. */
import { badRequest } from '@gatehouse/catalog';

export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly next?: string;
}

export interface PageRequest {
  readonly cursor?: string;
  /** Default 25, at most 500. */
  readonly limit?: number;
}

export function pageOf<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  { cursor, limit = 25 }: PageRequest,
): Page<T> {
  if (!Number.isInteger(limit) || limit < 1 || limit > 500)
    throw badRequest('Limit must be between 1 and 500');
  const start = cursor === undefined ? 0 : positionAfter(all, keyOf, cursor);
  const items = all.slice(start, start + limit);
  const last = items.at(-1);
  const more = last !== undefined && start + limit < all.length;
  return more ? { items, next: Buffer.from(keyOf(last)).toString('base64url') } : { items };
}

function positionAfter<T>(all: readonly T[], keyOf: (item: T) => string, cursor: string): number {
  const key = Buffer.from(cursor, 'base64url').toString();
  const index = all.findIndex((item) => keyOf(item) === key);
  if (index < 0) throw badRequest('Invalid position parameter specified');
  return index + 1;
}
