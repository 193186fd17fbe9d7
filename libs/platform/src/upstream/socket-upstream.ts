/**
 * The engine's `Upstream` on our own client core. Pools are kept apart by account, origin and TLS mode; redirects and content
 * codings are the client's business. What the engine hands over goes on the wire as it is, framing fields excepted.
 */
import {
  GatewayError,
  UpstreamError,
  type Body,
  type CancelSignal,
  type Upstream,
  type UpstreamReply,
  type UpstreamRequest,
} from '@gatehouse/engine';
import { HttpClient, type ClientFault, type ClientRequest } from '@gatehouse/http';
import { AddressPolicy, type AddressPolicyOptions } from './address-policy';
import { originConnector, type GuardedOrigin } from './origin-connector';
import { fault, upstreamError } from './upstream-fault';

/** A body up to this is sent whole, which also lets the request be repeated. */
const GATHERED_BYTES = 64 * 1024;

export interface SocketUpstreamOptions extends AddressPolicyOptions {
  /** To one origin, for one account; further requests are refused at once. Default 1,024. */
  readonly maxConnections?: number;
  /** Hears of a fault of our own that cost a connection. Default: a process warning. */
  readonly onDefect?: (error: unknown) => void;
}

export class SocketUpstream implements Upstream {
  private readonly client: HttpClient<GuardedOrigin>;

  constructor(options: SocketUpstreamOptions) {
    this.client = new HttpClient({
      connect: originConnector(new AddressPolicy(options)),
      asError: asUpstreamError,
      tooLarge: () => new GatewayError('REQUEST_TOO_LARGE'),
      ...(options.onDefect && { onDefect: options.onDefect }),
      ...(options.maxConnections !== undefined && { maxConnections: options.maxConnections }),
    });
  }

  send(request: UpstreamRequest): Promise<UpstreamReply> {
    const { body, signal } = request;
    if (body === undefined || body instanceof Uint8Array)
      return this.client.send(asClientRequest(request, body));
    if (body.length === 0) return this.client.send(asClientRequest(request, undefined));
    if (body.length === undefined || body.length > GATHERED_BYTES)
      return this.client.send(asClientRequest(request, body));
    const whole = body.whole?.();
    if (whole !== undefined) return this.client.send(asClientRequest(request, whole));
    return gathered(body, signal).then((late) => this.client.send(asClientRequest(request, late)));
  }

  /** Connections that are open now, idle ones included. */
  get connections(): number {
    return this.client.connections;
  }

  /** Breaks off what is still running. */
  close(): void {
    this.client.close();
  }
}

function asClientRequest(
  request: UpstreamRequest,
  body: Uint8Array | Body | undefined,
): ClientRequest<GuardedOrigin> {
  const { accountId, url, method, headers, upgrade, timeoutMs, signal, tlsInsecureSkipVerification } =
    request;
  const key = tlsInsecureSkipVerification ? `${accountId} insecure` : accountId;
  const { protocol, hostname, port, target } = url;
  const origin = { protocol, hostname, port, key, tlsInsecureSkipVerification };
  return { origin, method, target, headers, body, upgrade, timeoutMs, signal };
}

async function gathered(body: Body, signal: CancelSignal): Promise<Uint8Array> {
  try {
    return await body.gather(GATHERED_BYTES);
  } catch (error) {
    throw signal.aborted ? fault('aborted') : upstreamError(error, true);
  }
}

function asUpstreamError(error: ClientFault): UpstreamError {
  switch (error.kind) {
    case 'timeout':
    case 'aborted':
      return fault(error.kind);
    case 'busy':
      return new UpstreamError('refused', error.message);
    case 'unconnected':
      return upstreamError(error.cause, false);
    case 'broken':
      return upstreamError(error.cause ?? error, true);
  }
}
