import fc from 'fast-check';
import { REQUEST, RESPONSE } from './llhttp';
import { MessageParser, type MessageHead } from './message-parser';

const LIMITS = { maxHeadBytes: 16_384, maxFields: 200 };

interface Message extends Omit<MessageHead, 'isUpgrade'> {
  body: string;
}

/** All messages in `chunks`, and the status that ended them. */
function parse(
  chunks: readonly Uint8Array[],
  type: typeof REQUEST | typeof RESPONSE = REQUEST,
): [Message[], number] {
  const parser = new MessageParser(type, LIMITS);
  const messages: Message[] = [];
  let current: Message | undefined;
  try {
    for (const chunk of chunks) {
      let offset = 0;
      while (offset < chunk.length) {
        const before = offset;
        offset = parser.read(chunk, offset);
        if (parser.refusal !== 0) return [messages, parser.refusal];
        if (parser.head !== undefined) {
          const { isUpgrade: _isUpgrade, ...head } = parser.head;
          current = { ...head, body: '' };
        }
        for (const piece of parser.body ?? [])
          if (current) current.body += Buffer.from(piece).toString('latin1');
        if (parser.isComplete && current) messages.push(current);
        expect(offset > before || parser.isComplete).toBe(true);
      }
    }
    return [messages, 0];
  } finally {
    parser.free();
  }
}

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('messages', () => {
  it('are read one by one', () => {
    const [messages, refusal] = parse([
      bytes(
        'GET /a?b HTTP/1.1\r\nHost: x\r\nEmpty:\r\nBlank:  a b \t\r\n\r\n' +
          'POST /c HTTP/1.0\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nabc' +
          'PUT /d HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n' +
          'HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n',
      ),
    ]);
    expect(refusal).toBe(0);
    expect(
      messages.map(({ method, target, version, body, isKeepAlive }) => [
        method,
        target,
        version,
        body,
        isKeepAlive,
      ]),
    ).toEqual([
      ['GET', '/a?b', 11, '', true],
      ['POST', '/c', 10, 'abc', true],
      ['PUT', '/d', 11, 'abcde', true],
      ['HEAD', '/', 11, '', false],
    ]);
    expect(messages[0]?.fields).toEqual(['Host', 'x', 'Empty', '', 'Blank', 'a b']);
  });

  it('keep their fields when the head comes byte by byte', () => {
    const text = 'GET /a HTTP/1.1\r\nHost: x\r\nEmpty:\r\nLong-Name: a long value \r\nL: \xe4\r\n\r\n';
    const whole = parse([bytes(text)]);
    expect(parse([...bytes(`\r\n${text}`)].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
    expect(whole[0][0]?.fields).toEqual(['Host', 'x', 'Empty', '', 'Long-Name', 'a long value', 'L', '\xe4']);
  });

  it('may be larger than the window', () => {
    const body = 'x'.repeat(300_000);
    const [messages] = parse([
      bytes(`POST / HTTP/1.1\r\nContent-Length: 300000\r\n\r\n${body}GET / HTTP/1.1\r\n\r\n`),
    ]);
    expect(messages.map((message) => message.body.length)).toEqual([300_000, 0]);
  });

  it('do not disturb each other on several parsers', () => {
    const parsers = Array.from({ length: 50 }, () => new MessageParser(REQUEST, LIMITS));
    const text = 'GET /path HTTP/1.1\r\nHost: some.host\r\nX-Id: N\r\n\r\n';
    for (let at = 0; at < text.length; at++) {
      parsers.forEach((parser, i) => {
        const byte = bytes(text[at] === 'N' ? String.fromCharCode(65 + (i % 26)) : (text[at] ?? ''));
        parser.read(byte, 0);
        if (at === text.length - 1) expect(parser.head?.fields[3]).toBe(String.fromCharCode(65 + (i % 26)));
      });
    }
    for (const parser of parsers) parser.free();
  });

  it('survive the growth of the parser memory', () => {
    const parsers = Array.from({ length: 30_000 }, () => new MessageParser(REQUEST, LIMITS));
    const last = parsers.at(-1);
    last?.read(bytes('GET /x HTTP/1.1\r\nHost: x\r\n\r\n'), 0);
    expect(last?.head?.target).toBe('/x');
    for (const parser of parsers) parser.free();
  });
});

describe('answers', () => {
  it('end with the connection where nothing else ends them', () => {
    const parser = new MessageParser(RESPONSE, LIMITS);
    parser.read(bytes('HTTP/1.0 200 OK\r\nA: b\r\n\r\nbody'), 0);
    expect(parser.head).toMatchObject({ status: 200, target: '', fields: ['A', 'b'], isKeepAlive: false });
    expect(parser.isComplete).toBe(false);
    expect(parser.finish()).toBe(true);
    parser.free();
  });

  it.each([
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhal',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhal\r\n',
    'HTTP/1.1 200',
  ])('are not complete when they break off: %j', (text) => {
    const parser = new MessageParser(RESPONSE, LIMITS);
    parser.read(bytes(text), 0);
    expect(parser.finish()).toBe(false);
    parser.free();
  });

  it('to HEAD have no body', () => {
    const parser = new MessageParser(RESPONSE, LIMITS);
    parser.skipsBody = true;
    parser.read(bytes('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'), 0);
    expect(parser.isComplete).toBe(true);
    parser.free();
  });
});

describe('limits', () => {
  const chunked = 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n';
  it.each<[string, string, number]>([
    ['target', `GET /${'a'.repeat(17_000)}`, 414],
    ['head', `GET / HTTP/1.1\r\nx: ${'y'.repeat(17_000)}\r\n\r\n`, 431],
    ['open head', `GET / HTTP/1.1\r\nx: ${'y'.repeat(17_000)}`, 431],
    ['fields', `GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(201)}\r\n`, 431],
    ['chunk extension', `${chunked}3;${'a'.repeat(2100)}\r\nabc\r\n0\r\n\r\n`, 413],
    ['open chunk extension', `${chunked}3;${'a'.repeat(2100)}`, 413],
    ['extension of the last chunk', `${chunked}0;${'a'.repeat(2100)}\r\n\r\n`, 413],
    ['trailers', `${chunked}0\r\nx: ${'y'.repeat(17_000)}\r\n\r\n`, 431],
  ])('%s', (_what, text, status) => {
    expect(parse([bytes(text)])[1]).toBe(status);
    for (const size of [1, 1000]) {
      const parts: Uint8Array[] = [];
      for (let at = 0; at < text.length; at += size) parts.push(bytes(text.slice(at, at + size)));
      expect(parse(parts)[1]).toBe(status);
    }
  });
});

const TOKEN = fc
  .stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}$/)
  .filter((name) => !/^(content-length|transfer-encoding|connection|upgrade)$/i.test(name));
