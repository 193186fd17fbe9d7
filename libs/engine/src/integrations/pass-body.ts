/** Bodies of integrations on their way to the client. */
import { firstField } from '@gatehouse/standards';
import type { Body, Exchange, HeaderList, Reply, ReplyBody } from '../exchange';
import type { UpstreamReply } from '../ports';
import { answerFailure } from './failure';

/** Below this a body is waited for: one write, and a backend that breaks off is still answered with an error. */
const GATHERED_BYTES = 64 * 1024;

/** The reply that carries the backend's body; made at once where nothing needs to be waited for. */
export function withBody(
  x: Exchange,
  upstream: UpstreamReply,
  status: number,
  headers: HeaderList,
): Reply | Promise<Reply> {
  const { body } = upstream;
  if (body.length === 0) return reply(headers, status, undefined, lengthOfHead(x, upstream));
  if (body.length === undefined || body.length > GATHERED_BYTES || body.isHere === true)
    return reply(headers, status, body.stream(), body.length);
  return body.gather(GATHERED_BYTES).then(
    (bytes) => reply(headers, status, bytes, bytes.byteLength),
    (error: unknown) => answerFailure(x, error),
  );
}

function reply(
  headers: HeaderList,
  status: number,
  body: ReplyBody,
  length: number | string | undefined,
): Reply {
  if (length !== undefined) headers.push('Content-Length', String(length));
  return { status, headers, body };
}

/** HEAD says how long the body would be, without one. */
function lengthOfHead(x: Exchange, upstream: UpstreamReply): string | undefined {
  return x.request.method === 'HEAD' ? firstField(upstream.headers, 'content-length') : undefined;
}

/** Reads away what nobody wants, so that the connection can be used again; how that ends does not matter. */
export async function discard(body: Body): Promise<void> {
  if (body.length === 0) return;
  try {
    await body.gather(GATHERED_BYTES);
  } catch {
    // Too long or broken: the adapter has given the connection up.
  }
}
