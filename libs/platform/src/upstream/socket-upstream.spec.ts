import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { GatewayError } from '@gatehouse/engine';
import {
  CERTIFICATE,
  ok,
  origin,
  PRIVATE_KEY,
  startRawOrigin,
  stopCalling,
  until,
  untilStill,
} from '@gatehouse/http/testing';
import type { SocketUpstream } from './socket-upstream';
import { faultOf, requestTo, streamed, textOf, upstream } from './testing/requests';

let calls: SocketUpstream;
beforeEach(() => (calls = upstream()));
afterEach(async () => {
  calls.close();
  await stopCalling();
});

describe('what goes over the wire', () => {
  it('passes fields as they are, duplicates kept, and invents none', async () => {
    let seen = '';
    const { port } = await origin((socket, head) => {
      seen = head;
      socket.write(ok('hi'));
    });
    const headers = ['X-A', '1', 'x-a', '2', 'Cookie', 'a=1', 'cookie', 'b=2', 'X-Latin', 'caf\u00e9'];
    await calls.send(requestTo(port, { headers, target: '/a%2Fb?x=1&x=2' }));
    expect(seen.split('\r\n')).toEqual([
      'GET /a%2Fb?x=1&x=2 HTTP/1.1',
      `host: 127.0.0.1:${port}`,
      'connection: keep-alive',
      'X-A: 1',
      'x-a: 2',
      'Cookie: a=1',
      'cookie: b=2',
      'X-Latin: caf\u00e9',
      '',
      '',
    ]);
  });

  it('takes Host from the engine and leaves framing to itself', async () => {
    let seen = '';
    const { port } = await origin((socket, head) => {
      seen = head;
      socket.write(ok(''));
    });
    const headers = [
      'Host',
      'api.example.com',
      'Transfer-Encoding',
      'chunked',
      'Content-Length',
      '99',
      'Connection',
      'x-y',
      'Upgrade',
      'h2c',
    ];
    await calls.send(requestTo(port, { headers, method: 'POST', body: Buffer.from('abc') }));
    expect(seen).toMatch(
      /^POST \/ HTTP\/1.1\r\nhost: api\.example\.com\r\nconnection: keep-alive\r\ncontent-length: 3\r\n\r\nabc$/,
    );
  });

  it('hands back status, fields and bytes as they came', async () => {
    const zipped = gzipSync('hello').toString('latin1');
    const { port } = await origin((socket) => {
      const head =
        'HTTP/1.1 302 Found\r\nLocation: /next\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nX-Latin: caf\u00e9\r\n';
      socket.write(
        `${head}Content-Encoding: gzip\r\nContent-Length: ${zipped.length}\r\n\r\n${zipped}`,
        'latin1',
      );
    });
    const reply = await calls.send(requestTo(port));
    expect(reply.status).toBe(302);
    expect(reply.headers).toEqual([
      'Location',
      '/next',
      'Set-Cookie',
      'a=1',
      'set-cookie',
      'b=2',
      'X-Latin',
      'caf\u00e9',
      'Content-Encoding',
      'gzip',
      'Content-Length',
      String(zipped.length),
    ]);
    expect(reply.body.length).toBe(zipped.length);
    expect(await textOf(reply.body)).toBe(zipped);
  });

  it.each([
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n'],
    ['GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 50\r\n\r\n'],
    ['GET', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ])('knows that %s has no body after %j', async (method, answer) => {
    const { port } = await origin((socket) => socket.write(answer));
    const reply = await calls.send(requestTo(port, { method }));
    expect(reply.body.length).toBe(0);
    expect(await textOf(reply.body)).toBe('');
  });

  it('passes over interim answers', async () => {
    const { port } = await origin((socket) =>
      socket.write(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok('late')}`),
    );
    expect(await textOf((await calls.send(requestTo(port))).body)).toBe('late');
  });

  it.each([
    ['whole', Buffer.from('0123456789'), 'content-length: 10', '0123456789'],
    ['small and announced', streamed(['01234', '56789'], 10), 'content-length: 10', '0123456789'],
    [
      'of unknown length',
      streamed(['01234', '56789']),
      'transfer-encoding: chunked',
      '5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n',
    ],
  ])('sends a body that is %s', async (_what, body, framing, wire) => {
    let seen = '';
    const { port } = await origin((socket, request) => {
      seen = request;
      socket.write(ok('got it'));
    });
    const reply = await calls.send(requestTo(port, { method: 'PUT', body }));
    expect(await textOf(reply.body)).toBe('got it');
    expect(seen).toContain(framing);
    expect(seen).toMatch(new RegExp(`\r\n\r\n${wire}$`));
  });

  it('sends a large announced body with its length', async () => {
    let seen = '';
    const { port } = await origin((socket, request) => {
      seen = request;
      socket.write(ok('all'));
    });
    const chunks = Array.from({ length: 30 }, () => 'x'.repeat(10_000));
    const reply = await calls.send(requestTo(port, { method: 'POST', body: streamed(chunks, 300_000) }));
    expect(await textOf(reply.body)).toBe('all');
    expect(seen).toContain('content-length: 300000\r\n');
    expect(seen).toContain(`\r\n\r\n${'x'.repeat(300_000)}`);
  });

  it('holds the origin back while nobody reads the answer', async () => {
    const total = 60_000_000;
    let written = 0;
    const { port } = await origin((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${total}\r\n\r\n`);
      const pour = (): void => {
        while (written < total) {
          written += 100_000;
          if (!socket.write(Buffer.alloc(100_000))) return;
        }
      };
      socket.on('drain', pour);
      pour();
    });
    const reply = await calls.send(requestTo(port));
    await untilStill(() => written, 'the origin stands still');
    expect(written).toBeLessThan(20_000_000);
    let bytes = 0;
    for await (const chunk of reply.body.stream()) bytes += chunk.byteLength;
    expect(bytes).toBe(total);
  });
});

