/** Calls at a rate that does not depend on answers, and what became of them by time. */
import { Caller } from './calls';

/** A call that ended. */
interface Ended {
  /** Since the load began, milliseconds. */
  readonly atMs: number;
  /** 0 = no answer. */
  readonly status: number;
  readonly tookMs: number;
}

const TICK_MS = 10;

export class SteadyLoad {
  private readonly caller = new Caller(64);
  private readonly ended: Ended[] = [];
  private readonly startedMs = performance.now();
  private readonly timer: NodeJS.Timeout;
  private readonly running = new Set<Promise<void>>();
  private sent = 0;
  private due = 0;
  private tickedMs = performance.now();
  private targets: readonly string[];

  /** So many calls a second to all of `urls` together, by turns. */
  constructor(
    urls: readonly string[],
    private readonly perSecond: number,
  ) {
    this.targets = urls;
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  get nowMs(): number {
    return performance.now() - this.startedMs;
  }

  /** From now on the same rate to these. */
  aim(urls: readonly string[]): void {
    this.targets = urls;
  }

  /** Lets it go on for so long, and tells from when to when that was. */
  async window(ms: number): Promise<readonly [fromMs: number, toMs: number]> {
    const fromMs = this.nowMs;
    await new Promise((resolve) => setTimeout(resolve, ms));
    return [fromMs, this.nowMs];
  }

  /** Calls that passed a second. */
  passedPerSecond([fromMs, toMs]: readonly [number, number]): number {
    const passed = this.ended.filter(({ atMs, status }) => status === 200 && atMs >= fromMs && atMs < toMs);
    return (1000 * passed.length) / (toMs - fromMs);
  }

  /** The fewest and the most that passed a second in any window of that length within the two times. */
  extremes([fromMs, toMs]: readonly [number, number], lengthMs: number): readonly [number, number] {
    const rates: number[] = [];
    for (let at = fromMs; at + lengthMs <= toMs; at += 100)
      rates.push(this.passedPerSecond([at, at + lengthMs]));
    return [Math.min(...rates), Math.max(...rates)];
  }

  /** How many answers there were of each status; 0 = none. */
  statuses(): Record<number, number> {
    const counts: Record<number, number> = {};
    for (const { status } of this.ended) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  }

  /** So many of a hundred calls took no longer, milliseconds. */
  tookMs(percent: number, [fromMs, toMs]: readonly [number, number]): number {
    const times = this.ended.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).map(({ tookMs }) => tookMs);
    times.sort((a, b) => a - b);
    return times[Math.min(times.length - 1, Math.floor((times.length * percent) / 100))] ?? 0;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.running);
    this.caller.close();
  }

  private tick(): void {
    const nowMs = performance.now();
    this.due += ((nowMs - this.tickedMs) * this.perSecond) / 1000;
    this.tickedMs = nowMs;
    for (; this.due >= 1; this.due--) {
      const call = this.call().finally(() => this.running.delete(call));
      this.running.add(call);
    }
  }

  private async call(): Promise<void> {
    const url = this.targets[this.sent++ % this.targets.length] ?? '';
    const sentMs = performance.now();
    const status = await this.caller.call({ url }).then(
      (answer) => answer.status,
      () => 0,
    );
    const endedMs = performance.now();
    this.ended.push({ atMs: endedMs - this.startedMs, status, tookMs: endedMs - sentMs });
  }
}
