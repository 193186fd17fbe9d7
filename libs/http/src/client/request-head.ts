/** The head of a request on the wire. How messages are framed on a connection is the connection's business alone. */
import { fieldLine, NameTable } from '../fields';
import type { ClientRequest, Origin } from './options';

const EXPECTING_BODY = new Set(['POST', 'PUT', 'PATCH']);
const METHOD = /^[A-Z-]+$/;
const KEPT_ALIVE = 'connection: keep-alive\r\n';
/** RFC 6455 4.1; the `Sec-WebSocket-*` fields are the caller's. */
const UPGRADED = 'connection: Upgrade\r\nupgrade: websocket\r\n';
const TARGET = /^\/[\x21-\x7e]*$/;

/** `originHost` = `authority` of its origin. Throws `FieldError` or `RangeError` where HTTP has no words for it. */
export function requestHead<O extends Origin>(request: ClientRequest<O>, originHost: string): string {
  const { method, target, headers, upgrade } = request;
  if (!METHOD.test(method) || !TARGET.test(target)) throw new RangeError('not a request line');
  if (upgrade !== undefined) checkUpgrade(request);
  let host: string | undefined;
  let lines = '';
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const kind = NAMES.kindOf(name);
    if (kind === 'ours') continue;
    if (kind === 'host') host ??= headers[i + 1];
    else lines += fieldLine(name, headers[i + 1] ?? '');
  }
  const first = fieldLine('host', host ?? originHost);
  const options = upgrade === undefined ? KEPT_ALIVE : UPGRADED;
  return `${method} ${target} HTTP/1.1\r\n${first}${options}${lines}${framing(request)}\r\n`;
}

/** RFC 6455 4.1. */
function checkUpgrade<O extends Origin>({ method, body }: ClientRequest<O>): void {
  if (method !== 'GET' || body !== undefined) throw new RangeError('not a request that may be upgraded');
}

function framing<O extends Origin>({ method, body }: ClientRequest<O>): string {
  if (body === undefined) return EXPECTING_BODY.has(method) ? 'content-length: 0\r\n' : '';
  const length = body instanceof Uint8Array ? body.byteLength : body.length;
  return length === undefined ? 'transfer-encoding: chunked\r\n' : `content-length: ${length}\r\n`;
}

export function authority({ protocol, hostname, port }: Origin): string {
  const name = hostname.includes(':') ? `[${hostname}]` : hostname;
  return port === (protocol === 'http:' ? 80 : 443) ? name : `${name}:${port}`;
}

const NAMES = new NameTable<'ours' | 'host'>([
  ['host', 'host'],
  ['expect', 'ours'],
  ['upgrade', 'ours'],
  ['connection', 'ours'],
  ['keep-alive', 'ours'],
  ['content-length', 'ours'],
  ['http2-settings', 'ours'],
  ['proxy-connection', 'ours'],
  ['transfer-encoding', 'ours'],
]);