describe('faults', () => {
  it('refused', async () => {
    const gone = await startRawOrigin(() => undefined);
    await gone.stop();
    expect(await faultOf(calls.send(requestTo(gone.port)))).toBe('refused');
    expect(await faultOf(calls.send(requestTo(gone.port, { hostname: 'localhost' })))).toBe('refused');
  });

  it.each(['no-such-host.invalid', '256.256.256.256', 'a..b'])('unresolved: %s', async (hostname) => {
    expect(await faultOf(calls.send(requestTo(80, { hostname, timeoutMs: 4000 })))).toBe('unresolved');
  });

  it('timeout, at the time that was set', async () => {
    const silent = await origin(() => undefined);
    const from = performance.now();
    expect(await faultOf(calls.send(requestTo(silent.port, { timeoutMs: 300 })))).toBe('timeout');
    const took = performance.now() - from;
    expect(took).toBeGreaterThanOrEqual(295);
    // Far below every other deadline; a busy machine is late by some hundred milliseconds.
    expect(took).toBeLessThan(2000);
    await until(() => silent.open.size === 0, 'connection closed');
  });

  it('timeout does not run while an upload moves, nor after the head of an answer that is streamed', async () => {
    const { port } = await origin((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n12');
      setTimeout(() => socket.write('34'), 250);
    });
    const slow = {
      ...streamed([]),
      stream: async function* () {
        for (let i = 0; i < 5; i++) {
          await new Promise((resolve) => setTimeout(resolve, 80));
          yield Buffer.from('x');
        }
      },
    };
    const reply = await calls.send(requestTo(port, { method: 'POST', body: slow, timeoutMs: 200 }));
    let text = '';
    for await (const piece of reply.body.stream()) text += Buffer.from(piece).toString();
    expect(text).toBe('1234');
  });

  it('timeout runs on while an answer is gathered', async () => {
    const { port } = await origin((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n12'));
    const reply = await calls.send(requestTo(port, { timeoutMs: 200 }));
    expect(await faultOf(reply.body.gather(100))).toBe('timeout');
  });

  it.each([
    ['garbage', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['HTTP/0.9', '<html>\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc'],
    ['length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\nabc'],
    ['an injected line', 'HTTP/1.1 200 OK\r\nSet-Cookie: a\nb: c\r\n\r\n'],
    [
      'a switch of protocols',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    ],
    ['a head of 100 KB', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`],
    ['a bare close', ''],
  ])('broken: %s, and the next request is answered rightly', async (_what, answer) => {
    let asked = 0;
    const { port } = await origin((socket) => {
      if (asked++ === 0) socket.end(answer, 'latin1');
      else socket.write(ok('fine'));
    });
    expect(await faultOf(calls.send(requestTo(port, { method: 'POST' })))).toBe('broken');
    expect(await textOf((await calls.send(requestTo(port))).body)).toBe('fine');
  });

  it('broken: a certificate that is not trusted, unless that is asked for', async () => {
    const server = createTlsServer({ key: PRIVATE_KEY, cert: CERTIFICATE }, (_request, response) =>
      response.end('safe'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const secure = { protocol: 'https:', hostname: 'localhost' } as const;
    expect(await faultOf(calls.send(requestTo(port, secure)))).toBe('broken');
    const reply = await calls.send(requestTo(port, { ...secure, tlsInsecureSkipVerification: true }));
    expect(await textOf(reply.body)).toBe('safe');
    expect(await faultOf(calls.send(requestTo(port, secure)))).toBe('broken');
    calls.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('refused: more connections to one origin than its share', async () => {
    const few = upstream({ maxConnections: 2 });
    const silent = await origin(() => undefined);
    const waiting = [1, 2].map(() => faultOf(few.send(requestTo(silent.port, { timeoutMs: 200 }))));
    await until(() => silent.accepted === 2, 'two connections');
    expect(await faultOf(few.send(requestTo(silent.port)))).toBe('refused');
    expect(await Promise.all(waiting)).toEqual(['timeout', 'timeout']);
    few.close();
  });

  it('broken: an upload that fails on our side', async () => {
    const silent = await origin(() => undefined);
    const body = {
      ...streamed([]),
      stream: async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('x');
        throw new GatewayError('REQUEST_TOO_LARGE');
      },
    };
    expect(await faultOf(calls.send(requestTo(silent.port, { method: 'POST', body })))).toBe('broken');
    await until(() => silent.open.size === 0, 'connection closed');
  });
});

describe('a body that breaks off', () => {
  it.each([
    ['short', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', (socket: Socket) => socket.end()],
    [
      'reset',
      'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf',
      (socket: Socket) => socket.resetAndDestroy(),
    ],
    [
      'without last chunk',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n',
      (socket: Socket) => socket.end(),
    ],
    [
      'inside a chunk',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nhalf',
      (socket: Socket) => socket.end(),
    ],
    [
      'bad chunk',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\nxyz\r\n',
      () => undefined,
    ],
  ])('%s: ends in an error, never in a short body', async (_what, answer, breakOff) => {
    const { port } = await origin((socket) => {
      socket.write(answer);
      setTimeout(breakOff, 20, socket);
    });
    // What is known to be broken when the head is read need not be handed over first.
    const gather = async (): Promise<string> =>
      textOf((await calls.send(requestTo(port, { method: 'POST' }))).body);
    expect(await faultOf(gather())).toBe('broken');
    const read = async (): Promise<void> => {
      const reply = await calls.send(requestTo(port, { method: 'POST' }));
      for await (const chunk of reply.body.stream()) void chunk;
    };
    expect(await faultOf(read())).toBe('broken');
  });

  it('is complete when HTTP/1.0 ends it by closing', async () => {
    const { port } = await origin((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nall of it'));
    expect(await textOf((await calls.send(requestTo(port))).body)).toBe('all of it');
  });

  it('gives the connection up when more comes than may be gathered', async () => {
    const large = await origin((socket) => socket.write(ok('x'.repeat(500_000))));
    const reply = await calls.send(requestTo(large.port));
    await expect(reply.body.gather(1000)).rejects.toThrow(GatewayError);
    await until(() => large.open.size === 0, 'connection closed');
  });
});
