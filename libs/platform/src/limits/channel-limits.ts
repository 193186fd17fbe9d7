/** Limits between two processes of one machine: the node's end asks over a channel, the other end answers from the store that it has. */
import type { LeaseAnswers, LeaseRequest, LimitStore, QuotaRequest } from '@gatehouse/engine';

/** Keeps messages whole and in order. */
export interface LimitChannel {
  send(message: LimitMessage): void;
  /** Returns what ends it. */
  listen(listener: (message: unknown) => void): () => void;
}

export type LimitMessage =
  | {
      readonly limits: 'lease';
      readonly id: number;
      readonly node: string;
      readonly requests: readonly LeaseRequest[];
      readonly quotas: readonly QuotaRequest[];
    }
  | { readonly limits: 'answer'; readonly id: number; readonly answers?: LeaseAnswers };

interface Waiting {
  readonly resolve: (answers: LeaseAnswers) => void;
  readonly reject: (error: Error) => void;
}

/** A process that is frozen finds no heap of requests when it goes on. */
const MOST_WAITING = 32;

/** The node's end. */
export class ChannelLimits implements LimitStore {
  private readonly waiting = new Map<number, Waiting>();
  private readonly stopListening: () => void;
  private lastId = 0;

  constructor(private readonly channel: LimitChannel) {
    this.stopListening = channel.listen((message) => this.hear(message));
  }

  lease(
    node: string,
    requests: readonly LeaseRequest[],
    quotas: readonly QuotaRequest[] = [],
  ): Promise<LeaseAnswers> {
    if (this.waiting.size >= MOST_WAITING) return Promise.reject(new Error('answers are overdue'));
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.channel.send({ limits: 'lease', id, node, requests, quotas });
    });
  }

  close(): void {
    this.stopListening();
    for (const { reject } of this.waiting.values()) reject(new Error('the channel is closed'));
    this.waiting.clear();
  }

  private hear(message: unknown): void {
    if (!isLimitMessage(message) || message.limits !== 'answer') return;
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.answers === undefined) waiting?.reject(new Error('the store has no answer'));
    else waiting?.resolve(message.answers);
  }
}

/** The other end: answers from `store` until what it returns is called. */
export function serveLimits(store: LimitStore, channel: LimitChannel): () => void {
  return channel.listen((message) => {
    if (!isLimitMessage(message) || message.limits !== 'lease') return;
    const { id, node, requests, quotas } = message;
    store.lease(node, requests, quotas).then(
      (answers) => channel.send({ limits: 'answer', id, answers }),
      () => channel.send({ limits: 'answer', id }),
    );
  });
}

function isLimitMessage(message: unknown): message is LimitMessage {
  return typeof message === 'object' && message !== null && 'limits' in message;
}
