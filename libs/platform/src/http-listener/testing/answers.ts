/** A listener whose answers a spec decides, and a record of what it was asked and how each exchange ended. */
import type { Answer, HeaderList, InboundRequest, ReplyBody } from '@gatehouse/engine';
import { HttpListener, type HttpListenerOptions } from '../http-listener';

export interface Finished {
  readonly bytes: number;
  readonly isComplete: boolean;
}

export interface ListenerUnderTest {
  readonly listener: HttpListener;
  readonly port: number;
  readonly asked: InboundRequest[];
  readonly finished: Finished[];
}

export interface Given {
  readonly status?: number;
  readonly headers?: HeaderList;
  readonly body?: ReplyBody;
}

export async function listening(
  decide: (request: InboundRequest) => Given | Promise<Given>,
  options: Partial<HttpListenerOptions> = {},
): Promise<ListenerUnderTest> {
  const asked: InboundRequest[] = [];
  const finished: Finished[] = [];
  const answer = ({ status = 200, headers = [], body }: Given): Answer => ({
    status,
    headers,
    body,
    finish: (bytes, isComplete) => void finished.push({ bytes, isComplete }),
  });
  const listener = await HttpListener.start({
    listen: { host: '127.0.0.1', port: 0 },
    handle: (request) => {
      asked.push(request);
      const given = decide(request);
      return given instanceof Promise ? given.then(answer) : answer(given);
    },
    ...options,
  });
  return { listener, port: listener.address.port, asked, finished };
}
