/** Metering between two processes of one machine: the node's end sends, the other end adds up and says so. */
import { deliveryIn, type MeterDelivery, type MeterStore } from './meter-store';

/** Keeps messages whole and in order. */
export interface MeterChannel {
  send(message: MeterMessage): void;
  /** Returns what ends it. */
  listen(listener: (message: unknown) => void): () => void;
}

export type MeterMessage =
  | { readonly meters: 'delivery'; readonly id: number; readonly delivery: MeterDelivery }
  | { readonly meters: 'answer'; readonly id: number; readonly isCounted: boolean };

/** The node's end. An answer that does not come within the deadline is none. */
export class ChannelMeters implements MeterStore {
  private readonly waiting = new Map<number, (isCounted: boolean) => void>();
  private readonly stopListening: () => void;
  private lastId = 0;

  constructor(
    private readonly channel: MeterChannel,
    private readonly deadlineMs = 10_000,
  ) {
    this.stopListening = channel.listen((message) => {
      if (isMeterMessage(message) && message.meters === 'answer')
        this.waiting.get(message.id)?.(message.isCounted);
    });
  }

  deliver(delivery: MeterDelivery): Promise<void> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      const settle = (isCounted: boolean): void => {
        clearTimeout(timer);
        this.waiting.delete(id);
        if (isCounted) resolve();
        else reject(new Error('it is not known to be counted'));
      };
      const timer = setTimeout(() => settle(false), this.deadlineMs);
      this.waiting.set(id, settle);
      this.channel.send({ meters: 'delivery', id, delivery });
    });
  }

  close(): void {
    this.stopListening();
    for (const settle of [...this.waiting.values()]) settle(false);
  }
}

/** The other end, until what it returns is called. */
export function serveMeters(store: MeterStore, channel: MeterChannel): () => void {
  return channel.listen((message) => {
    if (!isMeterMessage(message) || message.meters !== 'delivery') return;
    const delivery = deliveryIn(message.delivery);
    if (delivery === undefined) return;
    const { id } = message;
    store.deliver(delivery).then(
      () => channel.send({ meters: 'answer', id, isCounted: true }),
      () => channel.send({ meters: 'answer', id, isCounted: false }),
    );
  });
}

function isMeterMessage(message: unknown): message is MeterMessage {
  return typeof message === 'object' && message !== null && 'meters' in message;
}
