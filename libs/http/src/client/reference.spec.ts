/**
 * Structured noise for an answer, read by our client and by that of `node:http`: whatever we accept, the reference accepts too,
 * with the same status, the same fields and the same body. We may refuse more, for the reasons listed below. The corpus is
 * replayed first; a case that fails here belongs into it. `FUZZ_RUNS` sets the number of runs.
 */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { request as requestOf } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { clientOf, origin, requestTo, stopCalling } from '../testing/calling';
import type { RawOrigin } from '../testing/raw-origin';
import { ClientFault } from './fault';
import type { HttpClient } from './http-client';
import type { Origin } from './options';

const RUNS = Number(process.env.FUZZ_RUNS ?? 300);

interface Said {
  readonly method: string;
  /** All that the origin says before it ends. */
  readonly answer: string;
  /** Where it pauses, as positions modulo the length. */
  readonly cuts?: readonly number[];
}

interface Head {
  readonly version: string;
  readonly status: number;
  readonly fields: readonly string[];
}

interface Seen {
  readonly status: number;
  readonly fields: readonly string[];
  readonly body: string;
}

let under: RawOrigin;
let client: HttpClient<Origin>;
let current: Said;
let calls = 0;
let accepted = 0;

beforeAll(async () => {
  under = await origin((socket) => void sayTo(socket, current));
  client = clientOf();
});
afterAll(stopCalling);

