/** An origin that trusts everybody: it answers with all that it got, and with a serial number that tells one answer from another. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TellingOrigin {
  readonly url: string;
  /** All that it got with calls to this path, as it answered. */
  got(path: string): readonly string[];
  stop(): Promise<void>;
}

/** `fieldsOf`: fields of the answer to a path, beside its type. */
export async function startTellingOrigin(
  fieldsOf: (path: string, serial: number) => Record<string, string>,
): Promise<TellingOrigin> {
  const seen = new Map<string, string[]>();
  let serial = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url = '', rawHeaders } = request;
      const [path = ''] = url.split('?');
      const body = JSON.stringify({
        method,
        url,
        rawHeaders,
        body: Buffer.concat(chunks).toString(),
        serial,
      });
      seen.set(path, [...(seen.get(path) ?? []), body]);
      const fields = { 'content-type': 'application/json', ...fieldsOf(path, serial++) };
      response.writeHead(200, fields).end(method === 'HEAD' ? undefined : body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    got: (path) => seen.get(path) ?? [],
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
