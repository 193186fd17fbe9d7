import fc from 'fast-check';
import { connect, type AddressInfo } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { CERTIFICATE, PRIVATE_KEY } from '../testing/certificate';
import { RawClient, say, statusesOf } from '../testing/raw-client';
import { until, untilStill } from '../testing/raw-origin';
import { HttpServer } from './http-server';
import { answering, get, stopAnswering, type Given } from '../testing/serving';

afterEach(stopAnswering);

describe('pipelining', () => {
  it('serves one request at a time, and tells all that the client has gone', async () => {
    let answer = (): void => undefined;
    const under = await answering(
      () => new Promise<Given>((resolve) => (answer = () => resolve({ body: 'late' }))),
    );
    const client = new RawClient(under.port);
    client.say(get('/1') + get('/2') + get('/3'));
    await until(() => under.asked.length === 1, 'first request');
    answer();
    await until(() => under.asked.length === 2, 'second request');
    expect(under.asked.map(({ path }) => path)).toEqual(['/1', '/2']);
    client.socket.destroy();
    await until(() => under.asked[1]?.signal.aborted === true, 'signal');
    answer();
    await until(() => under.finished.length === 2, 'late finish');
    expect(under.finished).toEqual([
      { bytes: 4, isComplete: true },
      { bytes: 0, isComplete: false },
    ]);
    expect(under.asked[0]?.signal.aborted).toBe(false);
  });

  it('pairs 10,000 answers with their requests, however the bytes are cut', async () => {
    const under = await answering(({ path, method, body }) => {
      const id = path.slice(1);
      if (method === 'POST')
        return body.gather(10_000).then((bytes) => ({ body: `${id}:${Buffer.from(bytes).toString()}` }));
      return Number(id) % 3 === 0
        ? { body: `${id}:` }
        : Promise.resolve({
            body: (async function* () {
              yield Buffer.from(id);
              yield Buffer.from(':');
            })(),
          });
    });
    const perClient = 500;
    const client = async (number: number): Promise<number> => {
      const wanted: string[] = [];
      let text = '';
      for (let i = 0; i < perClient; i++) {
        const id = String(number * perClient + i);
        const body = i % 4 === 1 ? `b${id}`.repeat(1 + (i % 50)) : '';
        wanted.push(`${id}:${body}`);
        if (body === '') text += get(`/${id}`);
        else if (i % 8 === 1)
          text += `POST /${id} HTTP/1.1\r\nHost: gw\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
        else
          text += `POST /${id} HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
      }
      const socket = connect({ port: under.port, host: '127.0.0.1', noDelay: true });
      let heard = '';
      socket.on('data', (chunk) => (heard += chunk.toString('latin1')));
      let seed = number + 1;
      for (let at = 0; at < text.length;) {
        seed = (seed * 48_271) % 0x7fffffff;
        const size = 1 + (seed % 2000);
        const piece = text.slice(at, at + size);
        at += size;
        await new Promise((resolve) => socket.write(piece, 'latin1', resolve));
      }
      await until(() => bodies(heard).length === perClient, 'all answers');
      socket.destroy();
      return bodies(heard).filter((body, i) => body !== wanted[i]).length;
    };
    const mispaired = await Promise.all(Array.from({ length: 20 }, (_none, i) => client(i)));
    expect(mispaired.reduce((sum, count) => sum + count)).toBe(0);
    expect(under.asked).toHaveLength(10_000);
  });
});

/** Bodies of the answers in `text`, those that are all there. */
function bodies(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length;) {
    const headEnd = text.indexOf('\r\n\r\n', at) + 4;
    if (headEnd < 4) break;
    const length = /content-length: (\d+)/i.exec(text.slice(at, headEnd))?.[1];
    const end = length === undefined ? text.indexOf('0\r\n\r\n', headEnd) + 5 : headEnd + Number(length);
    if (end > text.length || end < headEnd) break;
    const body = text.slice(headEnd, end);
    found.push(
      length === undefined ? body.replace(/[0-9a-f]+\r\n(.*?)\r\n/g, '$1').replace(/0?\r\n$|0$/g, '') : body,
    );
    at = end;
  }
  return found;
}

