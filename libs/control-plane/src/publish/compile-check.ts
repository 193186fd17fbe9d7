/**
 * What a node would say to a snapshot: it is compiled here once before it is published, with ports that lead nowhere, so
 * that problems of routes are known with the stage and not only in the nodes' logs.
 */
import { Gateway, type Kit } from '@gatehouse/engine';
import type { Problem, Snapshot } from '@gatehouse/snapshot';

const nowhere: Kit = {
  upstream: { send: () => Promise.reject(new Error('a compile check sends nothing')) },
  clock: { now: () => 0, monotonicMs: () => 0 },
  random: { uuid: () => '', hex: () => '' },
  tracing: { sampleRoot: () => false, record: () => undefined },
  observer: { observe: () => undefined },
  accessLog: { write: () => undefined },
};

export function problemsOnNodes(snapshot: Snapshot): Problem[] {
  return new Gateway(nowhere, { region: snapshot.region }).apply(snapshot);
}
