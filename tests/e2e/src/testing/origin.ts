/** An origin that answers with what it got, and with its own name. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Origin {
  readonly url: string;
  readonly requests: { method: string; url: string; headers: NodeJS.Dict<string | string[]>; body: string }[];
  stop(): Promise<void>;
}

export async function startOrigin(name: string): Promise<Origin> {
  const requests: Origin['requests'] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const body = Buffer.concat(chunks).toString();
      if (requests.length < 1000) requests.push({ method, url, headers, body });
      response.setHeader('content-type', 'application/json');
      response.setHeader('x-origin', name);
      response.end(JSON.stringify({ origin: name, method, url, body }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
