/** What this node could not take over, by place; each distinct reason is logged once, however often it is met. */
import type { Logger } from '@gatehouse/platform';

export class Faults {
  private readonly reasons = new Map<string, string>();

  /** `onChange` is called after every change. */
  constructor(
    private readonly logger: Logger,
    private readonly onChange: () => void,
  ) {}

  set(place: string, reason: string): void {
    if (this.reasons.get(place) === reason) return;
    this.reasons.set(place, reason);
    this.logger.error('a snapshot is not applied as published', { place, reason });
    this.onChange();
  }

  clear(place: string): void {
    if (!this.reasons.delete(place)) return;
    this.logger.info('a snapshot fault is gone', { place });
    this.onChange();
  }

  toRecord(): Record<string, string> {
    return Object.fromEntries(this.reasons);
  }
}
