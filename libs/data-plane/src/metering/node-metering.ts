/**
 * A node's metering: what it counted goes to its journal whenever lines of the access log are handed over, in the same turn, so
 * that a process that is killed loses the same calls of both or of none; and from the journal to whoever adds up, until that one
 * says that it is counted. What earlier lives have left is sent after its own.
 */
import { Meters } from '@gatehouse/engine';
import {
  MeterJournal,
  MeterRemains,
  reasonOf,
  type Logger,
  type MeterStore,
  type Telemetry,
} from '@gatehouse/platform';

const SEAL_MS = 100;
const SEND_MS = 1000;
const LOOK_AROUND_MS = 2000;

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
  private readonly remains: MeterRemains;
  private readonly sealing: NodeJS.Timeout;
  private readonly sending: NodeJS.Timeout;
  private running: Promise<void> | undefined;
  private isWell = true;
  private lookedAroundMs = -Infinity;
  /** Those whose remains nobody took the last time come last. */
  private readonly refused = new Set<string>();

  constructor(private readonly options: NodeMeteringOptions) {
    const { folder, source, accessLog } = options;
    this.journal = new MeterJournal(folder, source);
    this.remains = new MeterRemains(folder, source);
    accessLog?.beforeFlush(() => this.seal());
    this.sealing = setInterval(() => (accessLog === undefined ? this.seal() : accessLog.flush()), SEAL_MS);
    this.sending = setInterval(() => this.beat(), SEND_MS);
    this.sealing.unref();
    this.sending.unref();
    this.beat();
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
    this.onDisk(() => this.journal.append(this.meters.take()));
  }

  private beat(): void {
    this.onDisk(() => this.journal.touch());
    void this.send();
  }

  private onDisk(act: () => void): void {
    try {
      act();
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
    return (this.running ??= this.sendAll().finally(() => (this.running = undefined)));
  }

  private async sendAll(): Promise<void> {
    try {
      await this.sendOwn();
    } catch (error) {
      return this.tell('what was metered is kept until it can be sent', error);
    }
    if (performance.now() - this.lookedAroundMs < LOOK_AROUND_MS) return;
    await this.sendRemains();
    this.lookedAroundMs = performance.now();
  }

  /** What comes meanwhile waits for the next time. */
  private async sendOwn(): Promise<void> {
    const { last } = this.journal;
    for (let upTo = -1; upTo < last;) {
      const pending = this.journal.pending();
      if (pending === undefined) return;
      await this.options.store.deliver(pending);
      this.journal.acknowledge(pending);
      this.isWell = true;
      upTo = pending.batches.at(-1)?.sequence ?? last;
    }
  }

  /** Ends with the first that nobody takes: it may be that nobody takes any. */
  private async sendRemains(): Promise<void> {
    let source = '';
    try {
      const refused = (one: string): number => Number(this.refused.has(one));
      for (source of this.remains.sources().sort((a, b) => refused(a) - refused(b))) {
        for await (const delivery of this.remains.deliveriesOf(source))
          await this.options.store.deliver(delivery);
        this.remains.forget(source);
        this.refused.delete(source);
      }
    } catch (error) {
      if (this.refused.has(source)) return;
      this.refused.add(source);
      const reason = reasonOf(error);
      this.options.logger.warn('what an earlier start has metered is kept', { source, reason });
    }
  }
}
