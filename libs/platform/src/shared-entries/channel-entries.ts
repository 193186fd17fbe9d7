/** Shared entries between two processes of one machine: the node's end asks over a channel, the other end answers from its store. */
import type { EntryClaim, SharedEntries, SharedEntry } from '@gatehouse/engine';

export type EntryKind = 'decision' | 'answer';

/** Keeps messages whole and in order. */
export interface EntryChannel {
  send(message: EntryMessage): void;
  /** Returns what ends it. */
  listen(listener: (message: unknown) => void): () => void;
}

type Told =
  | { readonly what: 'obtain'; readonly id: number; readonly key: string; readonly waitMs: number }
  /** Without an entry: it is claimed by whoever asked. */
  | { readonly what: 'found'; readonly id: number; readonly entry?: SharedEntry }
  /** What became of a claim; without an entry nothing. */
  | { readonly what: 'settle'; readonly id: number; readonly entry?: SharedEntry }
  | { readonly what: 'replace'; readonly key: string; readonly entry: SharedEntry }
  | { readonly what: 'replaced'; readonly key: string };

export type EntryMessage = Told & { readonly entries: EntryKind };

/** Over the time that the other end may take it is busy, or gone. */
const GRACE_MS = 250;

/** The node's end. */
export class ChannelEntries implements SharedEntries {
  private readonly waiting = new Map<number, (found: SharedEntry | EntryClaim) => void>();
  private readonly listeners = new Set<(key: string) => void>();
  private readonly stopListening: () => void;
  private lastId = 0;

  constructor(
    private readonly channel: EntryChannel,
    private readonly kind: EntryKind,
  ) {
    this.stopListening = channel.listen((message) => this.hear(message));
  }

  obtain(key: string, waitMs: number): Promise<SharedEntry | EntryClaim> {
    const id = ++this.lastId;
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(this.claim(id)), waitMs + GRACE_MS);
      const settle = (found: SharedEntry | EntryClaim): void => {
        clearTimeout(timer);
        this.waiting.delete(id);
        resolve(found);
      };
      this.waiting.set(id, settle);
      this.tell({ what: 'obtain', id, key, waitMs });
    });
  }

  replace(key: string, entry: SharedEntry): void {
    this.tell({ what: 'replace', key, entry: written(entry) });
  }

  onReplaced(listener: (key: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What waits makes its own calls. */
  close(): void {
    this.stopListening();
    for (const [id, settle] of this.waiting) settle(this.claim(id));
  }

  private hear(message: unknown): void {
    if (!isOf(message, this.kind)) return;
    if (message.what === 'found') this.waiting.get(message.id)?.(message.entry ?? this.claim(message.id));
    if (message.what === 'replaced') for (const listener of this.listeners) listener(message.key);
  }

  private claim(id: number): EntryClaim {
    return {
      keep: (entry) => this.tell({ what: 'settle', id, entry: written(entry) }),
      release: () => this.tell({ what: 'settle', id }),
    };
  }

  private tell(told: Told): void {
    this.channel.send({ ...told, entries: this.kind });
  }
}

/** The other end: answers from `store` until what it returns is called, which releases what the node has claimed. */
export function serveEntries(store: SharedEntries, channel: EntryChannel, kind: EntryKind): () => void {
  const claims = new Map<number, EntryClaim>();
  let isOver = false;
  const obtain = async (id: number, key: string, waitMs: number): Promise<void> => {
    const found = await store.obtain(key, waitMs);
    if ('text' in found) return channel.send({ entries: kind, what: 'found', id, entry: found });
    if (isOver) return found.release();
    claims.set(id, found);
    channel.send({ entries: kind, what: 'found', id });
  };
  const settle = (id: number, entry: SharedEntry | undefined): void => {
    const claim = claims.get(id);
    claims.delete(id);
    if (entry === undefined) claim?.release();
    else claim?.keep(entry);
  };
  const stopListening = channel.listen((message) => {
    if (!isOf(message, kind)) return;
    if (message.what === 'obtain') void obtain(message.id, message.key, message.waitMs);
    if (message.what === 'settle') settle(message.id, message.entry);
    if (message.what === 'replace') store.replace(message.key, message.entry);
  });
  const stopNews = store.onReplaced?.((key) => channel.send({ entries: kind, what: 'replaced', key }));
  return () => {
    isOver = true;
    stopListening();
    stopNews?.();
    for (const claim of claims.values()) claim.release();
  };
}

function isOf(message: unknown, kind: EntryKind): message is EntryMessage {
  return typeof message === 'object' && message !== null && 'entries' in message && message.entries === kind;
}

/** An entry may make its text when it is read; over a channel goes what is there. */
function written({ text, untilMs }: SharedEntry): SharedEntry {
  return { text, untilMs };
}