async function sayTo(socket: Socket, { answer, cuts = [] }: Said): Promise<void> {
  socket.setNoDelay();
  const places = [...new Set(cuts.map((cut) => cut % (answer.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const place of places) {
    socket.write(answer.slice(from, place), 'latin1');
    from = place;
    for (let turns = 0; turns < 2; turns++) await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end(answer.slice(from), 'latin1');
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** `undefined` = refused, be it in the middle of the body. */
async function oursSees({ method }: Said): Promise<Seen | undefined> {
  const to = requestTo(under.port, { method });
  // Neither pool nor breaker of another call.
  const place = { ...to.origin, key: String(calls++) };
  try {
    const { status, headers, body } = await client.send({ ...to, origin: place });
    return { status, fields: headers, body: latin1(await body.gather(1_000_000)) };
  } catch (error) {
    if (!(error instanceof ClientFault) || error.kind !== 'broken') throw error;
    return undefined;
  }
}

/** `heads` has those of interim answers, too. */
function referenceSees({ method }: Said): Promise<{ seen: Seen | undefined; heads: Head[] }> {
  return new Promise((resolve) => {
    let seen: Seen | undefined;
    const heads: Head[] = [];
    const call = requestOf({ port: under.port, host: '127.0.0.1', method, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      const { statusCode: status = 0, rawHeaders: fields, httpVersion: version } = response;
      heads.push({ version, status, fields });
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => undefined);
      response.on('end', () => {
        if (response.complete) seen = { status, fields, body: latin1(Buffer.concat(chunks)) };
      });
    });
    call.on('error', () => undefined);
    call.on('information', ({ httpVersion: version, statusCode: status, rawHeaders: fields }) =>
      heads.push({ version, status, fields }),
    );
    call.on('close', () => resolve({ seen, heads }));
    call.end();
  });
}

const codingsOf = ({ fields }: Head): string[] =>
  fields.filter((_value, i) => i % 2 === 1 && fields[i - 1]?.toLowerCase() === 'transfer-encoding');

/** Why we refuse what the reference accepts; see `sound-answer.ts`. */
const STRICTER: readonly (readonly [string, (heads: readonly Head[], said: Said) => boolean])[] = [
  ['HTTP/1.0 and 1.1 only', (heads) => heads.some(({ version }) => !/^1\.[01]$/.test(version))],
  ['no status below 100', (heads) => heads.some(({ status }) => status < 100)],
  ['no 101 that was not asked for', (heads) => heads.some(({ status }) => status === 101)],
  [
    'no coding but chunked',
    (heads) => heads.flatMap(codingsOf).some((coding) => coding.toLowerCase() !== 'chunked'),
  ],
  // Another build of llhttp.
  ['no tab behind a length', (_heads, { answer }) => /^content-length:[^\r\n]*\t/im.test(answer)],
];

async function compare(said: Said): Promise<void> {
  current = said;
  const [ours, { seen, heads }] = await Promise.all([oursSees(said), referenceSees(said)]);
  if (ours !== undefined) {
    accepted++;
    expect(ours).toEqual(seen);
  } else if (seen !== undefined && !STRICTER.some(([, holds]) => holds(heads, said)))
    throw new Error(`refused for no reason that is listed: ${JSON.stringify(heads)}`);
}

it.each(JSON.parse(readFileSync(join(__dirname, '../../testdata/answers.json'), 'utf8')) as Said[])(
  'corpus: $method $answer',
  compare,
);

const mostly = <T>(usual: T, ...odd: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...odd) });

const statusLine = fc.oneof(
  { weight: 4, arbitrary: fc.constant('HTTP/1.1 200 OK') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'HTTP/1.1 204 No Content',
      'HTTP/1.1 304 Not Modified',
      'HTTP/1.1 205 Reset Content',
      'HTTP/1.1 404 Not Found',
      'HTTP/1.0 200 OK',
      'HTTP/1.1 599 Odd',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'HTTP/1.1 200',
      'HTTP/1.1 200 ',
      'HTTP/1.1  200 OK',
      'HTTP/1.1\t200 OK',
      'HTTP/1.1 20 OK',
      'HTTP/1.1 2000 OK',
      'HTTP/1.1 099 Low',
      'HTTP/1.1 000 None',
      'HTTP/1.1 999 High',
      'HTTP/1.1 +200 OK',
      'HTTP/1.2 200 OK',
      'HTTP/2.0 200 OK',
      'HTTP/0.9 200 OK',
      'HTTP/1.10 200 OK',
      'http/1.1 200 OK',
      'ICY 200 OK',
      'HTTP/1.1 200 caf\u00e9',
      'HTTP/1.1 200 a\0b',
      'HTTP/1.1 101 Switching Protocols',
      ' HTTP/1.1 200 OK',
      '\r\nHTTP/1.1 200 OK',
    ),
  },
);
const plainLine = fc
  .tuple(fc.stringMatching(/^[A-Za-z_-]{1,8}$/), fc.stringMatching(/^[ -~]{0,12}$/))
  .map((pair) => pair.join(': '));
const oddLine = fc.constantFrom(
  'Connection: close',
  'Connection: keep-alive',
  'Connection: upgrade\r\nUpgrade: websocket',
  'Keep-Alive: timeout=5',
  'Set-Cookie: a=1\r\nset-cookie: b=2',
  'Content-Length: 3',
  'Content-Length: 0',
  'Content-Length: 5',
  'content-length: 03',
  'Content-Length: +3',
  'Content-Length: 0x3',
  'Content-Length: 3, 3',
  'Content-Length: 3 ',
  'Content-Length:',
  'Content-Length: -1',
  'Content-Length: 99999999999999999999',
  'Content-Length : 3',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: Chunked',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding: gzip',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: identity',
  'Transfer-Encoding:',
  'Trailer: T',
  'X-Empty:',
  'X-Blank: \t ',
  'X-Folded: a\r\n b',
  ' folded: 1',
  'X-A: \u00e9\u00ff',
  'X-Nul: a\0b',
  'X-Cr: a\rb',
  'X-Lf: a\nb',
  'no colon',
  ': no name',
  'a b: c',
);
const line = fc.oneof({ weight: 8, arbitrary: plainLine }, { weight: 1, arbitrary: oddLine });
const framed = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<[string, string]>(
      ['', ''],
      ['', 'until the end'],
      ['Content-Length: 3', 'abc'],
      ['Content-Length: 0', ''],
      ['Transfer-Encoding: chunked', '3\r\nabc\r\n0\r\n\r\n'],
      ['Transfer-Encoding: chunked', '3;x=y\r\nabc\r\n10;q="a;b"\r\n0123456789abcdef\r\n0\r\nT: 1\r\n\r\n'],
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<[string, string]>(
      ['Content-Length: 5', 'abc'],
      ['Content-Length: 2', 'abc'],
      ['Content-Length: 3\r\nContent-Length: 3', 'abc'],
      ['Content-Length: 3\r\nContent-Length: 5', 'abcde'],
      ['Content-Length: 3\r\nTransfer-Encoding: chunked', '3\r\nabc\r\n0\r\n\r\n'],
      ['Transfer-Encoding: chunked\r\nContent-Length: 3', '3\r\nabc\r\n0\r\n\r\n'],
      ['Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', '3\r\nabc\r\n0\r\n\r\n'],
      ['Transfer-Encoding: chunked', '3\r\nabcd\r\n0\r\n\r\n'],
      ['Transfer-Encoding: chunked', '4\r\nabc\r\n0\r\n\r\n'],
      ['Transfer-Encoding: chunked', '0x3\r\nabc\r\n0\r\n\r\n'],
      ['Transfer-Encoding: chunked', '-3\r\nabc\r\n0\r\n\r\n'],
      ['Transfer-Encoding: chunked', ' 3\r\nabc\r\n0\r\n\r\n'],
      ['Transfer-Encoding: chunked', '3 \r\nabc\r\n0\r\n\r\n'],
      ['Transfer-Encoding: chunked', '03\r\nabc\r\n00\r\n\r\n'],
      ['Transfer-Encoding: chunked', '3\nabc\n0\n\n'],
      ['Transfer-Encoding: chunked', '3;a\nb\r\nabc\r\n0\r\n\r\n'],
      ['Transfer-Encoding: chunked', '3\r\nabc\r\n0\r\n'],
      ['Transfer-Encoding: chunked', '3\r\nabc\r\n'],
      ['Transfer-Encoding: chunked', 'fffffffffffffffff\r\nabc\r\n0\r\n\r\n'],
      ['Transfer-Encoding: chunked', '3\r\nabc\r\n0\r\nContent-Length: 9\r\nbad trailer\r\n\r\n'],
      ['Transfer-Encoding: chunked', '3\r\nabc\r\n0\r\nA: b\r\n c\r\n\r\n'],
    ),
  },
);
const interim = fc.constantFrom(
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n',
  'HTTP/1.1 102 Processing\r\nContent-Length: 3\r\n\r\n',
  'HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n',
  'HTTP/1.0 100 Continue\r\n\r\n',
);
const behind = mostly('', 'x', '\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\ny', '0\r\n\r\n');
const answer = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(interim, { maxLength: 2 }) },
    ),
    statusLine,
    fc.array(line, { maxLength: 3 }),
    framed,
    behind,
    mostly('\r\n', '\n'),
  )
  .map(([before, first, lines, [framing, body], after, end]) => {
    const head = [first, ...lines, ...(framing === '' ? [] : framing.split('\r\n')), '', ''].join(end);
    return before.join('') + head + body + after;
  });
const changed = fc
  .tuple(answer, fc.nat(400), fc.nat(3), fc.constantFrom('', '\r', '\n', ' ', '\0', ':', '0', '\t'))
  .map(([bytes, at, length, inserted]) => {
    const place = at % (bytes.length + 1);
    return bytes.slice(0, place) + inserted + bytes.slice(place + length);
  });
/** The origin closes early. */
const cutShort = fc.tuple(answer, fc.nat(400)).map(([bytes, at]) => bytes.slice(0, at % (bytes.length + 1)));
const said = fc.record({
  method: mostly('GET', 'HEAD', 'POST', 'OPTIONS'),
  answer: fc.oneof(
    { weight: 6, arbitrary: answer },
    { weight: 2, arbitrary: changed },
    { weight: 1, arbitrary: cutShort },
  ),
  cuts: fc.array(fc.nat(400), { maxLength: 3 }),
});

it('accepts nothing that the reference does not accept, and the same of it', async () => {
  accepted = 0;
  await fc.assert(fc.asyncProperty(said, compare), { numRuns: RUNS, endOnFailure: true });
  expect(accepted).toBeGreaterThan(RUNS / 4);
}, 600_000);
