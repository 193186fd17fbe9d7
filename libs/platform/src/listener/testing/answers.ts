/** A listener whose answers a spec decides, and a record of what it was asked and how each exchange ended. */
import type { Answer, HeaderList, InboundRequest, ReplyBody } from '@gatehouse/engine';
import { SocketListener, type SocketListenerOptions } from '../socket-listener';

export interface Finished {
  readonly bytes: number;
  readonly isComplete: boolean;
}

export interface ListenerUnderTest {
  readonly listener: SocketListener;
  readonly port: number;
  readonly asked: InboundRequest[];
  readonly finished: Finished[];
}

export interface Given {
  readonly status?: number;
  readonly headers?: HeaderList;
  readonly body?: ReplyBody;
}

const started: SocketListener[] = [];

/** Runs until `stopAll`. */
export async function listening(
  decide: (request: InboundRequest) => Given | Promise<Given>,
  options: Partial<SocketListenerOptions> = {},
): Promise<ListenerUnderTest> {
  const asked: InboundRequest[] = [];
  const finished: Finished[] = [];
  const answer = ({ status = 200, headers = [], body }: Given): Answer => ({
    status,
    headers,
    body,
    finish: (bytes, isComplete) => void finished.push({ bytes, isComplete }),
  });
  const listener = await SocketListener.start({
    listen: { host: '127.0.0.1', port: 0 },
    handle: (request) => {
      asked.push(request);
      const given = decide(request);
      return given instanceof Promise ? given.then(answer) : answer(given);
    },
    ...options,
  });
  started.push(listener);
  return { listener, port: listener.address.port, asked, finished };
}

export async function stopAll(): Promise<void> {
  await Promise.all(started.splice(0).map((listener) => listener.stop(0)));
}

export const get = (path = '/', more = 'Connection: close\r\n'): string =>
  `GET ${path} HTTP/1.1\r\nHost: gw\r\n${more}\r\n`;
export const bodyOf = (text: string): string => text.slice(text.indexOf('\r\n\r\n') + 4);
export const headOf = (text: string): string => text.slice(0, text.indexOf('\r\n\r\n'));

/** A body that arrives piece by piece. */
export async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) {
    await new Promise((resolve) => setImmediate(resolve));
    yield Buffer.from(text);
  }
}
