/** A small origin for the demo API and for tests: says in JSON what it was asked. */
import { createServer, type IncomingMessage } from 'node:http';
import type { Address } from '../config/config';
import { listenOn } from '../listener';

const MAX_BODY_BYTES = 1024 * 1024;

export interface EchoOrigin {
  readonly address: Address;
  readonly url: string;
  stop(): Promise<void>;
}

/** On 127.0.0.1, at any free port unless one is given. */
export async function startEchoOrigin(port = 0): Promise<EchoOrigin> {
  const server = createServer((request, response) => {
    readBody(request).then(
      (body) => {
        const text =
          body === undefined ? '{"message":"Payload Too Large"}' : JSON.stringify(echo(request, body));
        response.writeHead(body === undefined ? 413 : 200, {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        });
        response.end(text);
      },
      () => response.destroy(),
    );
  });
  const address = await listenOn(server, { host: '127.0.0.1', port });
  return {
    address,
    url: `http://127.0.0.1:${address.port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function echo(request: IncomingMessage, body: string): object {
  const url = new URL(request.url ?? '/', 'http://echo');
  const query: Record<string, string[]> = Object.fromEntries(
    [...new Set(url.searchParams.keys())].map((name) => [name, url.searchParams.getAll(name)]),
  );
  return { method: request.method, path: url.pathname, query, headers: headersOf(request.rawHeaders), body };
}

/** Lower-case name -> all values; a null prototype, so that no name is special. */
function headersOf(raw: readonly string[]): Record<string, string[]> {
  const headers = Object.create(null) as Record<string, string[]>;
  for (let i = 0; i < raw.length; i += 2)
    (headers[(raw[i] ?? '').toLowerCase()] ??= []).push(raw[i + 1] ?? '');
  return headers;
}

/** `undefined` = too long. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).byteLength;
    if (bytes > MAX_BODY_BYTES) {
      request.resume();
      return undefined;
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