const VALUE = fc.stringMatching(/^[\x21-\x7e\xa0-\xff]([\x20-\x7e\x80-\xff]{0,40}[\x21-\x7e\xa0-\xff])?$/);
const BODY = fc.oneof(
  fc.constant(undefined),
  fc.uint8Array({ maxLength: 300 }),
  fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 5 }),
);
const REQUESTS = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH'),
    path: fc.stringMatching(/^[A-Za-z0-9/%._~-]{0,60}$/),
    fields: fc.array(fc.tuple(TOKEN, VALUE), { maxLength: 12 }),
    body: BODY,
  })
  .map(({ method, path, fields, body }) => {
    let text = `${method} /${path} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}`;
    if (body === undefined) return `${text}\r\n`;
    if (body instanceof Uint8Array)
      return `${text}Content-Length: ${body.length}\r\n\r\n${Buffer.from(body).toString('latin1')}`;
    text += 'Transfer-Encoding: chunked\r\n\r\n';
    for (const part of body)
      text += `${part.length.toString(16)}\r\n${Buffer.from(part).toString('latin1')}\r\n`;
    return `${text}0\r\n\r\n`;
  });

describe('fuzz', () => {
  it('requests split anywhere are read as if whole', () => {
    fc.assert(
      fc.property(
        fc.array(REQUESTS, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(3000), { maxLength: 12 }),
        (requests, cuts) => {
          const all = bytes(requests.join(''));
          const places = [...new Set([0, ...cuts.map((cut) => cut % (all.length + 1)), all.length])].sort(
            (a, b) => a - b,
          );
          const parts = places.slice(1).map((to, i) => all.subarray(places[i], to));
          const whole = parse([all]);
          expect(whole[1]).toBe(0);
          expect(whole[0]).toHaveLength(requests.length);
          expect(parse(parts)).toEqual(whole);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('garbage is refused and never thrown out', () => {
    const noise = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 400 }),
      REQUESTS.map(bytes),
      fc.constantFrom('\r\n', ' HTTP/1.1\r\n', 'GET ', 'Transfer-Encoding: chunked\r\n', '\0').map(bytes),
    );
    fc.assert(
      fc.property(fc.array(noise, { minLength: 1, maxLength: 8 }), (parts) => {
        const [, refusal] = parse(parts);
        expect([0, 400, 413, 414, 431]).toContain(refusal);
        const [, whole] = parse([Buffer.concat(parts)]);
        expect(whole).toBe(refusal);
      }),
      { numRuns: 2000 },
    );
  });
});
