/** Calls of stages with a canary, counted for the control plane, which judges for all nodes. */
import type { Observer, RequestOutcome } from '@gatehouse/engine';
import { countCall, emptyTally, type CanaryReport } from '@gatehouse/platform';

export class CanaryCounts implements Observer {
  /** By `{apiId}/{stage}`. */
  private counts = new Map<string, CanaryReport>();

  constructor(private readonly next: Observer) {}

  observe(outcome: RequestOutcome): void {
    this.next.observe(outcome);
    const { canary } = outcome;
    if (canary === undefined) return;
    const counts = this.countsOf(`${outcome.apiId}/${outcome.stage}`, canary.deploymentId);
    countCall(canary.isChosen ? counts.canary : counts.base, outcome.status, outcome.latencyMs);
  }

  /** Since the last time. What is lost on its way to the control plane is not counted again. */
  take(): Readonly<Record<string, CanaryReport>> {
    const taken = Object.fromEntries(this.counts);
    this.counts = new Map();
    return taken;
  }

  /** Late answers of a canary that has been replaced begin a count of their own, and the next of the new one another. */
  private countsOf(place: string, deploymentId: string): CanaryReport {
    const known = this.counts.get(place);
    if (known?.deploymentId === deploymentId) return known;
    const fresh = { deploymentId, canary: emptyTally(), base: emptyTally() };
    this.counts.set(place, fresh);
    return fresh;
  }
}
