/** Tells the control plane what this node runs: after each applied revision, and every few seconds. Fails open. */
import { reasonOf, type Feed, type Logger, type NodeReport } from '@gatehouse/platform';
import { within } from './deadline';

const INTERVAL_MS = 5000;
const FEED_TIMEOUT_MS = 2500;

export class Reporter {
  private readonly timer: NodeJS.Timeout;
  private readonly stopped = new AbortController();
  private isSending = false;
  private isDue = false;
  private isReachable = true;

  constructor(
    private readonly feed: Feed,
    private readonly logger: Logger,
    private readonly read: () => NodeReport,
  ) {
    this.timer = setInterval(() => this.send(), INTERVAL_MS);
  }

  /** A report that falls due during another is sent after it. */
  send(): void {
    if (this.stopped.signal.aborted) return;
    this.isDue = true;
    if (this.isSending) return;
    this.isSending = true;
    void this.sendAll().finally(() => {
      this.isSending = false;
      if (this.isDue) this.send();
    });
  }

  stop(): void {
    clearInterval(this.timer);
    this.isDue = false;
    this.stopped.abort();
  }

  private async sendAll(): Promise<void> {
    while (this.isDue) {
      this.isDue = false;
      try {
        await within(FEED_TIMEOUT_MS, 'reporting', this.stopped.signal, this.feed.report(this.read()));
        this.isReachable = true;
      } catch (error) {
        if (this.isReachable && !this.stopped.signal.aborted)
          this.logger.warn('the report of this node is lost', { reason: reasonOf(error) });
        this.isReachable = false;
      }
    }
  }
}
