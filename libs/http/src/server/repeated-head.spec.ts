import fc from 'fast-check';
import { REQUEST } from '../framing/llhttp';
import { MessageParser } from '../framing/message-parser';
import { RawClient, statusesOf } from '../testing/raw-client';
import { until } from '../testing/raw-origin';
import { answering, stopAnswering } from '../testing/serving';
import { RepeatedHead, type Repeat } from './repeated-head';
import { soundHead } from './request';

afterEach(stopAnswering);

const LIMITS = { maxHeadBytes: 16_384, maxFields: 200 };
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** What is read of bytes that nothing came before; `undefined` = no whole request that is sound. */
function readAnew(bytes: Uint8Array): (Repeat & { readonly isComplete: boolean }) | undefined {
  const parser = new MessageParser(REQUEST, LIMITS);
  try {
    const end = parser.read(bytes, 0);
    const { head, refusal, isComplete } = parser;
    const sound = head === undefined || refusal !== 0 ? 400 : soundHead(head);
    return head === undefined || typeof sound === 'number' ? undefined : { end, head, sound, isComplete };
  } finally {
    parser.free();
  }
}

/** Knows a request whole, as a connection that had it before does. */
function knowing(text: string, maxHeadBytes = LIMITS.maxHeadBytes): RepeatedHead {
  const memory = new RepeatedHead(maxHeadBytes);
  learn(memory, text);
  return memory;
}

function learn(memory: RepeatedHead, text: string): void {
  const bytes = latin1(text);
  const known = readAnew(bytes);
  if (known?.isComplete === true) memory.read(bytes, 0, known.end, known.head, known.sound);
  // As the next read does.
  bytes.fill(0);
}

const HARMLESS = ['Accept: */*', 'Content-Length: 0', 'Connection: keep-alive', `X-Long: ${'x'.repeat(100)}`];
const HARMFUL = [
  'Connection: close',
  'Connection: upgrade',
  'Upgrade: h2c',
  'Upgrade: websocket',
  'Expect: 100-continue',
  'X_Y: 1',
];
const request = fc
  .tuple(
    fc.constantFrom('GET', 'HEAD', 'DELETE', 'OPTIONS', 'CONNECT'),
    fc.constantFrom('/', '/a', '/a/b?c=d', '//', '*', 'http://gw/a'),
    fc.constantFrom('1.1', '1.0'),
    fc.oneof(fc.subarray(HARMLESS), fc.subarray([...HARMLESS, ...HARMFUL])),
  )
  .map(
    ([method, target, version, fields]) =>
      `${method} ${target} HTTP/${version}\r\n${['Host: gw', ...fields].join('\r\n')}\r\n\r\n`,
  );

