/** How this process is doing, under the names that Prometheus client libraries use. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { head } from './request-metrics';

export class ProcessMetrics {
  private readonly delay = monitorEventLoopDelay({ resolution: 20 });
  private readonly startedSeconds = (Date.now() - process.uptime() * 1000) / 1000;
  /** As last seen. */
  private residentBytes = 0;

  constructor(private readonly version: string) {
    this.delay.enable();
  }

  stop(): void {
    this.delay.disable();
  }

  /** Delays are those since the last call. */
  expose(): string {
    const { user, system } = process.cpuUsage();
    const text = [
      gauge(
        'gatehouse_build_info',
        'Version of this build.',
        1,
        `{version="${this.version}",node="${process.version}"}`,
      ),
      head('process_cpu_seconds_total', 'counter', 'CPU time.'),
      `process_cpu_seconds_total ${(user + system) / 1e6}\n`,
      gauge('process_start_time_seconds', 'Start, epoch seconds.', this.startedSeconds),
      gauge('process_resident_memory_bytes', 'Resident memory.', this.resident()),
      gauge('nodejs_heap_size_used_bytes', 'Heap in use.', getHeapStatistics().used_heap_size),
      gauge(
        'nodejs_eventloop_lag_p50_seconds',
        'Event loop delay, median.',
        seconds(this.delay.percentile(50)),
      ),
      gauge(
        'nodejs_eventloop_lag_p99_seconds',
        'Event loop delay, 99 %.',
        seconds(this.delay.percentile(99)),
      ),
      gauge('nodejs_eventloop_lag_max_seconds', 'Event loop delay, longest.', seconds(this.delay.max)),
    ].join('');
    this.delay.reset();
    return text;
  }

  /** To look opens a file, which fails in a process that has no descriptor left; that is no reason to end it. */
  private resident(): number {
    try {
      this.residentBytes = process.memoryUsage.rss();
    } catch {
      // It was much the same before.
    }
    return this.residentBytes;
  }
}

export function gauge(name: string, help: string, value: number, labels = ''): string {
  return `${head(name, 'gauge', help)}${name}${labels} ${value}\n`;
}

function seconds(nanoseconds: number): number {
  return Number.isFinite(nanoseconds) ? nanoseconds / 1e9 : 0;
}
