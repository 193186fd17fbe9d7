/** What nodes have counted of one canary in the last while, by the second. */
import type { ObservedCalls } from '@gatehouse/catalog';
import { addTally, emptyTally, latencyQuantileMs, type CanaryReport } from '@gatehouse/platform';

interface Slot {
  readonly second: number;
  readonly canary: CanaryReport['canary'];
  readonly base: CanaryReport['base'];
}

export class CanaryWindow {
  /** Oldest first. */
  private slots: Slot[] = [];

  /** `settings`: what the counts are of; a canary with others is another one. */
  constructor(
    readonly settings: string,
    private readonly startedMs: number,
  ) {}

  add(report: CanaryReport, nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    const last = this.slots.at(-1);
    const slot = last?.second === second ? last : { second, canary: emptyTally(), base: emptyTally() };
    if (slot !== last) this.slots.push(slot);
    addTally(slot.canary, report.canary);
    addTally(slot.base, report.base);
  }

  forgetBefore(ms: number): void {
    this.slots = this.slots.filter(({ second }) => second * 1000 >= ms);
  }

  watchedSeconds(nowMs: number): number {
    return (nowMs - this.startedMs) / 1000;
  }

  seen(side: 'canary' | 'base', seconds: number, nowMs: number): ObservedCalls {
    const sum = emptyTally();
    for (const slot of this.slots)
      if (slot.second * 1000 >= nowMs - seconds * 1000) addTally(sum, slot[side]);
    return { calls: sum.calls, errors: sum.errors, p95Ms: latencyQuantileMs(sum, 0.95) };
  }
}
