/**
 * What a node would say to a snapshot: it is compiled here once before it is published, with ports that lead nowhere, so
 * that problems of routes are known with the stage and not only in the nodes' logs.
 */
import { Gateway, nowhere } from '@gatehouse/engine';
import type { Problem, Snapshot } from '@gatehouse/snapshot';

export function problemsOnNodes(snapshot: Snapshot): Problem[] {
  return new Gateway(nowhere, { region: snapshot.region }).apply(snapshot);
}
