/** The control port: `GET /faults`, `PUT /faults` (the whole of them, as JSON), `GET /stats`. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseFaults } from './faults.ts';
import type { FaultProxy } from './fault-proxy.ts';

const MAX_BODY_BYTES = 64 * 1024;

export interface Control {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

export async function startControl(
  proxy: FaultProxy,
  { host = '127.0.0.1', port = 0 }: { readonly host?: string; readonly port?: number } = {},
): Promise<Control> {
  const server = createServer((request, response) => void answer(proxy, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    host,
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(proxy: FaultProxy, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    switch (`${request.method} ${request.url}`) {
      case 'PUT /faults':
        await proxy.set(parseFaults(JSON.parse(await bodyOf(request))));
        return answerJson(response, 200, proxy.faults);
      case 'GET /faults':
        return answerJson(response, 200, proxy.faults);
      case 'GET /stats':
        return answerJson(response, 200, proxy.stats);
      default:
        return answerJson(response, 404, { error: 'there are GET /faults, PUT /faults and GET /stats' });
    }
  } catch (error) {
    answerJson(response, 400, { error: error instanceof Error ? error.message : String(error) });
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new TypeError('the faults are too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function answerJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`);
}
