/** Answers, uploads and clients that go away. What the implementations do differently by design is in their own specs. */
import { connect } from 'node:net';
import { until, untilStill } from '../upstream/testing/raw-origin';
import { RawClient, say, statusesOf } from '../http-listener/testing/raw-client';
import {
  listening as listeningOn,
  type Given,
  type ListenerUnderTest,
  type StartListener,
} from './testing/answers';

export function listenerContract(name: string, start: StartListener): void {
  describe(name, () => {
    const listening = (
      decide: Parameters<typeof listeningOn>[1],
      options?: Parameters<typeof listeningOn>[2],
    ): Promise<ListenerUnderTest> => listeningOn(start, decide, options);

    const started: ListenerUnderTest[] = [];
    afterEach(async () => {
      await Promise.all(started.splice(0).map(({ listener }) => listener.stop(0)));
    });

    async function answering(...args: Parameters<typeof listening>): Promise<ListenerUnderTest> {
      const under = await listening(...args);
      started.push(under);
      return under;
    }

    const get = (path = '/', more = 'Connection: close\r\n'): string =>
      `GET ${path} HTTP/1.1\r\nHost: gw\r\n${more}\r\n`;
    const bodyOf = (text: string): string => text.slice(text.indexOf('\r\n\r\n') + 4);
    const headOf = (text: string): string => text.slice(0, text.indexOf('\r\n\r\n'));

    async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
      for (const text of texts) {
        await new Promise((resolve) => setImmediate(resolve));
        yield Buffer.from(text);
      }
    }

    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield* chunks('more and more');
    }

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
        const under = await answering(() => given);
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
        const under = await answering(() => ({ headers, body: 'x' }));
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
        const under = await answering(() => given);
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
        const under = await answering(() => ({ body }));
        const client = new RawClient(under.port);
        client.say(get());
        await until(() => client.text.includes('\r\n\r\n'), 'head');
        go();
        await until(() => client.isClosed, 'end');
        expect(bodyOf(client.text)).toBe('4\r\nlate\r\n0\r\n\r\n');
      });

      it('leaves in one packet when small', async () => {
        const under = await answering(() => ({ body: Buffer.from('x'.repeat(1000)) }));
        const packets: number[] = [];
        await new Promise<void>((resolve) => {
          const socket = connect(under.port, '127.0.0.1', () => socket.write(get()));
          socket.on('data', (chunk) => packets.push(chunk.length));
          socket.on('close', () => resolve());
        });
        expect(packets).toHaveLength(1);
      });

      it('answers pipelined requests in their order', async () => {
        const under = await answering(async ({ path }) => {
          if (path === '/slow') await new Promise((resolve) => setTimeout(resolve, 30));
          return { body: path };
        });
        const { text } = await say(under.port, get('/slow', '') + get('/fast'));
        expect(text.indexOf('/slow')).toBeLessThan(text.indexOf('/fast'));
        expect(under.finished).toHaveLength(2);
      });

      it('makes a 500 of a head that HTTP has no words for', async () => {
        const under = await answering(() => ({ headers: ['X-A', 'a\r\nb: c'], body: chunks('x') }));
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
        const under = await answering(given);
        const client = new RawClient(under.port);
        client.say(get('/', ''));
        await until(() => client.isClosed, 'closed');
        expect(client.text).not.toContain('\r\n0\r\n\r\n');
        await until(() => under.finished.length > 0, 'finish');
        expect(under.finished).toHaveLength(1);
        expect(under.finished[0]?.isComplete).toBe(false);
      });

      it('HTTP/1.0, which ends bodies by closing: the connection is reset', async () => {
        const under = await answering(() => ({ body: breaking() }));
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
        const under = await answering(() => ({ body: counted() }));
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

      it('does not abort the signal of a request that was answered', async () => {
        const under = await answering(() => ({ body: 'x' }));
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
        const under = await answering(() => ({ body }));
        const socket = connect(under.port, '127.0.0.1', () => socket.write(get()));
        socket.pause();
        await untilStill(() => produced, 'the source stands still');
        expect(produced).toBeGreaterThan(0);
        expect(produced).toBeLessThan(20_000_000);
        socket.destroy();
      });
    });

    describe('uploads', () => {
      const post = (more: string, body: string): string =>
        `POST / HTTP/1.1\r\nHost: gw\r\n${more}\r\n${body}`;

      it('are handed over whole or as a stream', async () => {
        const under = await answering(async ({ body, path }) => {
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
        const under = await answering(async ({ body, path }) => {
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

      it('that turn to garbage while they are answered only end the connection', async () => {
        const under = await answering(() => ({ body: endless() }));
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
        const under = await answering(() => ({}));
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
        const under = await answering(() => ({ status: 413, body: 'too long' }));
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
        const under = await answering(async ({ body }) => {
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

    describe('limits', () => {
      it('takes no more connections than it may', async () => {
        const under = await answering(() => ({ body: 'x' }), { maxConnections: 2 });
        const clients = [new RawClient(under.port), new RawClient(under.port)];
        await until(() => under.listener.openConnections === 2, 'two connections');
        const third = new RawClient(under.port);
        await until(() => third.isClosed, 'third refused');
        for (const { socket } of clients) socket.destroy();
      });
    });
  });
}
