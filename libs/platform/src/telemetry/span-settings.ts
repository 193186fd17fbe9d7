/** Tracing settings as OpenTelemetry's standard environment variables name them. The environment comes in as an object. */
import { ConfigError } from '../config/config';

export type SamplerKind = 'always_on' | 'always_off' | 'traceidratio';

export interface OtlpTarget {
  readonly kind: 'otlp';
  readonly protocol: 'http/protobuf' | 'http/json' | 'grpc';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface TracingSettings {
  readonly target: OtlpTarget | { readonly kind: 'console' };
  readonly serviceName: string;
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: SamplerKind;
  /** 0 to 1; of `traceidratio`. */
  readonly ratio: number;
  readonly maxQueueSize: number;
  readonly maxExportBatchSize: number;
  readonly scheduledDelayMs: number;
  readonly exportTimeoutMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `undefined` = tracing is off. Throws `ConfigError`. */
export function readTracingSettings(environment: Environment): TracingSettings | undefined {
  if (environment.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return undefined;
  const target = readTarget(environment);
  if (target === undefined) return undefined;
  const resource = readPairs('OTEL_RESOURCE_ATTRIBUTES', environment.OTEL_RESOURCE_ATTRIBUTES);
  const maxQueueSize = readNumber(environment, 'OTEL_BSP_MAX_QUEUE_SIZE', 2048);
  return {
    target,
    resource,
    serviceName: environment.OTEL_SERVICE_NAME || resource['service.name'] || 'gatehouse',
    ...readSampler(environment),
    maxQueueSize,
    maxExportBatchSize: Math.min(
      readNumber(environment, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512),
      maxQueueSize,
    ),
    scheduledDelayMs: readNumber(environment, 'OTEL_BSP_SCHEDULE_DELAY', 5000),
    exportTimeoutMs: readNumber(environment, 'OTEL_BSP_EXPORT_TIMEOUT', 30_000),
  };
}

function readTarget(environment: Environment): TracingSettings['target'] | undefined {
  const exporter = environment.OTEL_TRACES_EXPORTER || 'otlp';
  switch (exporter) {
    case 'none':
      return undefined;
    case 'console':
      return { kind: 'console' };
    case 'otlp':
      return readOtlp(environment);
    default:
      throw new ConfigError(`OTEL_TRACES_EXPORTER must be otlp, console or none, not ${exporter}`);
  }
}

function readOtlp(environment: Environment): OtlpTarget | undefined {
  const ofTraces = environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  const ofAll = environment.OTEL_EXPORTER_OTLP_ENDPOINT;
  const endpoint = ofTraces || ofAll;
  if (!endpoint) return undefined;
  const protocol = read(environment, 'PROTOCOL') ?? 'http/protobuf';
  if (protocol !== 'http/protobuf' && protocol !== 'http/json' && protocol !== 'grpc') {
    throw new ConfigError(
      `OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf, http/json or grpc, not ${protocol}`,
    );
  }
  if (!/^https?:\/\//i.test(endpoint) || !URL.canParse(endpoint)) {
    throw new ConfigError(`OTEL_EXPORTER_OTLP_ENDPOINT must be an http:// or https:// URL, not ${endpoint}`);
  }
  return {
    kind: 'otlp',
    protocol,
    // The general endpoint is a base; the one of traces, and one of gRPC, is taken as it is.
    url: ofTraces || protocol === 'grpc' ? endpoint : `${endpoint.replace(/\/$/, '')}/v1/traces`,
    headers: readPairs('OTEL_EXPORTER_OTLP_HEADERS', read(environment, 'HEADERS')),
    timeoutMs: readNumber(environment, 'OTEL_EXPORTER_OTLP_TIMEOUT', 10_000, read(environment, 'TIMEOUT')),
  };
}

/** What is said for traces goes before what is said for all signals. */
function read(environment: Environment, name: string): string | undefined {
  return (
    environment[`OTEL_EXPORTER_OTLP_TRACES_${name}`] || environment[`OTEL_EXPORTER_OTLP_${name}`] || undefined
  );
}

/**
 * Callers that send a sampling decision are always followed, as the `parentbased_` samplers say; so the plain kinds differ
 * from those in name only.
 */
function readSampler(environment: Environment): Pick<TracingSettings, 'sampler' | 'ratio'> {
  const name = environment.OTEL_TRACES_SAMPLER || 'parentbased_always_on';
  const sampler = name.replace(/^parentbased_/, '');
  if (sampler !== 'always_on' && sampler !== 'always_off' && sampler !== 'traceidratio') {
    throw new ConfigError(
      `OTEL_TRACES_SAMPLER must be always_on, always_off, traceidratio or parentbased_ of these, not ${name}`,
    );
  }
  const ratio = Number(environment.OTEL_TRACES_SAMPLER_ARG || '1');
  if (!(ratio >= 0 && ratio <= 1)) throw new ConfigError('OTEL_TRACES_SAMPLER_ARG must lie between 0 and 1');
  return { sampler, ratio };
}

function readPairs(name: string, text: string | undefined): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const item of (text ?? '').split(',')) {
    if (item.trim() === '') continue;
    const at = item.indexOf('=');
    if (at <= 0) throw new ConfigError(`${name} must be a list of name=value`);
    pairs[item.slice(0, at).trim()] = decoded(item.slice(at + 1).trim());
  }
  return pairs;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function readNumber(
  environment: Environment,
  name: string,
  otherwise: number,
  text = environment[name],
): number {
  if (!text) return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new ConfigError(`${name} must be a positive whole number`);
  return value;
}
