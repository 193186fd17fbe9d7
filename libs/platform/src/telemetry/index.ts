export { startTelemetry, type Telemetry, type TelemetryOptions } from './telemetry';
export { readTracingSettings, type TracingSettings } from './span-settings';
export { startTracing, noTracing, type RunningTracing } from './tracing';
export { RequestMetrics } from './request-metrics';
export { AccessLogWriter, type LineSink } from './access-log-writer';
export { gauge } from './process-metrics';
