/** A server whose answers a spec decides, and a record of what it was asked and how each exchange ended. */
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import type { ByteChannel } from '../byte-channel';
import type { AnswerBody, ServerAnswer } from '../server/answer';
import { HttpServer } from '../server/http-server';
import type { ServerOptions } from '../server/options';
import type { ServerRequest } from '../server/request';

export interface Given {
  readonly status?: number;
  readonly headers?: readonly string[];
  readonly body?: AnswerBody;
  readonly channel?: ByteChannel;
}

export interface Serving {
  readonly server: HttpServer;
  readonly port: number;
  readonly asked: ServerRequest[];
  readonly finished: { bytes: number; isComplete: boolean }[];
}

export async function serving(
  decide: (request: ServerRequest) => Given | Promise<Given>,
  options: Partial<ServerOptions> = {},
  tls?: TlsOptions,
): Promise<Serving> {
  const asked: ServerRequest[] = [];
  const finished: Serving['finished'] = [];
  const answer = ({ status = 200, headers = [], body, channel }: Given): ServerAnswer => ({
    status,
    headers,
    body,
    channel,
    finish: (bytes, isComplete) => void finished.push({ bytes, isComplete }),
  });
  const handle = (request: ServerRequest): ServerAnswer | Promise<ServerAnswer> => {
    asked.push(request);
    const given = decide(request);
    return given instanceof Promise ? given.then(answer) : answer(given);
  };
  const server = new HttpServer({ handle, tickMs: 10, ...options }, tls);
  await new Promise<void>((resolve) => server.listener.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.listener.address() as AddressInfo).port, asked, finished };
}

const started: Serving[] = [];

/** As `serving`, until `stopAnswering`. */
export async function answering(...args: Parameters<typeof serving>): Promise<Serving> {
  const under = await serving(...args);
  started.push(under);
  return under;
}

export async function stopAnswering(): Promise<void> {
  await Promise.all(started.splice(0).map(({ server }) => server.stop(0)));
}

export const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: gw\r\n${more}\r\n`;
