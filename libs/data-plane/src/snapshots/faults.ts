/** What this node could not take over, by place; each distinct reason is logged once, however often it is met. */
import type { Logger } from '@gatehouse/platform';

const MAX_REMEMBERED = 50;

export class Faults {
  private readonly reasons = new Map<string, string>();
  /** What was logged of a place since it was last in order. */
  private readonly logged = new Map<string, Set<string>>();

  /** `onChange` is called after every change. */
  constructor(
    private readonly logger: Logger,
    private readonly onChange: () => void,
  ) {}

  set(place: string, reason: string): void {
    if (this.reasons.get(place) === reason) return;
    this.reasons.set(place, reason);
    const logged = this.logged.get(place) ?? new Set();
    this.logged.set(place, logged);
    if (!logged.has(reason) && logged.size < MAX_REMEMBERED) {
      logged.add(reason);
      this.logger.error('snapshot fault', { place, reason });
    }
    this.onChange();
  }

  clear(place: string): void {
    if (!this.reasons.delete(place)) return;
    this.logged.delete(place);
    this.logger.info('snapshot fault is gone', { place });
    this.onChange();
  }

  toRecord(): Record<string, string> {
    return Object.fromEntries(this.reasons);
  }
}
