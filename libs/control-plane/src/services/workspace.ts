/**
 * What every service stands on: a transaction with the API's graph locked, fresh ids, the clock, and the outbox. After a
 * commit that wrote an outbox row the publisher is woken.
 */
import { randomBytes } from 'node:crypto';
import { newId, notFound } from '@gatehouse/catalog';
import type { DataSource, EntityManager } from 'typeorm';
import { OutboxRow } from '../storage/entities';
import { imageOf, loadGraph, saveGraph, type Graphs, type Scope } from '../storage/graph-store';

export interface Change<K extends keyof Graphs> {
  readonly db: EntityManager;
  readonly graph: Graphs[K];
  readonly now: number;
}

/** What an unknown API answers, in the words of the object that was asked for. */
export type Missing = (scope: Scope, apiId: string) => Error;

export const missingApi: Missing = ({ accountId }, apiId) =>
  notFound(`Invalid API identifier specified ${accountId}:${apiId}`);

export class Workspace {
  constructor(
    readonly database: DataSource,
    private readonly wakePublisher: () => void,
    readonly now: () => number = Date.now,
  ) {}

  freshId(length: number): string {
    return newId(randomBytes, length);
  }

  async graph<K extends keyof Graphs>(
    scope: Scope,
    kind: K,
    apiId: string,
    missing: Missing = missingApi,
  ): Promise<Graphs[K]> {
    const graph = await loadGraph(this.database.manager, scope, kind, apiId);
    if (!graph) throw missing(scope, apiId);
    return graph;
  }

  /** Runs `work` on the locked graph and saves what it changed, all or nothing. */
  async change<K extends keyof Graphs, T>(
    scope: Scope,
    kind: K,
    apiId: string,
    work: (change: Change<K>) => T | Promise<T>,
    options: {
      readonly missing?: Missing;
      readonly afterSave?: (change: Change<K>, changed: boolean) => Promise<void>;
    } = {},
  ): Promise<T> {
    return this.transaction(async (db) => {
      const graph = await loadGraph(db, scope, kind, apiId, true);
      if (!graph) throw (options.missing ?? missingApi)(scope, apiId);
      const before = imageOf(graph);
      const change = { db, graph, now: this.now() };
      const result = await work(change);
      const changed = await saveGraph(db, graph, before);
      await options.afterSave?.(change, changed);
      return result;
    });
  }

  /** Wakes the publisher after a commit that left something in the outbox. */
  async transaction<T>(work: (db: EntityManager) => Promise<T>): Promise<T> {
    let isMarked = false;
    const result = await this.database.transaction(async (db) => {
      const done = await work(db);
      isMarked = marked.has(db);
      return done;
    });
    if (isMarked) this.wakePublisher();
    return result;
  }
}

/** Transactions that wrote to the outbox. */
const marked = new WeakSet<EntityManager>();

/** The stage's snapshot is made anew after the commit. */
export async function markForPublication(
  db: EntityManager,
  apiId: string,
  stages: readonly string[],
): Promise<void> {
  if (stages.length === 0) return;
  marked.add(db);
  await db.insert(
    OutboxRow,
    stages.map((stage) => ({ apiId, stage })),
  );
}