describe('a head that is known', () => {
  it('means what it means anew, whatever is another in it', () => {
    let found = 0;
    const edit = fc.record({
      at: fc.oneof(fc.integer({ min: 4, max: 9 }), fc.nat(400)),
      removed: fc.nat(3),
      added: fc.oneof(
        fc.string({ unit: 'binary', maxLength: 3 }),
        fc.constantFrom(
          '/x',
          '?a=b',
          '#',
          ' ',
          '\r\n',
          '\r\n\r\n',
          '%2f',
          '\\',
          '"',
          'GET / HTTP/1.1\r\n\r\n',
        ),
      ),
    });
    const edited = (text: string, { at, removed, added }: { at: number; removed: number; added: string }) => {
      const from = at % (text.length + 1);
      return text.slice(0, from) + added + text.slice(from + removed);
    };
    const ahead = fc.constantFrom('', '\r\n');
    const others = fc.array(fc.array(edit, { maxLength: 2 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(ahead, request, others, (before, text, all) => {
        const memory = knowing(before + text);
        for (const edits of all) {
          const other = latin1(edits.reduce(edited, text));
          const repeat = memory.find(other, 0);
          if (repeat === undefined) continue;
          found++;
          const anew = readAnew(other);
          const { head, ...rest } = repeat;
          expect({ ...rest, head: { ...head, target: anew?.head.target }, isComplete: true }).toEqual(anew);
        }
      }),
      { numRuns: 20_000 },
    );
    expect(found).toBeGreaterThan(500);
  });

  const GET = 'GET /a HTTP/1.1\r\nHost: gw\r\n\r\n';
  const found = (memory: RepeatedHead, text: string): boolean => memory.find(latin1(text), 0) !== undefined;

  it('is found with another target, at any place of what was read', () => {
    const memory = knowing(GET);
    const bytes = latin1(`${GET}GET /b?c=%20 HTTP/1.1\r\nHost: gw\r\n\r\nGET`);
    expect(memory.find(bytes, GET.length)).toMatchObject({
      end: bytes.length - 3,
      sound: { path: '/b', query: 'c=%20', host: 'gw' },
    });
  });

  it.each([10, 60, 61, 62, 900])('is found, and no other, with a value of %i bytes', (bytes) => {
    const long = GET.replace('gw', `gw\r\nX: ${'x'.repeat(bytes)}`);
    const memory = knowing(long);
    const twice = latin1(long + long);
    expect([0, long.length].map((at) => memory.find(twice, at)?.end)).toEqual([long.length, 2 * long.length]);
    expect(
      [long.replace('x\r', 'y\r'), long.replace('HTTP/1.1', 'HTTP/1.0')].map((text) => found(memory, text)),
    ).toEqual([false, false]);
  });

  it('is judged once for a target that it had before, and again for another', () => {
    const memory = knowing(GET);
    const soundOf = (target: string) => memory.find(latin1(GET.replace('/a', target)), 0)?.sound;
    const [first, again, longer, shorter, last] = ['/a', '/a', '/ab', '/', '/a'].map(soundOf);
    expect(again).toBe(first);
    expect([first, longer, shorter, last].map((sound) => sound?.path)).toEqual(['/a', '/ab', '/', '/a']);
    const isKept = [1024, 1025].map((bytes) => {
      const target = `/${'x'.repeat(bytes - 1)}`;
      return soundOf(target) === soundOf(target);
    });
    expect(isKept).toEqual([true, false]);
  });

  it('is forgotten once it was not repeated in 64 requests in a row', () => {
    const POST = 'POST /a HTTP/1.1\r\nHost: gw\r\n\r\n';
    const memory = knowing(GET);
    const isFoundAfter = (misses: number): boolean => {
      for (let i = 0; i < misses; i++) expect(found(memory, POST)).toBe(false);
      return found(memory, GET);
    };
    expect([63, 63, 64].map(isFoundAfter)).toEqual([true, true, false]);
    learn(memory, GET);
    expect(isFoundAfter(64)).toBe(false);
  });

  it.each([
    ['with a body', 'POST /a HTTP/1.1\r\nHost: gw\r\nContent-Length: 1\r\n\r\nx'],
    ['with chunks', 'POST /a HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['that is the last', 'GET /a HTTP/1.1\r\nHost: gw\r\nConnection: close\r\n\r\n'],
    ['of HTTP/1.0', 'GET /a HTTP/1.0\r\nHost: gw\r\n\r\n'],
    ['for an upgrade', 'GET /a HTTP/1.1\r\nHost: gw\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'],
    ['of more than a kilobyte', `GET /a HTTP/1.1\r\nHost: gw\r\nX: ${'x'.repeat(1000)}\r\n\r\n`],
    ['in absolute form', 'GET http://gw/a HTTP/1.1\r\nHost: gw\r\n\r\n'],
  ])('is none %s', (_name, text) => expect(found(knowing(text), text)).toBe(false));

  it('is not found where target or head would be too long', () => {
    const long = (bytes: number): string => GET.replace('/a', `/${'a'.repeat(bytes - 1)}`);
    expect([8192, 8193].map((bytes) => found(knowing(GET), long(bytes)))).toEqual([true, false]);
    expect([100, 101].map((bytes) => found(knowing(GET, GET.length + 98), long(bytes)))).toEqual([
      true,
      false,
    ]);
  });

  it('is looked for no more in a connection that always says something else', () => {
    const memory = knowing(GET);
    const other = (n: number): string => GET.replace('gw', `gw${n}`);
    for (let n = 0; n < 7; n++) learn(memory, other(n));
    expect(found(memory, other(6))).toBe(true);
    for (let n = 0; n < 8; n++) learn(memory, other(n));
    expect(found(memory, other(7))).toBe(true);
    for (let n = 0; n < 9; n++) learn(memory, other(n));
    expect(found(memory, other(8))).toBe(false);
  });
});

it('requests of one connection share what is made of the same fields, and no others', async () => {
  const under = await answering(() => ({ body: 'x' }));
  const client = new RawClient(under.port);
  const say = (path: string, value: string): string =>
    `GET ${path} HTTP/1.1\r\nHost: gw\r\nX-A: ${value}\r\n\r\n`;
  client.say(say('/1', 'a') + say('/2', 'a') + say('/3', 'b'));
  await until(() => under.finished.length === 3, 'three answers');
  expect(under.asked.map(({ path, headers }) => [path, headers[3]])).toEqual([
    ['/1', 'a'],
    ['/2', 'a'],
    ['/3', 'b'],
  ]);
  const [first, second, third] = under.asked;
  expect(second?.ofHeaders).toBe(first?.ofHeaders);
  expect(third?.ofHeaders).not.toBe(first?.ofHeaders);
});

describe('behind a repeated head', () => {
  const SAME = 'GET / HTTP/1.1\r\nHost: gw\r\n\r\n';

  const OTHER = SAME.replace('/', '/other');

  /** What the handler saw of two requests, in parts that are read one by one. */
  async function seen(first: string, ...parts: string[]): Promise<string[]> {
    const under = await answering(({ body }) => body.gather(100).then(() => ({})));
    const [client, other] = [new RawClient(under.port), new RawClient(under.port)];
    client.say(SAME + SAME + first);
    for (const part of parts) {
      await until(() => client.text.includes('200') && client.socket.writableLength === 0, 'bytes that left');
      // What was sent later, over another connection, is answered: what was sent before has been read.
      const before = under.finished.length;
      other.say(OTHER);
      await until(() => under.finished.length > before, 'the other answer');
      client.say(part);
    }
    await until(() => statusesOf(client.text).length === 4, 'all answers');
    const asked = under.asked.filter(({ path }) => path !== '/other').slice(2);
    return asked.map(({ method, path, headers }) => [method, path, ...headers].join(' '));
  }

  it.each<[string, string[], string[]]>([
    ['a head in two parts', [SAME.slice(0, 9), SAME.slice(9) + SAME], ['GET / Host gw', 'GET / Host gw']],
    [
      'a field whose value reads like a request',
      ['GET /a HTTP/1.1\r\nX: ', SAME + SAME],
      ['GET /a X GET / HTTP/1.1 Host gw', 'GET / Host gw'],
    ],
    [
      'a body that reads like a request',
      [`POST /a HTTP/1.1\r\nHost: gw\r\nContent-Length: ${SAME.length}\r\n\r\n`, SAME + SAME],
      [`POST /a Host gw Content-Length ${SAME.length}`, 'GET / Host gw'],
    ],
  ])('%s is what it is', async (_name, [first = '', ...parts], expected) => {
    expect(await seen(first, ...parts)).toEqual(expected);
  });
});
