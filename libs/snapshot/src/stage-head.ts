/** A snapshot taken apart: its routes, which may be very many, and all else. */
import type { CanarySnapshot, Route, Snapshot } from './schema';

/** A snapshot without any routes. */
export type StageHead = Omit<Snapshot, 'routes' | 'canary'> & {
  readonly canary?: Omit<CanarySnapshot, 'routes'>;
};

export interface TakenApart {
  readonly head: StageHead;
  readonly routes: readonly Route[];
  /** Those that only the canary has. */
  readonly canaryRoutes: readonly Route[];
}

export function takeApart({ routes, canary, ...head }: Snapshot): TakenApart {
  if (canary === undefined) return { head, routes, canaryRoutes: [] };
  const { routes: canaryRoutes = [], ...canaryHead } = canary;
  return { head: { ...head, canary: canaryHead }, routes, canaryRoutes };
}
