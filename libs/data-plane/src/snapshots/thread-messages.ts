/** What a thread that reads a part tells. It is asked for each batch by any message. */
import type { SnapshotRefused, StageHead } from '@gatehouse/snapshot';

/** Key, method, path, all of it as JSON, and whether only the canary has it. */
export type RouteText = readonly [
  key: string,
  method: string,
  path: string,
  json: string,
  isOfCanary: boolean,
];

export type FromThread =
  | { readonly kind: 'head'; readonly head: StageHead }
  | { readonly kind: 'routes'; readonly routes: readonly RouteText[]; readonly isLast: boolean }
  | { readonly kind: 'refused'; readonly reason: SnapshotRefused['reason']; readonly message: string };
