/** Everything that a data plane tells the world about itself, made in one place and stopped in one place. */
import type { AccessLog, Observer } from '@gatehouse/engine';
import { AccessLogWriter, type LineSink } from './access-log-writer';
import { ProcessMetrics } from './process-metrics';
import { RequestMetrics } from './request-metrics';
import { readTracingSettings } from './span-settings';
import { startTracing, type RunningTracing } from './tracing';

export interface Telemetry {
  readonly tracing: RunningTracing;
  readonly observer: Observer & Pick<RequestMetrics, 'forget'>;
  readonly accessLog: AccessLog & Pick<AccessLogWriter, 'flush' | 'beforeFlush'>;
  /** Prometheus text. */
  metrics(): string;
  /** Sends what is left, at most for the given time. */
  stop(withinMs: number): Promise<void>;
}

export interface TelemetryOptions {
  /** `OTEL_*` is read from here; tracing is off without an endpoint. Throws `ConfigError`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly nodeId: string;
  readonly version: string;
  readonly accessLog: LineSink;
}

export function startTelemetry({ environment, nodeId, version, accessLog }: TelemetryOptions): Telemetry {
  const tracing = startTracing(readTracingSettings(environment), { nodeId, version });
  const requests = new RequestMetrics();
  const processMetrics = new ProcessMetrics(version);
  const log = new AccessLogWriter(accessLog);
  return {
    tracing,
    observer: requests,
    accessLog: log,
    metrics: () => requests.expose() + log.expose() + processMetrics.expose(),
    stop: async (withinMs) => {
      log.flush();
      processMetrics.stop();
      await tracing.stop(withinMs);
    },
  };
}
