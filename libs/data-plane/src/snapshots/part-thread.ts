/**
 * A thread that reads one large part: checks its hash, parses it, and hands out its routes in batches, each route still as
 * text. The thread that serves requests asks for a batch when it has placed the last.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { decodePart, SnapshotRefused, takeApart, type Part } from '@gatehouse/snapshot';
import type { FromThread, RouteText } from './thread-messages';

/** Placing one takes some microseconds. */
const ROUTES_OF_A_BATCH = 256;

function tell(message: FromThread): void {
  parentPort?.postMessage(message);
}

function hand(part: Part): void {
  const { head, routes: ofStage, canaryRoutes } = takeApart(decodePart(part));
  const routes = canaryRoutes.length === 0 ? ofStage : [...ofStage, ...canaryRoutes];
  let at = 0;
  parentPort?.on('message', () => {
    const batch = routes.slice(at, at + ROUTES_OF_A_BATCH);
    const texts = batch.map((route, i): RouteText => [
      route.key,
      route.method,
      route.path,
      JSON.stringify(route),
      at + i >= ofStage.length,
    ]);
    at += batch.length;
    tell({ kind: 'routes', routes: texts, isLast: at === routes.length });
  });
  tell({ kind: 'head', head });
}

try {
  hand(workerData as Part);
} catch (error) {
  const reason = error instanceof SnapshotRefused ? error.reason : 'corrupt';
  tell({ kind: 'refused', reason, message: error instanceof Error ? error.message : 'unreadable' });
}
