/** Requests to an origin, as the engine makes them. */
import { UpstreamError, type Body, type UpstreamFault, type UpstreamRequest } from '@gatehouse/engine';
import { SocketUpstream, type SocketUpstreamOptions } from '../socket-upstream';

export function upstream(options: Partial<SocketUpstreamOptions> = {}): SocketUpstream {
  return new SocketUpstream({ privateOrigins: 'loopback', ownAddresses: () => [], ...options });
}

export function requestTo(
  port: number,
  members: Partial<Omit<UpstreamRequest, 'url'>> & {
    hostname?: string;
    target?: string;
    protocol?: 'http:' | 'https:';
  } = {},
): UpstreamRequest {
  const { hostname = '127.0.0.1', target = '/', protocol = 'http:', ...rest } = members;
  return {
    accountId: '000000000000',
    url: { protocol, hostname, port, target },
    method: 'GET',
    headers: [],
    body: undefined,
    timeoutMs: 5000,
    tlsInsecureSkipVerification: false,
    signal: new AbortController().signal,
    ...rest,
  };
}

export async function textOf(body: Body): Promise<string> {
  return Buffer.from(await body.gather(10_000_000)).toString('latin1');
}

/** The fault of a call that must fail. */
export async function faultOf(work: Promise<unknown>): Promise<UpstreamFault | 'none'> {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (error instanceof UpstreamError) return error.fault;
    throw error;
  }
}

export function streamed(chunks: readonly string[], length?: number): Body {
  return {
    length,
    gather: async () => Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))),
    stream: async function* () {
      for (const chunk of chunks) {
        await new Promise((resolve) => setImmediate(resolve));
        yield Buffer.from(chunk);
      }
    },
  };
}
