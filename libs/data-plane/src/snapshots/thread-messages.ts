/** What a thread that reads a part tells. It is asked for each batch by any message. */
import type { StageHead } from '@gatehouse/engine';
import type { SnapshotRefused } from '@gatehouse/snapshot';

/** Key, method, path, and all of it as JSON. */
export type RouteText = readonly [key: string, method: string, path: string, json: string];

export type FromThread =
  | { readonly kind: 'head'; readonly head: StageHead }
  | { readonly kind: 'routes'; readonly routes: readonly RouteText[]; readonly isLast: boolean }
  | { readonly kind: 'refused'; readonly reason: SnapshotRefused['reason']; readonly message: string };
