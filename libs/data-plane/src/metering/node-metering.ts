/**
 * A node's metering: what it counted goes to its journal whenever lines of the access log are handed over, in the same turn, so
 * that a process that is killed loses the same calls of both or of none; and from the journal to whoever adds up, until that one
 * says that it is counted.
 */
import { Meters } from '@gatehouse/engine';
import { MeterJournal, reasonOf, type Logger, type MeterStore, type Telemetry } from '@gatehouse/platform';

const SEAL_MS = 100;
const SEND_MS = 1000;

export interface NodeMeteringOptions {
  readonly folder: string;
  /** Another one for every start of a node. */
  readonly source: string;
  readonly store: MeterStore;
  readonly logger: Logger;
  readonly accessLog?: Telemetry['accessLog'];
}

export class NodeMetering {
  readonly meters = new Meters();
  private readonly journal: MeterJournal;
  private readonly sealing: NodeJS.Timeout;
  private readonly sending: NodeJS.Timeout;
  private running: Promise<void> | undefined;
  private isWell = true;
  private hasLeftBehind = true;

  constructor(private readonly options: NodeMeteringOptions) {
    const { folder, source, accessLog } = options;
    this.journal = new MeterJournal(folder, source);
    accessLog?.beforeFlush(() => this.seal());
    this.sealing = setInterval(() => (accessLog === undefined ? this.seal() : accessLog.flush()), SEAL_MS);
    this.sending = setInterval(() => void this.send(), SEND_MS);
    this.sealing.unref();
    this.sending.unref();
    void this.send();
  }

  /** Sends what there is; what cannot be sent within `withinMs` stays for the next life. */
  async stop(withinMs: number): Promise<void> {
    clearInterval(this.sealing);
    clearInterval(this.sending);
    this.options.accessLog?.flush();
    this.seal();
    this.options.accessLog?.beforeFlush(() => undefined);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)));
    // What runs already does not know of the last batch.
    await Promise.race([late, Promise.resolve(this.running).then(() => this.send())]);
    clearTimeout(timer);
    this.journal.close();
  }

  /** A disk that takes nothing costs what a kill would lose: it is in memory still. */
  private seal(): void {
    try {
      this.journal.append(this.meters.take());
    } catch (error) {
      this.tell('what is metered cannot be written down', error);
    }
  }

  private tell(what: string, error: unknown): void {
    if (this.isWell) this.options.logger.warn(what, { reason: reasonOf(error) });
    this.isWell = false;
  }

  /** One at a time. Never rejects. */
  private send(): Promise<void> {
    return (this.running ??= this.deliverAll().finally(() => (this.running = undefined)));
  }

  private async deliverAll(): Promise<void> {
    const { store } = this.options;
    try {
      if (this.hasLeftBehind) {
        for (const delivery of this.journal.leftBehind()) {
          if (delivery.batches.length > 0) await store.deliver(delivery);
          this.journal.forget(delivery);
        }
        this.hasLeftBehind = false;
      }
      const pending = this.journal.pending();
      if (pending === undefined) return;
      await store.deliver(pending);
      this.journal.acknowledge(pending);
      this.isWell = true;
    } catch (error) {
      this.tell('what was metered is kept until it can be sent', error);
    }
  }
}
