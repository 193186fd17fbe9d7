/**
 * The Lambda Runtime API of one sandbox, on a loopback port of its own: whoever asks there is that sandbox's process.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Invocation } from './invocation';

/** 6 MB and what JSON adds; AWS names this number in its message. */
export const MAX_RESPONSE_BYTES = 6_291_556;
const PREFIX = '/2018-06-01/runtime/';

export interface RuntimeEvents {
  /** The process asks for work; `give` answers it. */
  next(give: (invocation: Invocation, deadlineMs: number) => void): void;
  response(requestId: string, body: Buffer): boolean;
  error(requestId: string, body: Buffer): boolean;
  initError(body: Buffer): void;
  /** The answer was larger than `MAX_RESPONSE_BYTES`. */
  oversized(requestId: string): void;
}

export class RuntimeApi {
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static start(events: RuntimeEvents): Promise<RuntimeApi> {
    const server = createServer((request, response) => answer(request, response, events));
    server.keepAliveTimeout = 0;
    server.requestTimeout = 0;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        server.off('error', reject);
        resolve(new RuntimeApi(server, (server.address() as AddressInfo).port));
      });
    });
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

function answer(request: IncomingMessage, response: ServerResponse, events: RuntimeEvents): void {
  // A page in a browser of this machine could otherwise take an invocation by a simple GET.
  if (request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined) {
    return reply(response, 403, { errorType: 'Forbidden', errorMessage: 'Not for browsers' });
  }
  const route = routeOf(request);
  switch (route?.kind) {
    case 'next':
      request.resume();
      return events.next((invocation, deadlineMs) => give(response, invocation, deadlineMs));
    case 'response':
    case 'error':
    case 'init/error':
      return read(request, (body) => take(route, body, response, events));
    default:
      request.resume();
      return reply(response, 404, { errorType: 'NotFound', errorMessage: 'No such path' });
  }
}

type Route =
  | { readonly kind: 'next' | 'init/error' }
  | { readonly kind: 'response' | 'error'; readonly requestId: string };

function routeOf({ method, url = '' }: IncomingMessage): Route | undefined {
  const path = url.startsWith(PREFIX) ? url.slice(PREFIX.length) : '';
  if (method === 'GET') return path === 'invocation/next' ? { kind: 'next' } : undefined;
  if (method !== 'POST') return undefined;
  if (path === 'init/error') return { kind: 'init/error' };
  const [first, requestId = '', kind, ...rest] = path.split('/');
  if (first !== 'invocation' || rest.length > 0) return undefined;
  return kind === 'response' || kind === 'error' ? { kind, requestId } : undefined;
}

function give(response: ServerResponse, invocation: Invocation, deadlineMs: number): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': invocation.payload.byteLength,
    'lambda-runtime-aws-request-id': invocation.requestId,
    'lambda-runtime-deadline-ms': String(Math.round(deadlineMs)),
    'lambda-runtime-invoked-function-arn': invocation.functionArn,
    'lambda-runtime-trace-id': invocation.traceId,
    ...(invocation.clientContext !== undefined && {
      'lambda-runtime-client-context': invocation.clientContext,
    }),
  });
  response.end(invocation.payload);
}

/** Hands over the body, or nothing where it is too large. */
function read(request: IncomingMessage, done: (body: Buffer | undefined) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_RESPONSE_BYTES) chunks.push(chunk);
  });
  request.on('end', () => done(size <= MAX_RESPONSE_BYTES ? Buffer.concat(chunks) : undefined));
  // The process died: its exit tells.
  request.on('error', () => undefined);
}

function take(
  route: Exclude<Route, { kind: 'next' }>,
  body: Buffer | undefined,
  response: ServerResponse,
  events: RuntimeEvents,
): void {
  if (route.kind === 'init/error') {
    reply(response, 202, { status: 'OK' });
    return events.initError(body ?? Buffer.from('{}'));
  }
  const { requestId } = route as { requestId: string };
  if (body === undefined) {
    events.oversized(requestId);
    return reply(response, 413, {
      errorType: 'RequestEntityTooLarge',
      errorMessage: `Exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
    });
  }
  const isKnown =
    route.kind === 'response' ? events.response(requestId, body) : events.error(requestId, body);
  if (isKnown) return reply(response, 202, { status: 'OK' });
  return reply(response, 400, { errorType: 'InvalidRequestID', errorMessage: 'Invalid request ID' });
}

function reply(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
