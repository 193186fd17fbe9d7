import { RawClient, say, statusesOf, until, untilStill } from '@gatehouse/http/testing';
import { bodyOf, chunks, get, headOf, listening, stopAll } from './testing/answers';

afterEach(stopAll);

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield* chunks('more and more');
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of stream) void chunk;
}

describe('uploads', () => {
  const post = (more: string, body: string): string => `POST / HTTP/1.1\r\nHost: gw\r\n${more}\r\n${body}`;

  it('are handed over whole or as a stream', async () => {
    const under = await listening(async ({ body, path }) => {
      if (path === '/') return { body: await body.gather(100) };
      const parts: Uint8Array[] = [];
      for await (const part of body.stream()) parts.push(part);
      return { body: Buffer.concat(parts) };
    });
    const close = 'Connection: close\r\n';
    expect(bodyOf((await say(under.port, post(`${close}Content-Length: 5\r\n`, 'hello'))).text)).toBe(
      'hello',
    );
    const chunked = post(
      `${close}Transfer-Encoding: chunked\r\n`,
      '3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n',
    ).replace('POST /', 'POST /s');
    expect(bodyOf((await say(under.port, chunked)).text)).toBe('hello');
    expect(under.asked.map(({ body }) => body.length)).toEqual([5, undefined]);
  });

  it('100 Continue is said only when the body is wanted', async () => {
    const under = await listening(async ({ body, path }) => {
      if (path === '/no') return { status: 403, body: 'no' };
      return { body: await body.gather(100) };
    });
    const expecting = 'Expect: 100-continue\r\nContent-Length: 5\r\n';
    const client = new RawClient(under.port);
    client.say(post(expecting, ''));
    await until(() => client.text === 'HTTP/1.1 100 Continue\r\n\r\n', 'continue');
    client.say('hello');
    await until(() => client.text.endsWith('hello'), 'answer');
    expect(statusesOf(client.text)).toEqual([100, 200]);
    client.socket.destroy();
    const refused = await say(under.port, post(expecting, '').replace('POST /', 'POST /no'));
    expect(refused.statuses).toEqual([403]);
    expect(headOf(refused.text)).toMatch(/^connection: close$/im);
  });

  it('that nobody wants are read away, and their answer is the last', async () => {
    const under = await listening(({ path }) => ({ body: path }));
    const client = new RawClient(under.port);
    client.say(`POST /1 HTTP/1.1\r\nHost: gw\r\nContent-Length: 1000000\r\n\r\n`);
    await until(() => client.text.endsWith('/1'), 'early answer');
    client.say('x'.repeat(1_000_000));
    client.say(get('/2'));
    await until(() => client.isClosed, 'end');
    expect(statusesOf(client.text)).toEqual([200]);
    expect(client.text.endsWith('/1')).toBe(true);
    expect(headOf(client.text)).toMatch(/^connection: close$/im);
    expect(under.asked).toHaveLength(1);
  });

  it('that are wanted in part are read away after that part, and the answer arrives', async () => {
    const under = await listening(async ({ body }) => {
      for await (const part of body.stream()) return { status: 413, body: `after ${part.byteLength > 0}` };
      return {};
    });
    const client = new RawClient(under.port);
    client.say(`POST /1 HTTP/1.1\r\nHost: gw\r\nContent-Length: 2000000\r\n\r\n${'x'.repeat(2_000_000)}`);
    client.say(get('/2'));
    await until(() => client.isClosed, 'end');
    expect(statusesOf(client.text)).toEqual([413]);
    expect(bodyOf(client.text)).toBe('after true');
    expect(under.asked).toHaveLength(1);
  });

  it('that are still being read when the answer is complete are read away too, and end as broken', async () => {
    let end = '';
    const under = await listening(({ body, path }) => {
      void readAll(body.stream()).then(
        () => (end = 'whole'),
        () => (end = 'broken'),
      );
      return { body: path };
    });
    const client = new RawClient(under.port);
    client.say('POST /1 HTTP/1.1\r\nHost: gw\r\nContent-Length: 1000000\r\n\r\nfirst');
    await until(() => client.text.endsWith('/1'), 'early answer');
    client.say('x'.repeat(999_995));
    client.say(get('/2'));
    await until(() => client.isClosed, 'end');
    expect(statusesOf(client.text)).toEqual([200]);
    expect(under.asked).toHaveLength(1);
    expect(end).toBe('broken');
  });

  it('that turn to garbage while they are answered only end the connection', async () => {
    const under = await listening(() => ({ body: endless() }));
    const client = new RawClient(under.port);
    client.say(post('Transfer-Encoding: chunked\r\n', '3\r\nabc\r\n'));
    await until(() => client.text.length > 1000, 'answer under way');
    client.say('no chunk at all\r\n');
    await until(() => client.isClosed, 'closed');
    expect(statusesOf(client.text)).toEqual([200]);
    expect(client.text).not.toContain('Bad Request');
    await until(() => under.finished.length === 1, 'finish');
  });

  it('that are refused do not turn the refusal into a reset, which would take it from a client that is slow to read', async () => {
    const under = await listening(() => ({}));
    const client = new RawClient(under.port);
    client.socket.pause();
    client.say(`POST / HTTP/1.0\r\nHost: gw\r\nTransfer-Encoding: chunked\r\n\r\n${'x'.repeat(500_000)}`);
    await untilStill(() => client.socket.bytesWritten, 'all that can be sent is sent');
    // To close with bytes unread is to reset, and what a reset overtakes is lost.
    expect(under.listener.openConnections).toBe(1);
    client.socket.resume();
    await until(() => client.isClosed, 'closed');
    expect(statusesOf(client.text)).toEqual([400]);
  });

  it('without end are cut off', async () => {
    const under = await listening(() => ({ status: 413, body: 'too long' }));
    const client = new RawClient(under.port);
    client.say('POST / HTTP/1.1\r\nHost: gw\r\nContent-Length: 1000000000\r\n\r\n');
    const pour = (): void => {
      while (!client.isClosed && client.socket.write(Buffer.alloc(65_536)));
    };
    client.socket.on('drain', pour);
    pour();
    await until(() => client.isClosed, 'cut off');
    expect(statusesOf(client.text)).toEqual([413]);
    expect(client.socket.bytesWritten).toBeLessThan(60_000_000);
  });

  it('that break off are seen by their reader', async () => {
    let seen = '';
    const under = await listening(async ({ body }) => {
      try {
        await body.gather(100);
      } catch {
        seen = 'broken';
      }
      return {};
    });
    const client = new RawClient(under.port);
    client.say(post('Content-Length: 50\r\n', 'half'));
    await until(() => under.asked.length === 1, 'request');
    client.socket.destroy();
    await until(() => seen === 'broken' && under.finished.length === 1, 'end of the upload');
    expect(under.asked[0]?.signal.aborted).toBe(true);
  });
});
