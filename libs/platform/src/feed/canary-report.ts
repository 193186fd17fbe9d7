/** What nodes have counted of a stage with a canary since their last report. */

/** Upper borders of the latency buckets in milliseconds, a fifth apart: 1 ms to 65 s. What is longer is in the last. */
export const LATENCY_BORDERS_MS: readonly number[] = Array.from({ length: 65 }, (_none, i) => 2 ** (i / 4));

export interface CallTally {
  calls: number;
  /** Answers with status 5xx. */
  errors: number;
  /** One count for each of `LATENCY_BORDERS_MS`. */
  readonly latencies: number[];
}

export interface CanaryReport {
  readonly deploymentId: string;
  readonly canary: CallTally;
  /** Calls that the stage's own deployment answered in the same time. */
  readonly base: CallTally;
}

export function emptyTally(): CallTally {
  return { calls: 0, errors: 0, latencies: LATENCY_BORDERS_MS.map(() => 0) };
}

export function countCall(tally: CallTally, status: number, latencyMs: number): void {
  tally.calls++;
  if (status >= 500) tally.errors++;
  const exact = latencyMs <= 1 ? 0 : Math.ceil(4 * Math.log2(latencyMs) - 1e-9);
  const bucket = Math.min(exact, LATENCY_BORDERS_MS.length - 1);
  tally.latencies[bucket] = (tally.latencies[bucket] ?? 0) + 1;
}

export function addTally(sum: CallTally, more: CallTally): void {
  sum.calls += more.calls;
  sum.errors += more.errors;
  for (let i = 0; i < sum.latencies.length; i++)
    sum.latencies[i] = (sum.latencies[i] ?? 0) + (more.latencies[i] ?? 0);
}

/** Border of the bucket that holds the quantile, so up to a fifth too much; 0 where nothing was counted. */
export function latencyQuantileMs({ latencies }: CallTally, quantile: number): number {
  const total = latencies.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (let i = 0; i < latencies.length; i++) {
    seen += latencies[i] ?? 0;
    if (total > 0 && seen >= total * quantile) return LATENCY_BORDERS_MS[i] ?? 0;
  }
  return 0;
}

/** Reports come over a feed that is not trusted. */
export function isCanaryReport(value: unknown): value is CanaryReport {
  const report = value as Partial<Record<keyof CanaryReport, unknown>> | null;
  return typeof report?.deploymentId === 'string' && isTally(report.canary) && isTally(report.base);
}

function isTally(value: unknown): boolean {
  const tally = value as Partial<CallTally> | null;
  if (!Array.isArray(tally?.latencies) || tally.latencies.length > LATENCY_BORDERS_MS.length) return false;
  return [tally.calls, tally.errors, ...tally.latencies].every(
    (count) => Number.isSafeInteger(count) && Number(count) >= 0,
  );
}
