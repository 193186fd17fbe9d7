/**
 * The engine's `Upstream` on undici. Pools are kept apart by account, origin and TLS mode; redirects and content codings
 * are the client's business. What the engine hands over goes on the wire as it is, framing fields excepted.
 */
import {
  UpstreamError,
  type Body,
  type HeaderList,
  type Upstream,
  type UpstreamReply,
  type UpstreamRequest,
} from '@gatehouse/engine';
import type { Dispatcher } from 'undici';
import { AddressPolicy, type AddressPolicyOptions } from './address-policy';
import type { Connection } from './connection';
import { ConnectionPool } from './connection-pool';
import type { ConnectTarget } from './guarded-connector';
import { callOrigin, StaleConnection } from './origin-call';
import { fault, upstreamError } from './upstream-fault';

/** A body up to this is sent whole, which also lets the request be repeated. */
const GATHERED_BYTES = 64 * 1024;
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

export interface UpstreamOptions extends AddressPolicyOptions {
  /** To one origin, for one account; further requests are refused at once. Default 1,024. */
  readonly maxConnections?: number;
}

export class UndiciUpstream implements Upstream {
  private readonly pools = new Map<string, ConnectionPool>();
  private readonly policy: AddressPolicy;
  private readonly maxConnections: number;

  constructor(options: UpstreamOptions) {
    this.policy = new AddressPolicy(options);
    this.maxConnections = options.maxConnections ?? 1024;
  }

  async send(request: UpstreamRequest): Promise<UpstreamReply> {
    const body = await sendable(request);
    const dispatch = dispatchOptions(request, body);
    const startedMs = performance.now();
    try {
      return await this.attempt(request, dispatch, request.timeoutMs, false);
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw upstreamError(error, true);
      if (!isRepeatable(request, body)) throw fault('broken');
    }
    const leftMs = Math.max(1, request.timeoutMs - (performance.now() - startedMs));
    return this.attempt(request, dispatch, leftMs, true);
  }

  /** Connections that are open now, idle ones included. */
  get connections(): number {
    let count = 0;
    for (const pool of this.pools.values()) count += pool.size;
    return count;
  }

  /** Breaks off what is still running. */
  close(): void {
    for (const pool of [...this.pools.values()]) pool.destroy(fault('aborted'));
  }

  private async attempt(
    request: UpstreamRequest,
    dispatch: Dispatcher.DispatchOptions,
    timeoutMs: number,
    fresh: boolean,
  ): Promise<UpstreamReply> {
    const pool = this.poolFor(request);
    const connection = takeFrom(pool, fresh);
    return callOrigin({ pool, connection, dispatch, timeoutMs, signal: request.signal });
  }

  private poolFor({ accountId, url, tlsInsecureSkipVerification }: UpstreamRequest): ConnectionPool {
    const { protocol, hostname, port } = url;
    const key = `${accountId} ${protocol}//${hostname}:${port} ${tlsInsecureSkipVerification}`;
    const known = this.pools.get(key);
    if (known !== undefined) return known;
    const target: ConnectTarget = { protocol, hostname, port, tlsInsecureSkipVerification };
    const pool = new ConnectionPool(target, this.policy, this.maxConnections, () => this.pools.delete(key));
    this.pools.set(key, pool);
    return pool;
  }
}

function takeFrom(pool: ConnectionPool, fresh: boolean): Connection {
  let connection: Connection | undefined;
  try {
    connection = pool.take(fresh);
  } catch {
    // Not even a URL can be made of the host, e.g. 256.1.1.1.
    throw fault('unresolved');
  }
  if (connection === undefined) throw new UpstreamError('refused', 'too many connections to the origin');
  return connection;
}

function isRepeatable(request: UpstreamRequest, body: Uint8Array | Body | undefined): boolean {
  return IDEMPOTENT.has(request.method) && (body === undefined || body instanceof Uint8Array);
}

/** A body small enough is taken whole. */
async function sendable(request: UpstreamRequest): Promise<Uint8Array | Body | undefined> {
  const { body, signal } = request;
  if (body === undefined || body instanceof Uint8Array) return body;
  if (body.length === 0) return undefined;
  if (body.length === undefined || body.length > GATHERED_BYTES) return body;
  try {
    return await body.gather(GATHERED_BYTES);
  } catch (error) {
    throw signal.aborted ? fault('aborted') : upstreamError(error, true);
  }
}

function dispatchOptions(
  { url, method, headers }: UpstreamRequest,
  body: Uint8Array | Body | undefined,
): Dispatcher.DispatchOptions {
  const fields = withoutFraming(headers);
  const isWhole = body === undefined || body instanceof Uint8Array;
  if (!isWhole && body.length !== undefined) fields.push('content-length', String(body.length));
  const options: Dispatcher.DispatchOptions & { servername: string } = {
    path: url.target,
    method,
    headers: fields,
    body: isWhole ? body : uploadOf(body),
    // Constant per connection: undici reconnects when it changes, and else takes it from the Host field.
    servername: url.hostname,
  };
  return options;
}

/** undici types its bodies narrower than it takes them: any async iterable of bytes will do. */
function uploadOf(body: Body): Dispatcher.DispatchOptions['body'] {
  return body.stream() as unknown as Dispatcher.DispatchOptions['body'];
}

/** This connection is ours: how messages are framed on it is not for the engine to say. */
const FRAMING = new Set([
  'connection',
  'content-length',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

function withoutFraming(headers: HeaderList): HeaderList {
  const fields: HeaderList = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    if (!FRAMING.has(name.toLowerCase())) fields.push(name, headers[i + 1] ?? '');
  }
  return fields;
}