describe('deadlines', () => {
  it.each<[string, string, number[]]>([
    ['nothing at all', '', []],
    ['half a head', 'GET / HTTP/1.1\r\nHo', [408]],
  ])('%s', async (_what, bytes, statuses) => {
    const under = await answering(() => ({}), { deadlines: { headMs: 60, lingerMs: 20 } });
    expect((await say(under.port, bytes)).statuses).toEqual(statuses);
    await until(() => under.server.openConnections === 0, 'evicted');
  });

  it('a head that drips is cut off all the same', async () => {
    const under = await answering(() => ({}), { deadlines: { headMs: 80, lingerMs: 20 } });
    const client = new RawClient(under.port);
    client.say('GET / HTTP/1.1\r\nHost: gw\r\nx: ');
    const drip = setInterval(() => client.say('y'), 5);
    await until(() => client.isClosed, 'cut off');
    clearInterval(drip);
    expect(statusesOf(client.text)).toEqual([408]);
  });

  it('an upload that comes too slowly', async () => {
    const under = await answering(async ({ body }) => ({ body: await body.gather(100) }), {
      deadlines: { bodyGraceMs: 60, lingerMs: 20 },
    });
    const heard = await say(under.port, 'POST / HTTP/1.1\r\nHost: gw\r\nContent-Length: 50\r\n\r\nhalf');
    expect(heard.statuses).toEqual([408]);
    expect(under.asked[0]?.signal.aborted).toBe(true);
  });

  it('an idle connection, after its answer', async () => {
    const under = await answering(() => ({ body: 'x' }), {
      deadlines: { idleMs: 60, headMs: 5000, lingerMs: 20 },
    });
    const client = new RawClient(under.port);
    client.say(get('/'));
    await until(() => client.isClosed, 'closed');
    expect(statusesOf(client.text)).toEqual([200]);
  });

  it.each<[string, () => Given]>([
    ['whole', () => ({ body: Buffer.alloc(30_000_000) })],
    [
      'streamed',
      () => ({
        body: (async function* () {
          for (;;) yield Buffer.alloc(65_536);
        })(),
      }),
    ],
  ])('a client that takes no bytes of an answer that is %s', async (_what, given) => {
    const under = await answering(given, { deadlines: { stallMs: 80 } });
    const client = new RawClient(under.port);
    client.socket.pause();
    client.say(get('/'));
    await until(() => under.finished.length === 1, 'given up');
    expect(under.finished[0]?.isComplete).toBe(false);
    await until(() => under.server.openConnections === 0, 'evicted');
    client.socket.destroy();
  });
});

describe('connections', () => {
  it('are limited in all and for each address', async () => {
    const under = await answering(() => ({}), { maxConnectionsPerAddress: 1 });
    const first = new RawClient(under.port);
    await until(() => under.server.openConnections === 1, 'first');
    const second = new RawClient(under.port);
    await until(() => second.isClosed, 'second refused');
    expect(first.isClosed).toBe(false);
    const elsewhere = connect({ port: under.port, host: '127.0.0.1', localAddress: '127.0.0.2' });
    await until(() => under.server.openConnections === 2, 'another address');
    elsewhere.destroy();
    first.socket.destroy();
  });

  it('say in every answer whether they stay', async () => {
    const under = await answering(({ path }) => ({ body: path }));
    const { text } = await say(under.port, get('/a') + get('/b', 'Connection: close\r\n'));
    expect(text).toMatch(/connection: keep-alive\r\n\r\n\/a/i);
    expect(text).toMatch(/connection: close\r\n\r\n\/b/i);
  });

  it('of HTTP/1.0 are kept alive when asked for', async () => {
    const under = await answering(({ path }) => ({ body: path }));
    const kept = 'GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n';
    const heard = await say(under.port, kept);
    expect(heard.statuses).toEqual([200, 200]);
    expect(heard.text).toMatch(/connection: keep-alive\r\n\r\n\/a/i);
    expect(heard.text).toMatch(/connection: close\r\n\r\n\/b/i);
  });

  it('end behind an early answer to an upload, without a reset', async () => {
    const under = await answering(({ path }) => ({ body: path }));
    const client = new RawClient(under.port);
    client.say(`POST /1 HTTP/1.1\r\nHost: gw\r\nContent-Length: 1000000\r\n\r\n`);
    await until(() => client.text.endsWith('/1'), 'early answer');
    client.say('x'.repeat(1_000_000));
    client.say(get('/2'));
    await until(() => client.isClosed, 'end');
    expect(statusesOf(client.text)).toEqual([200]);
    expect(under.asked).toHaveLength(1);
  });

  it('survive a handler that throws', async () => {
    const under = await answering(() => {
      throw new Error('a defect');
    });
    const heard = await say(under.port, get('/'));
    expect(heard.statuses).toEqual([500]);
    expect(heard.text).not.toContain('defect');
  });

  it.each<[string, Given]>([
    ['length', { body: 'abc', headers: ['Content-Length', '5'] }],
    ['length that is none', { body: 'abc', headers: ['Content-Length', 'x'] }],
    ['field name', { headers: ['A b', 'c'] }],
    ['field value', { headers: ['A', '\u0100'] }],
    ['status', { status: 99 }],
  ])('refuse an answer with a wrong %s', async (_what, given) => {
    const under = await answering(() => given);
    expect((await say(under.port, get('/'))).statuses).toEqual([500]);
    expect(under.finished).toHaveLength(1);
  });
});

