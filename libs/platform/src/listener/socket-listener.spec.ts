import { connect } from 'node:net';
import { RawClient, say, until, untilStill } from '@gatehouse/http/testing';
import { bodyOf, chunks, get, headOf, listening, stopAll, type Given } from './testing/answers';

afterEach(stopAll);

async function* breaking(): AsyncGenerator<Uint8Array> {
  yield* chunks('half of ');
  throw new Error('origin died');
}

describe('answers', () => {
  it.each<[string, Given, string, string, number]>([
    ['text', { body: 'h\u00e9llo' }, 'Content-Length: 6', 'h\xc3\xa9llo', 6],
    ['bytes', { body: Buffer.from([0, 255]) }, 'Content-Length: 2', '\0\xff', 2],
    ['nothing', {}, 'Content-Length: 0', '', 0],
    [
      'stream',
      { body: chunks('one', 'two') },
      'Transfer-Encoding: chunked',
      '3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n',
      6,
    ],
    [
      'stream with length',
      { body: chunks('one', 'two'), headers: ['Content-Length', '6'] },
      'Content-Length: 6',
      'onetwo',
      6,
    ],
  ])('%s', async (_what, given, framing, wire, bytes) => {
    const under = await listening(() => given);
    const { text } = await say(under.port, get());
    expect(headOf(text)).toContain(framing);
    expect(bodyOf(text)).toBe(wire);
    expect(under.finished).toEqual([{ bytes, isComplete: true }]);
  });

  it('keeps duplicates, order, case and 8-bit values of fields', async () => {
    const headers = [
      'Set-Cookie',
      'a=1',
      'X-A',
      '1',
      'set-cookie',
      'b=2',
      'X-L',
      '\xe4',
      'Connection',
      'x',
      'Transfer-Encoding',
      'gzip',
    ];
    const under = await listening(() => ({ headers, body: 'x' }));
    const { text } = await say(under.port, get());
    const fields = headOf(text)
      .split('\r\n')
      .slice(1)
      .filter((line) => !/^(date|connection|content-length):/i.test(line));
    expect(fields).toEqual(['Set-Cookie: a=1', 'X-A: 1', 'set-cookie: b=2', 'X-L: \xe4']);
    expect(headOf(text)).not.toMatch(/^(server|x-powered-by):/im);
  });

  it.each<[string, string, Given, number | string]>([
    ['HEAD of text', 'HEAD', { body: 'hello' }, 5],
    ['HEAD with a length', 'HEAD', { headers: ['Content-Length', '99'] }, 99],
    ['HEAD of a stream', 'HEAD', { body: chunks('x') }, 'none'],
    ['204', 'GET', { status: 204, body: 'x', headers: ['Content-Length', '1'] }, 'none'],
    ['304', 'GET', { status: 304, headers: ['Content-Length', '7'] }, 7],
  ])('%s has no body', async (_what, method, given, length) => {
    const under = await listening(() => given);
    const { text, statuses } = await say(under.port, get().replace('GET', method));
    expect(statuses).toEqual([given.status ?? 200]);
    expect(bodyOf(text)).toBe('');
    expect(/^content-length: (\d+)$/im.exec(headOf(text))?.[1] ?? 'none').toBe(String(length));
    expect(under.finished).toEqual([{ bytes: 0, isComplete: true }]);
  });

  it('sends the head of a stream that has nothing to say yet', async () => {
    let go = (): void => undefined;
    const body = (async function* () {
      await new Promise<void>((resolve) => (go = resolve));
      yield Buffer.from('late');
    })();
    const under = await listening(() => ({ body }));
    const client = new RawClient(under.port);
    client.say(get());
    await until(() => client.text.includes('\r\n\r\n'), 'head');
    go();
    await until(() => client.isClosed, 'end');
    expect(bodyOf(client.text)).toBe('4\r\nlate\r\n0\r\n\r\n');
  });

  it('leaves in one packet when small', async () => {
    const under = await listening(() => ({ body: Buffer.from('x'.repeat(1000)) }));
    const packets: number[] = [];
    await new Promise<void>((resolve) => {
      const socket = connect(under.port, '127.0.0.1', () => socket.write(get()));
      socket.on('data', (chunk) => packets.push(chunk.length));
      socket.on('close', () => resolve());
    });
    expect(packets).toHaveLength(1);
  });

  it('answers pipelined requests in their order', async () => {
    const under = await listening(async ({ path }) => {
      if (path === '/slow') await new Promise((resolve) => setTimeout(resolve, 30));
      return { body: path };
    });
    const { text } = await say(under.port, get('/slow', '') + get('/fast'));
    expect(text.indexOf('/slow')).toBeLessThan(text.indexOf('/fast'));
    expect(under.finished).toHaveLength(2);
  });

  it('makes a 500 of a head that HTTP has no words for', async () => {
    const under = await listening(() => ({ headers: ['X-A', 'a\r\nb: c'], body: chunks('x') }));
    const { text, statuses } = await say(under.port, get());
    expect(statuses).toEqual([500]);
    expect(bodyOf(text)).toBe('{"message":"Internal Server Error"}');
    expect(text).not.toContain('b: c');
    expect(under.finished).toHaveLength(1);
  });
});

