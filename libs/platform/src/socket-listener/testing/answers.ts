/** Any listener whose answers a spec decides, and a record of what it was asked and how each exchange ended. */
import type { Answer, HeaderList, InboundRequest, ReplyBody } from '@gatehouse/engine';
import type { Address } from '../../config/config';
import type { HttpListenerOptions } from '../../http-listener';

export interface Finished {
  readonly bytes: number;
  readonly isComplete: boolean;
}

/** What the contract asks of an implementation. */
export interface Listener {
  readonly address: Address;
  readonly openConnections: number;
  stop(drainMs: number): Promise<void>;
}

export type StartListener = (options: HttpListenerOptions) => Promise<Listener>;

export interface ListenerUnderTest {
  readonly listener: Listener;
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
  start: StartListener,
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
  const listener = await start({
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
