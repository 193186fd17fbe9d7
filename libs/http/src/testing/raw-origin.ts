/** An origin that a spec drives byte by byte, and that counts its connections. */
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface RawOrigin {
  readonly port: number;
  /** Connections that were ever made. */
  readonly accepted: number;
  /** Connections that are open now. */
  readonly open: ReadonlySet<Socket>;
  stop(): Promise<void>;
}

/** Called for each request that came in whole, with its bytes; `count` counts on its connection, from 1. */
export type OnRequest = (socket: Socket, request: string, count: number) => void;

export async function startRawOrigin(onRequest: OnRequest, host = '127.0.0.1'): Promise<RawOrigin> {
  const open = new Set<Socket>();
  let accepted = 0;
  const server = createServer((socket) => {
    accepted++;
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    let text = '';
    let count = 0;
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = endOfRequest(text); end !== undefined; end = endOfRequest(text)) {
        const request = text.slice(0, end);
        text = text.slice(end);
        onRequest(socket, request, ++count);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get accepted() {
      return accepted;
    },
    open,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Where the first request in `text` ends; `undefined` = not all of it is there. */
function endOfRequest(text: string): number | undefined {
  const headEnd = text.indexOf('\r\n\r\n') + 4;
  if (headEnd < 4) return undefined;
  const head = text.slice(0, headEnd);
  if (/^transfer-encoding: chunked\r$/im.test(head)) {
    const last = text.indexOf('\r\n0\r\n\r\n', headEnd - 2);
    return last < 0 ? undefined : last + 7;
  }
  const end = headEnd + Number(/^content-length: (\d+)\r$/im.exec(head)?.[1] ?? 0);
  return text.length < end ? undefined : end;
}

export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Waits until `read` has said the same for a good while. */
export async function untilStill(read: () => number, what: string): Promise<void> {
  let last = -1;
  let since = performance.now();
  await until(() => {
    if (read() !== last) {
      last = read();
      since = performance.now();
    }
    return performance.now() - since > 150;
  }, what);
}
