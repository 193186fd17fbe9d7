import { connect, type Socket } from 'node:net';
import { clientOf, ok, origin, outcome, requestTo, stopCalling } from '../testing/calling';
import { until, type OnRequest } from '../testing/raw-origin';
import type { ClientRequest, Origin } from './options';

afterEach(stopCalling);

const many = (count: number): string => Array.from({ length: count }, (_none, i) => `x${i}: 1\r\n`).join('');

const EVIL: [string, string, string][] = [
  ['garbage', 'SSH-2.0-OpenSSH\r\n\r\n', 'broken'],
  ['HTTP/0.9', '<html>hello', 'broken'],
  ['HTTP/2.0', 'HTTP/2.0 200 OK\r\ncontent-length: 0\r\n\r\n', 'broken'],
  ['HTTP/1.2', 'HTTP/1.2 200 OK\r\ncontent-length: 0\r\n\r\n', 'broken'],
  [
    'length and chunks',
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'broken',
  ],
  ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc', 'broken'],
  [
    'one length twice, in case variants',
    'HTTP/1.1 200 OK\r\ncontent-length: 3\r\nContent-Length: 3\r\n\r\nabc',
    'broken',
  ],
  ['a length that is none', 'HTTP/1.1 200 OK\r\ncontent-length: 0x3\r\n\r\nabc', 'broken'],
  ['a bad status', 'HTTP/1.1 20 OK\r\n\r\n', 'broken'],
  ['a status below 100', 'HTTP/1.1 099 OK\r\ncontent-length: 0\r\n\r\n', 'broken'],
  [
    '101 that nobody asked for',
    'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    'broken',
  ],
  ['a head of 100 KB', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`, 'broken'],
  ['1,500 fields', `HTTP/1.1 200 OK\r\n${many(1500)}\r\n`, 'broken'],
  ['an injected line', 'HTTP/1.1 200 OK\r\nSet-Cookie: a\nb: c\r\n\r\n', 'broken'],
  ['a status line that a CR alone ends', 'HTTP/1.1 200 OK\r\rcontent-length: 0\r\n\r\n', 'broken'],
  ['a folded field', 'HTTP/1.1 200 OK\r\na: b\r\n c\r\ncontent-length: 0\r\n\r\n', 'broken'],
  ['NUL in a field', 'HTTP/1.1 200 OK\r\na: b\0c\r\ncontent-length: 0\r\n\r\n', 'broken'],
  ['another coding', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\nabc', 'broken'],
  [
    'chunks of garbage',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n',
    'broken',
  ],
  [
    'an endless chunk extension',
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;${'a'.repeat(5000)}\r\nabc\r\n0\r\n\r\n`,
    'broken',
  ],
  ['a storm of interim answers', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000), 'broken'],
  ['a short body', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', 'broken'],
  [
    'a chunked body without its end',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n',
    'broken',
  ],
  ['half a head', 'HTTP/1.1 200 OK\r\ncontent-le', 'broken'],
  ['nothing', '', 'broken'],
  ['bytes behind a 204', 'HTTP/1.1 204 No Content\r\n\r\nsurprise', '204 '],
  ['bytes behind an answer', `${ok('fine')}surprise`, '200 fine'],
  ['two answers', ok('one') + ok('two'), '200 one'],
  ['a body behind the head of a 304', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 4\r\n\r\nbody', '304 '],
  ['a body that ends with the connection', 'HTTP/1.1 200 OK\r\n\r\nall of it', '200 all of it'],
  [
    'interim answers',
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok('late')}`,
    '200 late',
  ],
];

describe('an evil answer, whole and byte by byte; the next request is answered rightly', () => {
  it.each(EVIL)('%s', async (_what, answer, wanted) => {
    for (const isDripped of [false, true]) {
      if (isDripped && answer.length > 3000) continue;
      let asked = 0;
      const { port } = await origin((socket) => {
        if (asked++ > 0) socket.write(ok('fine'));
        else if (isDripped) drip(socket, answer);
        else socket.end(answer, 'latin1');
      });
      const client = clientOf();
      expect(await outcome(client.send(requestTo(port, { method: 'POST' })))).toBe(wanted);
      // What comes only after an answer was whole is known when it comes, and no sooner.
      if (isDripped) await until(() => client.connections === 0, 'closed');
      expect(await outcome(client.send(requestTo(port)))).toBe('200 fine');
    }
  });
});

function drip(socket: Socket, text: string, at = 0): void {
  if (!socket.writable) return;
  if (at >= text.length) socket.end();
  else socket.write(text.charAt(at), 'latin1', () => setImmediate(() => drip(socket, text, at + 1)));
}

describe('a connection is not used again', () => {
  it.each<[string, OnRequest]>([
    [
      'behind `Connection: close`',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\ncontent-length: 1\r\n\r\nx'),
    ],
    ['behind HTTP/1.0', (socket) => socket.write('HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\nx')],
    [
      'when it spoke while idle',
      (socket) => {
        socket.write(ok('x'));
        setImmediate(() => socket.write(ok('poison')));
      },
    ],
  ])('%s', async (_what, onRequest) => {
    const evil = await origin(onRequest);
    const client = clientOf();
    for (let i = 0; i < 3; i++) {
      expect(await outcome(client.send(requestTo(evil.port)))).toBe('200 x');
      await until(() => client.connections === 0, 'closed');
    }
    expect(evil.accepted).toBe(3);
  });

  it('that answered before the upload was sent', async () => {
    const evil = await origin(() => undefined);
    let isGivenBack = false;
    const upload = {
      length: undefined,
      stream: async function* (): AsyncGenerator<Uint8Array> {
        try {
          for (;;) {
            yield Buffer.from('more');
            await new Promise((resolve) => setImmediate(resolve));
          }
        } finally {
          isGivenBack = true;
        }
      },
    };
    const client = clientOf();
    const answer = outcome(client.send(requestTo(evil.port, { method: 'POST', body: upload })));
    await until(() => evil.open.size === 1, 'connected');
    for (const socket of evil.open) socket.write(ok('early'));
    expect(await answer).toBe('200 early');
    await until(() => client.connections === 0 && isGivenBack, 'given up');
  });

  it('answers that come before their request go to nobody', async () => {
    const evil = await origin((socket) => socket.write(ok('asked')));
    const client = clientOf();
    expect(await outcome(client.send(requestTo(evil.port)))).toBe('200 asked');
    for (const socket of evil.open) socket.write(ok('unasked'));
    await until(() => client.connections === 0, 'closed');
    expect(await outcome(client.send(requestTo(evil.port)))).toBe('200 asked');
  });
});

describe('deadlines', () => {
  it('of the head, though interim answers and single bytes come', async () => {
    const slow = await origin((socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 100 Continue\r\n\r\n'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    const client = clientOf();
    expect(await outcome(client.send(requestTo(slow.port, { timeoutMs: 100 })))).toBe('timeout');
    expect(client.connections).toBe(0);
  });

  it('of an answer that is gathered: its last byte, though bytes drip', async () => {
    const dripping = await origin((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
      const timer = setInterval(() => socket.write('x'), 5);
      socket.on('close', () => clearInterval(timer));
    });
    const client = clientOf({ bodySilenceMs: 100 });
    expect(await outcome(client.send(requestTo(dripping.port, { timeoutMs: 150 })))).toBe('timeout');
    expect(client.connections).toBe(0);
  });

  it('of an answer that is streamed: silence, however long it flows', async () => {
    const late = await origin((socket) => {
      let left = 10;
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n');
      const timer = setInterval(() => (left-- > 0 ? socket.write('x') : undefined), 20);
      socket.on('close', () => clearInterval(timer));
    });
    const startedMs = performance.now();
    const { body } = await clientOf({ bodySilenceMs: 150 }).send(requestTo(late.port, { timeoutMs: 60 }));
    let text = '';
    const reading = (async () => {
      for await (const piece of body.stream()) text += Buffer.from(piece).toString();
    })();
    await expect(reading).rejects.toMatchObject({ kind: 'broken' });
    expect(text).toBe('x'.repeat(10));
    expect(performance.now() - startedMs).toBeGreaterThan(300);
  });

  it('of an idle connection', async () => {
    const idle = await origin((socket) => socket.write(ok('x')));
    const client = clientOf({ idleMs: 40 });
    expect(await outcome(client.send(requestTo(idle.port)))).toBe('200 x');
    await until(() => client.connections === 0, 'closed');
  });
});

describe('what cannot be sent', () => {
  it.each<[string, Partial<ClientRequest<Origin>>]>([
    ['target', { target: '/a b' }],
    ['target with a line end', { target: '/\r\nx: y' }],
    ['method', { method: 'GET /x' }],
    ['field', { headers: ['a', 'b\r\nc: d'] }],
  ])('%s', async (_what, members) => {
    const { port, accepted } = await origin((socket) => socket.write(ok('x')));
    expect(await outcome(clientOf().send(requestTo(port, members)))).toBe('broken');
    expect(accepted).toBe(0);
  });

  it('a connection that cannot be opened is told with its cause', async () => {
    const cause = new Error('blocked');
    for (const connector of [
      () => Promise.reject(cause),
      () => {
        throw cause;
      },
    ]) {
      const client = clientOf({ connect: connector });
      await expect(client.send(requestTo(1))).rejects.toMatchObject({ kind: 'unconnected', cause });
      expect(client.connections).toBe(0);
    }
  });

  it('an abort while a promised socket is opened', async () => {
    const idle = await origin(() => undefined);
    let open = (): void => undefined;
    const client = clientOf({
      connect: ({ port }) => new Promise((resolve) => (open = () => resolve(connect(port, '127.0.0.1')))),
    });
    const controller = new AbortController();
    const call = outcome(client.send(requestTo(idle.port, { signal: controller.signal })));
    controller.abort();
    expect(await call).toBe('aborted');
    open();
    await until(() => idle.open.size === 0, 'never kept');
  });
});
