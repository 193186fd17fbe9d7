/** Looks on a beat whether the database answers, so that readiness is told from memory and never waits. */
import type { Services } from './services';

const BEAT_MS = 2000;

export class DatabaseWatch {
  private reason: string | undefined;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly services: Services) {
    this.timer = setInterval(() => void this.look(), BEAT_MS);
    this.timer.unref();
  }

  /** `undefined` = it answers. */
  ready(): string | undefined {
    return this.reason;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    try {
      await this.services.fleet.revision();
      this.reason = undefined;
    } catch {
      this.reason = 'the database is out of reach';
    }
  }
}