describe('a body that breaks off', () => {
  it.each<[string, () => Given]>([
    ['chunked', () => ({ body: breaking() })],
    ['with length', () => ({ body: breaking(), headers: ['Content-Length', '100'] })],
    ['shorter than said', () => ({ body: chunks('short'), headers: ['Content-Length', '100'] })],
  ])('%s: the client can tell', async (_what, given) => {
    const under = await listening(given);
    const client = new RawClient(under.port);
    client.say(get('/', ''));
    await until(() => client.isClosed, 'closed');
    expect(client.text).not.toContain('\r\n0\r\n\r\n');
    await until(() => under.finished.length > 0, 'finish');
    expect(under.finished).toHaveLength(1);
    expect(under.finished[0]?.isComplete).toBe(false);
  });

  it('HTTP/1.0, which ends bodies by closing: the connection is reset', async () => {
    const under = await listening(() => ({ body: breaking() }));
    const heard = await say(under.port, 'GET / HTTP/1.0\r\n\r\n');
    expect(heard.wasReset).toBe(true);
  });
});

describe('a client that goes away', () => {
  it('aborts the signal, ends the stream and finishes once', async () => {
    let returned = 0;
    const counted = (): AsyncIterable<Uint8Array> => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          await new Promise((resolve) => setImmediate(resolve));
          return { done: false, value: Buffer.alloc(1000) };
        },
        return: async () => {
          returned++;
          return { done: true, value: undefined };
        },
      }),
    });
    const under = await listening(() => ({ body: counted() }));
    const client = new RawClient(under.port);
    client.say(get());
    await until(() => client.text.length > 5000, 'some of the body');
    client.socket.destroy();
    await until(() => under.finished.length > 0, 'finish');
    expect(under.finished[0]?.isComplete).toBe(false);
    expect(under.finished[0]?.bytes).toBeGreaterThan(4000);
    expect(under.asked[0]?.signal.aborted).toBe(true);
    await until(() => returned > 0, 'stream given back');
    expect(under.finished).toHaveLength(1);
  });

  it('before there is an answer, and with others waiting behind it', async () => {
    let answer = (): void => undefined;
    const under = await listening(
      () => new Promise<Given>((resolve) => (answer = () => resolve({ body: 'too late' }))),
    );
    const client = new RawClient(under.port);
    client.say(get('/1', '') + get('/2', '') + get('/3', ''));
    await until(() => under.asked.length === 1, 'first request');
    client.socket.destroy();
    await until(() => under.asked[0]?.signal.aborted === true, 'signal');
    answer();
    await until(() => under.finished.length === 1, 'late finish');
    expect(under.finished[0]).toEqual({ bytes: 0, isComplete: false });
    await until(() => under.listener.openConnections === 0, 'closed');
    expect(under.asked).toHaveLength(1);
  });

  it('does not abort the signal of a request that was answered', async () => {
    const under = await listening(() => ({ body: 'x' }));
    await say(under.port, get());
    await until(() => under.listener.openConnections === 0, 'closed');
    expect(under.asked[0]?.signal.aborted).toBe(false);
  });

  it('that reads nothing holds back the source', async () => {
    let produced = 0;
    const body = (async function* () {
      for (;;) {
        produced += 65_536;
        yield Buffer.alloc(65_536);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const under = await listening(() => ({ body }));
    const socket = connect(under.port, '127.0.0.1', () => socket.write(get()));
    socket.pause();
    await untilStill(() => produced, 'the source stands still');
    expect(produced).toBeGreaterThan(0);
    expect(produced).toBeLessThan(20_000_000);
    socket.destroy();
  });
});

describe('limits', () => {
  it('takes no more connections than it may', async () => {
    const under = await listening(() => ({ body: 'x' }), { maxConnections: 2 });
    const clients = [new RawClient(under.port), new RawClient(under.port)];
    await until(() => under.listener.openConnections === 2, 'two connections');
    const third = new RawClient(under.port);
    await until(() => third.isClosed, 'third refused');
    for (const { socket } of clients) socket.destroy();
  });
});
