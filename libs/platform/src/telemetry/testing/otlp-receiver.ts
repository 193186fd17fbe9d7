/** An OTLP receiver for specs: takes http/protobuf and http/json, and tells the spans in one form. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { readFields, textOf, type Field } from './protobuf';

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  /** 2 = server, 3 = client. */
  readonly kind: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly isError: boolean;
}

export interface OtlpReceiver {
  readonly url: string;
  readonly spans: ReceivedSpan[];
  readonly headers: NodeJS.Dict<string | string[]>[];
  stop(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const headers: NodeJS.Dict<string | string[]>[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      headers.push({ ...request.headers, ':path': request.url });
      const sent = Buffer.concat(chunks);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
      const isJson = request.headers['content-type']?.includes('json') === true;
      spans.push(
        ...(isJson ? spansOfJson(JSON.parse(body.toString()) as JsonExport) : spansOfProtobuf(body)),
      );
      response
        .writeHead(200, { 'content-type': request.headers['content-type'] ?? '' })
        .end(isJson ? '{}' : '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    headers,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** opentelemetry/proto/trace/v1: ExportTraceServiceRequest > ResourceSpans > ScopeSpans > Span. */
function spansOfProtobuf(bytes: Buffer): ReceivedSpan[] {
  return bytesOf(readFields(bytes), 1).flatMap((resourceSpans) => {
    const fields = readFields(resourceSpans);
    const resource = attributesOf(bytesOf(fields, 1).flatMap((item) => bytesOf(readFields(item), 1)));
    return bytesOf(fields, 2)
      .flatMap((scopeSpans) => bytesOf(readFields(scopeSpans), 2))
      .map((span) => spanOf(readFields(span), resource));
  });
}

function spanOf(fields: Field[], resource: Record<string, unknown>): ReceivedSpan {
  const number = (at: number): bigint =>
    BigInt((fields.find(({ id }) => id === at)?.value as bigint | number) ?? 0);
  const hex = (at: number): string => bytesOf(fields, at)[0]?.toString('hex') ?? '';
  const status = readFields(bytesOf(fields, 15)[0] ?? Buffer.alloc(0));
  return {
    traceId: hex(1),
    spanId: hex(2),
    parentSpanId: hex(4),
    name: textOf(bytesOf(fields, 5)[0]),
    kind: Number(number(6)),
    startNs: number(7),
    endNs: number(8),
    attributes: attributesOf(bytesOf(fields, 9)),
    resource,
    isError: Number(status.find(({ id }) => id === 3)?.value ?? 0) === 2,
  };
}

function attributesOf(items: Buffer[]): Record<string, unknown> {
  return Object.fromEntries(
    items.map((item) => {
      const fields = readFields(item);
      const [value] = readFields(bytesOf(fields, 2)[0] ?? Buffer.alloc(0));
      const isText = value?.id === 1;
      const plain = isText
        ? textOf(value.value as Buffer)
        : value?.id === 2
          ? value.value === 1n
          : value?.value;
      return [textOf(bytesOf(fields, 1)[0]), typeof plain === 'bigint' ? Number(plain) : plain];
    }),
  );
}

function bytesOf(fields: readonly Field[], at: number): Buffer[] {
  return fields.flatMap(({ id, value }) => (id === at && Buffer.isBuffer(value) ? [value] : []));
}

interface JsonAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}
interface JsonSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: JsonAttribute[];
  readonly status: { readonly code?: number };
}
interface JsonExport {
  readonly resourceSpans: {
    readonly resource: { readonly attributes: JsonAttribute[] };
    readonly scopeSpans: { readonly spans: JsonSpan[] }[];
  }[];
}

function spansOfJson({ resourceSpans }: JsonExport): ReceivedSpan[] {
  const plain = (items: JsonAttribute[]): Record<string, unknown> =>
    Object.fromEntries(items.map(({ key, value }) => [key, Object.values(value)[0]]));
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        name: span.name,
        kind: span.kind,
        startNs: BigInt(span.startTimeUnixNano),
        endNs: BigInt(span.endTimeUnixNano),
        attributes: plain(span.attributes),
        resource: plain(resource.attributes),
        isError: span.status.code === 2,
      })),
    ),
  );
}
