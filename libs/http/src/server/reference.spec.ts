/**
 * Structured noise, read by our server and by `node:http` (llhttp, strict, another build of it): whatever we serve, the reference
 * serves too, the same requests in the same order with the same bytes. We may refuse more. The corpus is replayed first; a
 * case that fails here belongs into it.
 */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { say } from '../testing/raw-client';
import { serving, type Serving } from '../testing/serving';

const RUNS = 150;

interface Seen {
  readonly method: string;
  readonly target: string;
  readonly fields: readonly string[];
  readonly body: string;
}

let ours: Serving;
let reference: Server;
let referencePort: number;
const oursSaw: Seen[] = [];
const referenceSaw: Seen[] = [];
let served = 0;

beforeAll(async () => {
  ours = await serving(
    async ({ method, path, query, headers, body }) => {
      const target = query === '' ? path : `${path}?${query}`;
      const seen = { method, target, fields: [...headers], body: latin1(await body.gather(100_000)) };
      oursSaw.push(seen);
      return { body: 'x' };
    },
    { deadlines: { headMs: 40, bodyGraceMs: 40, idleMs: 40, lingerMs: 20 } },
  );
  reference = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    request.on('end', () => {
      const { method = '', url = '', rawHeaders } = request;
      referenceSaw.push({ method, target: url, fields: rawHeaders, body: latin1(Buffer.concat(chunks)) });
      response.end('x');
    });
  });
  reference.on('clientError', (_error, socket) => socket.destroy());
  reference.keepAliveTimeout = 40;
  await new Promise<void>((resolve) => reference.listen(0, '127.0.0.1', resolve));
  referencePort = (reference.address() as AddressInfo).port;
});
afterAll(async () => {
  await ours.server.stop(0);
  reference.closeAllConnections();
  await new Promise((resolve) => reference.close(resolve));
});

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** What we change on purpose: a target in absolute form, names with an underscore, what asks for h2c. */
function asWeTellIt({ method, target, fields, body }: Seen): Seen {
  const left: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const [name = '', value = ''] = [fields[i], fields[i + 1]];
    if (!name.includes('_')) left.push(name, value);
  }
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '');
  const withPath = path.startsWith('/') ? path : `/${path}`;
  return { method, target: withPath.endsWith('?') ? withPath.slice(0, -1) : withPath, fields: left, body };
}

async function compare(bytes: string): Promise<void> {
  oursSaw.length = 0;
  referenceSaw.length = 0;
  const [heard] = await Promise.all([say(ours.port, bytes), saysToReference(bytes)]);
  served += oursSaw.length;
  expect(heard.statuses.length).toBeGreaterThanOrEqual(oursSaw.length);
  expect(oursSaw.map(asWeTellIt)).toEqual(referenceSaw.slice(0, oursSaw.length).map(asWeTellIt));
}

/** It waits for more where bytes are missing; nothing more comes. */
async function saysToReference(bytes: string): Promise<void> {
  const answered = say(referencePort, bytes);
  const timer = setTimeout(() => reference.closeAllConnections(), 120);
  await answered;
  clearTimeout(timer);
}

it.each(JSON.parse(readFileSync(join(__dirname, '../../testdata/requests.json'), 'utf8')) as string[])(
  'corpus: %j',
  compare,
);

const plainLine = fc
  .tuple(fc.stringMatching(/^[A-Za-z-]{1,8}$/), fc.stringMatching(/^[ -~]{0,12}$/))
  .map((pair) => pair.join(': '));
const oddLine = fc.constantFrom(
  'Content-Length: 03',
  'Content-Length : 3',
  'Content-Length: +3',
  'content-length: 3, 3',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: chunked, identity',
  'Connection: close',
  'Connection: keep-alive, x-a',
  'Expect: 100-continue',
  'Host: other.test',
  'X-Empty:',
  ' folded: 1',
  'X_A: 1',
  'X-A: \u00e9\u00ff',
  'no colon',
  'X-Nul: a\0b',
);
const line = fc.oneof({ weight: 6, arbitrary: plainLine }, { weight: 1, arbitrary: oddLine });
const framed = fc.constantFrom<[string, string]>(
  ['', ''],
  ['', ''],
  ['Content-Length: 3', 'abc'],
  ['Transfer-Encoding: chunked', '3\r\nabc\r\n0\r\n\r\n'],
  ['Transfer-Encoding: chunked', '3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\n'],
  ['Transfer-Encoding: chunked', '3\nabc\n0\n\n'],
  ['Content-Length: 3', '3\r\nabc\r\n0\r\n\r\n'],
);
const mostly = <T>(usual: T, ...odd: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
const oneRequest = fc
  .tuple(
    fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'get'),
    mostly('/a?b=c', '/', '/a//b/%2e', 'http://gw.test/x', '*', '/\u00ff', '//x', '/a b'),
    mostly('HTTP/1.1', 'HTTP/1.0', 'HTTP/1.2', 'http/1.1'),
    fc.array(line, { maxLength: 4 }),
    framed,
    mostly('\r\n', '\n'),
  )
  .map(([method, target, version, lines, [framing, body], end]) =>
    [
      `${method} ${target} ${version}`,
      'Host: gw.test',
      ...lines,
      ...(framing === '' ? [] : [framing]),
      '',
      body,
    ].join(end),
  );
/** Cut out, doubled or changed somewhere. */
const noise = fc
  .tuple(
    fc.array(oneRequest, { minLength: 1, maxLength: 3 }),
    fc.nat(400),
    fc.nat(3),
    fc.constantFrom('', '\r', '\n', ' ', '\0', ':', '0'),
  )
  .map(([requests, at, length, inserted]) => {
    const bytes = requests.join('');
    const place = at % (bytes.length + 40);
    return bytes.slice(0, place) + inserted + bytes.slice(place + length);
  });

it('serves nothing that the reference does not serve, and the same of it', async () => {
  served = 0;
  const property = fc.asyncProperty(fc.oneof(noise, oneRequest), compare);
  await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
  expect(served).toBeGreaterThan(RUNS / 10);
}, 300_000);
