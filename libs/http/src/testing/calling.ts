/** Clients and origins of a spec, and what became of a call. */
import { connect } from 'node:net';
import { ClientFault } from '../client/fault';
import { HttpClient } from '../client/http-client';
import type { ClientAnswer, ClientOptions, ClientRequest, Origin } from '../client/options';
import { startRawOrigin, type OnRequest, type RawOrigin } from './raw-origin';

const origins: RawOrigin[] = [];
const clients: HttpClient<Origin>[] = [];

/** Ends what this file's functions have started. */
export async function stopCalling(): Promise<void> {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(origins.splice(0).map((origin) => origin.stop()));
}

export async function origin(onRequest: OnRequest): Promise<RawOrigin> {
  const started = await startRawOrigin(onRequest);
  origins.push(started);
  return started;
}

export function clientOf(options: Partial<ClientOptions<Origin>> = {}): HttpClient<Origin> {
  const client = new HttpClient<Origin>({
    connect: ({ hostname, port }, onread) =>
      connect({
        host: hostname,
        port,
        allowHalfOpen: true,
        onread: { buffer: onread.buffer, callback: (n, b) => onread.callback(n, b) },
      }),
    tickMs: 5,
    ...options,
  });
  clients.push(client);
  return client;
}

export const requestTo = (
  port: number,
  members: Partial<ClientRequest<Origin>> = {},
): ClientRequest<Origin> => ({
  origin: { protocol: 'http:', hostname: '127.0.0.1', port, key: '' },
  method: 'GET',
  target: '/',
  headers: [],
  body: undefined,
  timeoutMs: 2000,
  signal: undefined,
  ...members,
});

/** Status and body, or the fault. */
export async function outcome(answer: Promise<ClientAnswer>): Promise<string> {
  try {
    const { status, body } = await answer;
    return `${status} ${Buffer.from(await body.gather(1_000_000)).toString('latin1')}`;
  } catch (error) {
    if (error instanceof ClientFault) return error.kind;
    throw error;
  }
}

export const ok = (body: string): string =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
