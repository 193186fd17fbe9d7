/**
 * A feed between two processes of one machine: the node's end asks over a channel, the other end answers from the feed that it
 * has. What goes over it is signed like what goes over any feed.
 */
import type { Feed, NodeReport } from './feed';

/** Keeps messages whole and in order, `Uint8Array`s included. */
export interface FeedChannel {
  send(message: FeedMessage): void;
  /** Returns what ends it. */
  listen(listener: (message: unknown) => void): () => void;
}

export type FeedMessage =
  | { readonly feed: 'manifest'; readonly id: number }
  | { readonly feed: 'part'; readonly id: number; readonly hash: string }
  | { readonly feed: 'report'; readonly id: number; readonly report: NodeReport }
  | { readonly feed: 'answer'; readonly id: number; readonly value?: Uint8Array; readonly fault?: string }
  | { readonly feed: 'news' };

type Question<M = FeedMessage> = M extends { readonly feed: 'manifest' | 'part' | 'report' }
  ? Omit<M, 'id'>
  : never;

/** The node's end. */
export class ChannelFeed implements Feed {
  private readonly listeners = new Set<() => void>();
  private readonly asked = new Map<number, (answer: { value?: Uint8Array; fault?: string }) => void>();
  private readonly stopListening: () => void;
  private lastId = 0;

  constructor(private readonly channel: FeedChannel) {
    this.stopListening = channel.listen((message) => this.hear(message));
  }

  publish(): Promise<void> {
    return Promise.reject(new Error('a node publishes nothing'));
  }

  manifest(): Promise<Uint8Array | undefined> {
    return this.ask({ feed: 'manifest' });
  }

  part(hash: string): Promise<Uint8Array | undefined> {
    return this.ask({ feed: 'part', hash });
  }

  async subscribe(listener: () => void): Promise<() => Promise<void>> {
    this.listeners.add(listener);
    return async () => void this.listeners.delete(listener);
  }

  async report(report: NodeReport): Promise<void> {
    await this.ask({ feed: 'report', report });
  }

  async close(): Promise<void> {
    this.stopListening();
    this.listeners.clear();
    for (const settle of this.asked.values()) settle({ fault: 'the feed is closed' });
    this.asked.clear();
  }

  private ask(question: Question): Promise<Uint8Array | undefined> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.asked.set(id, ({ value, fault }) =>
        fault === undefined ? resolve(value) : reject(new Error(fault)),
      );
      this.channel.send({ ...question, id });
    });
  }

  private hear(message: unknown): void {
    if (!isFeedMessage(message)) return;
    if (message.feed === 'news') for (const listener of this.listeners) listener();
    if (message.feed !== 'answer') return;
    this.asked.get(message.id)?.(message);
    this.asked.delete(message.id);
  }
}

/** The other end: answers from `feed` until what it resolves with is called. */
export async function serveFeed(feed: Feed, channel: FeedChannel): Promise<() => Promise<void>> {
  const stopListening = channel.listen((message) => {
    if (isFeedMessage(message)) void answer(feed, message, channel);
  });
  const unsubscribe = await feed.subscribe(() => channel.send({ feed: 'news' }));
  // What was published before it subscribed.
  channel.send({ feed: 'news' });
  return async () => {
    stopListening();
    await unsubscribe();
  };
}

async function answer(feed: Feed, message: FeedMessage, channel: FeedChannel): Promise<void> {
  if (message.feed === 'news' || message.feed === 'answer') return;
  const { id } = message;
  try {
    const value = await valueOf(feed, message);
    channel.send({ feed: 'answer', id, ...(value !== undefined && { value }) });
  } catch (error) {
    channel.send({ feed: 'answer', id, fault: error instanceof Error ? error.message : 'failed' });
  }
}

async function valueOf(
  feed: Feed,
  message: Extract<FeedMessage, { feed: 'manifest' | 'part' | 'report' }>,
): Promise<Uint8Array | undefined> {
  switch (message.feed) {
    case 'manifest':
      return feed.manifest();
    case 'part':
      return feed.part(message.hash);
    case 'report':
      await feed.report(message.report);
      return undefined;
  }
}

function isFeedMessage(message: unknown): message is FeedMessage {
  return typeof message === 'object' && message !== null && 'feed' in message;
}
