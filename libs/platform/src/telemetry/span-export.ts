/**
 * The engine's `Tracing` on the OpenTelemetry SDK's batch processor and exporters. Our light records are handed over as
 * finished spans: no SDK tracer, no async context. What the exporter cannot take is dropped, never waited for.
 */
import { SpanKind, SpanStatusCode, TraceFlags, type HrTime, type SpanContext } from '@opentelemetry/api';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ConsoleSpanExporter,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import type { SpanRecord } from '@gatehouse/engine';
import { rootSampler } from './span-sampling';
import type { OtlpTarget, TracingSettings } from './span-settings';
import type { RunningTracing, TracedProcess } from './tracing';

/** `version` and `nodeId` describe this process in every span. */
export function startExport(settings: TracingSettings, process: TracedProcess): RunningTracing {
  const resource = resourceFromAttributes({
    'service.version': process.version,
    'service.instance.id': process.nodeId,
    ...settings.resource,
    'service.name': settings.serviceName,
  });
  const processor = new BatchSpanProcessor({
    exporter: exporterFor(settings.target),
    maxQueueSize: settings.maxQueueSize,
    maxExportBatchSize: settings.maxExportBatchSize,
    scheduledDelayMillis: settings.scheduledDelayMs,
    exportTimeoutMillis: settings.exportTimeoutMs,
  });
  const scope = { name: 'gatehouse', version: process.version };
  return {
    sampleRoot: rootSampler(settings),
    record: (span) => processor.onEnd(readableSpan(span, resource, scope)),
    stop: async (withinMs) => {
      const flushed = processor.shutdown().catch(() => undefined);
      await Promise.race([flushed, new Promise((resolve) => setTimeout(resolve, withinMs).unref())]);
    },
  };
}

function exporterFor(target: TracingSettings['target']): SpanExporter {
  if (target.kind === 'console') return new ConsoleSpanExporter();
  switch (target.protocol) {
    case 'http/protobuf':
      return new ProtoExporter(httpOptions(target));
    case 'http/json':
      return new JsonExporter(httpOptions(target));
    case 'grpc':
      return new GrpcExporter({ url: target.url, timeoutMillis: target.timeoutMs });
  }
}

function httpOptions({ url, headers, timeoutMs }: OtlpTarget) {
  return { url, headers: { ...headers }, timeoutMillis: timeoutMs };
}

function readableSpan(
  span: SpanRecord,
  resource: Resource,
  scope: { name: string; version: string },
): ReadableSpan {
  const context = contextOf(span.traceId, span.spanId);
  return {
    name: span.name,
    kind: span.kind === 'server' ? SpanKind.SERVER : SpanKind.CLIENT,
    spanContext: () => context,
    ...(span.parentSpanId !== undefined && { parentSpanContext: contextOf(span.traceId, span.parentSpanId) }),
    startTime: hrTime(span.startMs),
    endTime: hrTime(span.endMs),
    duration: hrTime(Math.max(0, span.endMs - span.startMs)),
    status: { code: span.error ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    attributes: { ...span.attributes },
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function contextOf(traceId: string, spanId: string): SpanContext {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED };
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
