/**
 * From a part's bytes to a draft that the gateway can swap in. A large part is read in a thread of its own and placed in
 * batches, so that requests go on meanwhile.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Gateway, RouteSource, StageDraft } from '@gatehouse/engine';
import {
  decodePart,
  SnapshotRefused,
  takeApart,
  type Part,
  type Route,
  type StageHead,
} from '@gatehouse/snapshot';
import type { FromThread, RouteText } from './thread-messages';

/** Reading so much takes about two milliseconds; starting a thread takes some thirty. */
const SMALL_BYTES = 256 * 1024;
const MAX_THREAD_HEAP_MB = 2048;

export type StartThread = (part: Part) => Worker;

export class PartLoader {
  /** One thread at a time: each may need much memory. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly gateway: Gateway,
    private readonly startThread: StartThread = startPartThread,
  ) {}

  /** Rejects with `SnapshotRefused`. */
  async load(part: Part): Promise<StageDraft> {
    if (part.bytes.byteLength <= SMALL_BYTES) return this.loadHere(part);
    const turn = this.last.then(() => this.loadInThread(part));
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private loadHere(part: Part): StageDraft {
    const { head, routes, canaryRoutes } = takeApart(decodePart(part));
    const draft = this.draft(head);
    draft.addAll(routes, canaryRoutes);
    return draft;
  }

  private async loadInThread(part: Part): Promise<StageDraft> {
    const thread = this.startThread(part);
    try {
      const head = await heard(thread);
      if (head.kind !== 'head') throw unexpected(head);
      const draft = this.draft(head.head);
      for (let isLast = false; !isLast;) {
        thread.postMessage('next');
        const batch = await heard(thread);
        if (batch.kind !== 'routes') throw unexpected(batch);
        for (const route of batch.routes) place(draft, route);
        isLast = batch.isLast;
      }
      return draft;
    } finally {
      void thread.terminate();
    }
  }

  private draft(head: StageHead): StageDraft {
    try {
      return this.gateway.draft(head);
    } catch (error) {
      throw new SnapshotRefused('unsupported', error instanceof Error ? error.message : 'no snapshot');
    }
  }
}

function startPartThread(part: Part): Worker {
  return new Worker(join(__dirname, 'part-thread.js'), {
    workerData: part,
    resourceLimits: { maxOldGenerationSizeMb: MAX_THREAD_HEAP_MB },
  });
}

/** The thread's next message; rejects when it dies instead. */
async function heard(thread: Worker): Promise<FromThread> {
  const ended = new AbortController();
  try {
    const [message] = (await Promise.race([
      once(thread, 'message', { signal: ended.signal }),
      once(thread, 'exit', { signal: ended.signal }).then(() => {
        throw new SnapshotRefused('corrupt', 'reading it ended the thread that read it');
      }),
    ])) as [FromThread];
    return message;
  } finally {
    ended.abort();
  }
}

function unexpected(message: FromThread): SnapshotRefused {
  if (message.kind === 'refused') return new SnapshotRefused(message.reason, message.message);
  return new SnapshotRefused('corrupt', 'the thread that read it lost its place');
}

function place(draft: StageDraft, [key, method, path, json, isOfCanary]: RouteText): void {
  const source: RouteSource = { key, method, path, read: () => JSON.parse(json) as Route };
  if (isOfCanary) draft.addToCanary(source);
  else draft.add(source);
}