describe('back-pressure', () => {
  it('holds the client back while nobody reads its upload, also behind pipelined bytes', async () => {
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    let first = (): void => undefined;
    const under = await answering(async ({ path, body }) => {
      if (path === '/first') await new Promise<void>((resolve) => (first = resolve));
      if (path !== '/upload') return {};
      await gate;
      let bytes = 0;
      for await (const chunk of body.stream()) bytes += chunk.byteLength;
      return { body: String(bytes) };
    });
    const client = new RawClient(under.port);
    const total = 60_000_000;
    client.say(get('/first'));
    client.say(`POST /upload HTTP/1.1\r\nHost: gw\r\nContent-Length: ${total}\r\n\r\n`);
    let sent = 0;
    const pour = (): void => {
      while (sent < total) {
        sent += 100_000;
        if (!client.socket.write(Buffer.alloc(100_000))) return;
      }
    };
    client.socket.on('drain', pour);
    pour();
    await untilStill(() => sent, 'held behind the first request');
    first();
    await until(() => under.asked.length === 2, 'upload begun');
    await untilStill(() => sent, 'held by the upload');
    expect(sent).toBeLessThan(20_000_000);
    go();
    await until(() => client.text.endsWith(String(total)), 'all read');
    expect(statusesOf(client.text)).toEqual([200, 200]);
  });

  it('writes a large answer whole, and takes the next request', async () => {
    const large = Buffer.alloc(5_000_000, 'y');
    const under = await answering(({ path }) => ({ body: path === '/large' ? large : 'small' }));
    const heard = await say(under.port, get('/large') + get('/small', 'Connection: close\r\n'));
    expect(heard.statuses).toEqual([200, 200]);
    expect(heard.text.match(/y+/g)?.at(-1)).toHaveLength(5_000_000);
    expect(under.finished).toEqual([
      { bytes: 5_000_000, isComplete: true },
      { bytes: 5, isComplete: true },
    ]);
  });
});

describe('TLS', () => {
  it('carries the same, and a stop does not wait for handshakes', async () => {
    const server = new HttpServer(
      {
        handle: ({ secure }) => ({
          status: 200,
          headers: [],
          body: `secure: ${secure}`,
          finish: () => undefined,
        }),
      },
      { key: PRIVATE_KEY, cert: CERTIFICATE },
    );
    await new Promise<void>((resolve) => server.listener.listen(0, '127.0.0.1', resolve));
    const { port } = server.listener.address() as AddressInfo;
    const text = await new Promise<string>((resolve) => {
      let heard = '';
      const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, () =>
        socket.write(get('/a') + get('/b', 'Connection: close\r\n')),
      );
      socket.on('data', (chunk) => (heard += chunk.toString()));
      socket.on('close', () => resolve(heard));
    });
    expect(text.match(/secure: true/g)).toHaveLength(2);
    const silent = new RawClient(port);
    await until(() => silent.socket.readyState === 'open', 'connected');
    const from = performance.now();
    await server.stop(50);
    expect(performance.now() - from).toBeLessThan(2000);
    await until(() => silent.isClosed, 'closed');
  });
});

describe('fuzz', () => {
  it('garbage is answered by at most one refusal, which closes', async () => {
    const under = await answering(() => ({ body: 'x' }), { deadlines: { headMs: 20, lingerMs: 20 } });
    const word = fc.constantFrom(
      'GET ',
      '/ ',
      'HTTP/1.1',
      '\r\n',
      '\r\n\r\n',
      'Host: a',
      ':',
      'Content-Length: 5',
      'Transfer-Encoding: chunked',
      '0',
      ' ',
      '\0',
      '\n',
    );
    const noise = fc.array(fc.oneof(word, fc.string({ unit: 'binary-ascii', maxLength: 20 })), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(noise, async (parts) => {
        const { statuses } = await say(under.port, parts.join(''));
        const refusals = statuses.filter((status) => status !== 200);
        expect(refusals.length).toBeLessThanOrEqual(1);
        for (const status of refusals) expect([400, 405, 408, 413, 414, 417, 431, 505]).toContain(status);
        if (refusals.length > 0) expect(statuses.at(-1)).toBe(refusals[0]);
      }),
      { numRuns: 200 },
    );
    await until(() => under.server.openConnections === 0, 'all closed');
  });
});
