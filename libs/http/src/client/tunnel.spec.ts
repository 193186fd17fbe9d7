/** What leaves HTTP at the client: only what was asked for, and only behind a real 101. */
import type { AddressInfo, Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import type { ByteChannel } from '../byte-channel';
import { clientOf, ok, origin, outcome, requestTo, stopCalling } from '../testing/calling';
import { CERTIFICATE, PRIVATE_KEY } from '../testing/certificate';
import { until, untilStill, type RawOrigin } from '../testing/raw-origin';
import { rested } from '../testing/rested';
import { SWITCHED } from '../testing/web-socket';
import { ClientFault } from './fault';
import type { ClientAnswer, ClientRequest, Origin } from './options';

afterEach(stopCalling);

const asking = (port: number, members: Partial<ClientRequest<Origin>> = {}): ClientRequest<Origin> =>
  requestTo(port, { upgrade: 'websocket', headers: ['Sec-WebSocket-Key', 'x'], ...members });

/** Head and bytes of an answer; the channel must be there. */
async function channelOf(answer: Promise<ClientAnswer>): Promise<ByteChannel> {
  const { status, channel } = await answer;
  expect(status).toBe(101);
  if (channel === undefined) throw new Error('no channel');
  return channel;
}

async function read(channel: ByteChannel): Promise<string> {
  let text = '';
  for await (const bytes of channel.incoming) text += Buffer.from(bytes).toString('latin1');
  return text;
}

/** An origin that switches, says `first` right behind its head, and hands its socket over. */
async function switching(
  first = '',
): Promise<{ under: RawOrigin; socket: () => Socket; heard: () => string }> {
  let opened: Socket | undefined;
  let text = '';
  const under = await origin((socket) => {
    opened = socket;
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.write(SWITCHED + first, 'latin1');
  });
  const socket = (): Socket => {
    if (opened === undefined) throw new Error('nobody came');
    return opened;
  };
  return { under, socket, heard: () => text };
}

describe('the switch', () => {
  it('asks with both fields, which no caller can write, and gives head and bytes', async () => {
    let request = '';
    const under = await origin((socket, asked) => {
      request = asked;
      socket.write(`${SWITCHED}first`);
      socket.on('data', (chunk) => socket.write(chunk.toString().toUpperCase()));
    });
    const headers = ['Upgrade', 'h2c', 'Connection', 'close', 'Sec-WebSocket-Key', 'x'];
    const client = clientOf();
    const answer = await client.send(asking(under.port, { headers }));
    expect(request).toBe(
      `GET / HTTP/1.1\r\nhost: 127.0.0.1:${under.port}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n` +
        'Sec-WebSocket-Key: x\r\n\r\n',
    );
    expect(answer.headers.slice(0, 4)).toEqual(['Upgrade', 'websocket', 'Connection', 'Upgrade']);
    expect(answer.body.length).toBe(0);
    const { channel } = answer;
    if (channel === undefined) throw new Error('no channel');
    await channel.write(Buffer.from('abc'));
    let text = '';
    for await (const bytes of channel.incoming) {
      text += Buffer.from(bytes).toString();
      if (text === 'firstABC') break;
    }
    expect(text).toBe('firstABC');
  });

  it('loses no byte behind the head, wherever the stream is cut', async () => {
    const bytes = `HTTP/1.1 103 Early\r\n\r\n${SWITCHED}GET / HTTP/1.1\r\n\r\n\x00\xff`;
    const under = await origin((socket, request) => {
      const at = Number(/^GET \/(\d+)/.exec(request)?.[1]);
      socket.setNoDelay();
      socket.write(bytes.slice(0, at), 'latin1', () =>
        setImmediate(() => socket.end(bytes.slice(at), 'latin1')),
      );
    });
    const client = clientOf();
    for (let at = 1; at < bytes.length; at++) {
      const channel = await channelOf(client.send(asking(under.port, { target: `/${at}` })));
      expect(await read(channel)).toBe('GET / HTTP/1.1\r\n\r\n\x00\xff');
      channel.end();
    }
    await until(() => client.connections === 0, 'closed');
  });

  it('keeps what is not read yet, whatever is read on other connections', async () => {
    const { under, socket } = await switching('first');
    const client = clientOf();
    const channel = await channelOf(client.send(asking(under.port)));
    const other = await origin((asked) => asked.write(ok('z'.repeat(500))));
    socket().write(' second');
    for (let i = 0; i < 3; i++) await outcome(client.send(requestTo(other.port)));
    socket().end();
    expect(await read(channel)).toBe('first second');
  });

  it.each<[string, string]>([
    ['to another protocol', 'Upgrade: foo\r\nConnection: upgrade\r\n'],
    ['to h2c', 'Upgrade: h2c\r\nConnection: upgrade\r\n'],
    ['to two protocols', 'Upgrade: websocket, foo\r\nConnection: upgrade\r\n'],
    ['with two Upgrade fields', 'Upgrade: websocket\r\nUpgrade: websocket\r\nConnection: upgrade\r\n'],
    ['without Upgrade', 'Connection: upgrade\r\n'],
    ['without Connection', 'Upgrade: websocket\r\n'],
    ['with a Connection that does not list it', 'Upgrade: websocket\r\nConnection: keep-alive\r\n'],
    ['with a length', 'Upgrade: websocket\r\nConnection: upgrade\r\nContent-Length: 3\r\n'],
    ['with no bytes as its length', 'Upgrade: websocket\r\nConnection: upgrade\r\nContent-Length: 0\r\n'],
    ['with a coding', 'Upgrade: websocket\r\nConnection: upgrade\r\nTransfer-Encoding: chunked\r\n'],
  ])('a 101 %s is malformed, and the connection is given up', async (_name, fields) => {
    const under = await origin((socket) => socket.write(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\n`));
    const client = clientOf();
    expect(await outcome(client.send(asking(under.port)))).toBe('broken');
    expect(client.connections).toBe(0);
    await until(() => under.open.size === 0, 'closed');
  });

  it('a 101 of HTTP/1.0 is malformed', async () => {
    const under = await origin((socket) => socket.write(SWITCHED.replace('HTTP/1.1', 'HTTP/1.0')));
    expect(await outcome(clientOf().send(asking(under.port)))).toBe('broken');
  });

  it('a 101 that nobody asked for is malformed, on a used connection too', async () => {
    const under = await origin((socket, _request, count) => socket.write(count === 1 ? ok('x') : SWITCHED));
    const client = clientOf();
    expect(await outcome(client.send(requestTo(under.port)))).toBe('200 x');
    await rested();
    expect(await outcome(client.send(requestTo(under.port)))).toBe('broken');
    expect(client.connections).toBe(0);
    expect(under.accepted).toBe(1);
  });

  it('any other status is an ordinary answer, whose connection carries no other call', async () => {
    const under = await origin((socket) => socket.write(ok('no')));
    const client = clientOf();
    for (let i = 1; i < 3; i++) {
      const answer = await client.send(asking(under.port));
      expect(answer.channel).toBeUndefined();
      expect(Buffer.from(await answer.body.gather(10)).toString()).toBe('no');
      await rested();
      expect(client.connections).toBe(0);
      expect(under.accepted).toBe(i);
    }
  });

  it('426 with Upgrade is no switch', async () => {
    const under = await origin((socket) =>
      socket.write(
        'HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 1\r\n\r\nx',
      ),
    );
    expect(await outcome(clientOf().send(asking(under.port)))).toBe('426 x');
  });

  it.each<[string, Partial<ClientRequest<Origin>>]>([
    ['a POST', { method: 'POST' }],
    ['a HEAD', { method: 'HEAD' }],
    ['a GET with a body', { body: Buffer.from('x') }],
  ])('%s cannot ask', async (_name, members) => {
    const under = await origin((socket) => socket.write(SWITCHED));
    expect(await outcome(clientOf().send(asking(under.port, members)))).toBe('broken');
    expect(under.accepted).toBe(0);
  });

  it('the deadline covers the 101, and nothing behind it', async () => {
    const silent = await origin(() => undefined);
    const client = clientOf({ bodySilenceMs: 30, idleMs: 30 });
    expect(await outcome(client.send(asking(silent.port, { timeoutMs: 30 })))).toBe('timeout');
    const { under, socket } = await switching();
    const channel = await channelOf(client.send(asking(under.port, { timeoutMs: 500 })));
    // Ten times the silence that a body may have; the call beside it proves that deadlines pass.
    expect(await outcome(client.send(asking(silent.port, { timeoutMs: 600 })))).toBe('timeout');
    socket().end('late');
    expect(await read(channel)).toBe('late');
  });

  it('an abort while the 101 is awaited gives the connection up; behind it the caller has the channel', async () => {
    const silent = await origin(() => undefined);
    const client = clientOf();
    const aborting = new AbortController();
    const call = outcome(client.send(asking(silent.port, { signal: aborting.signal })));
    await until(() => silent.open.size === 1, 'connected');
    aborting.abort();
    expect(await call).toBe('aborted');
    expect(client.connections).toBe(0);
  });
});

describe('the end', () => {
  it('half a tunnel outlives the other, whoever ends first', async () => {
    const one = await switching();
    const client = clientOf();
    const first = await channelOf(client.send(asking(one.under.port)));
    one.socket().end('bye');
    expect(await read(first)).toBe('bye');
    await first.write(Buffer.from('more'));
    await until(() => one.heard() === 'more', 'heard');
    expect(first.signal.aborted).toBe(false);
    first.end();
    await until(() => client.connections === 0, 'closed');
    expect(first.signal.aborted).toBe(false);
    await expect(first.write(Buffer.from('x'))).rejects.toBeInstanceOf(ClientFault);
  });

  it('an origin that resets is seen by the reader, the writer and the signal, though it had ended', async () => {
    const client = clientOf();
    for (const endsFirst of [false, true]) {
      const { under, socket } = await switching();
      const channel = await channelOf(client.send(asking(under.port)));
      if (endsFirst) {
        socket().write('x');
        for await (const _bytes of iterate(channel, 1)) socket().resetAndDestroy();
      } else {
        const reading = read(channel);
        socket().resetAndDestroy();
        await expect(reading).rejects.toMatchObject({ kind: 'broken' });
      }
      await until(() => channel.signal.aborted, 'told');
      await expect(channel.write(Buffer.from('x'))).rejects.toMatchObject({ kind: 'broken' });
      expect(client.connections).toBe(0);
    }
  });

  it.each<[string, (channel: ByteChannel, close: () => void) => unknown]>([
    ['abort', (channel) => channel.abort()],
    ['a reader that stops', (channel) => channel.incoming[Symbol.asyncIterator]().return?.()],
    ['close of the client', (_channel, close) => close()],
  ])('%s ends both directions', async (name, act) => {
    const { under, socket } = await switching();
    const client = clientOf();
    const channel = await channelOf(client.send(asking(under.port)));
    let code: string | undefined;
    socket().on('error', (error: NodeJS.ErrnoException) => (code = error.code));
    act(channel, () => client.close());
    await until(() => under.open.size === 0, 'closed');
    if (name !== 'close of the client') expect(code).toBe('ECONNRESET');
    expect(client.connections).toBe(0);
    expect(channel.signal.aborted).toBe(true);
    await expect(channel.write(Buffer.from('x'))).rejects.toMatchObject({ kind: 'broken' });
  });
});

/** So many pieces, without giving the channel up. */
async function* iterate(channel: ByteChannel, pieces: number): AsyncGenerator<Uint8Array> {
  const iterator = channel.incoming[Symbol.asyncIterator]();
  for (let i = 0; i < pieces; i++) {
    const { value } = (await iterator.next()) as IteratorResult<Uint8Array, undefined>;
    if (value !== undefined) yield value;
  }
}

describe('back-pressure', () => {
  const PIECE = Buffer.alloc(65_536, 'x');

  it('what is not read is held back', async () => {
    const { under, socket } = await switching();
    const channel = await channelOf(clientOf().send(asking(under.port)));
    let sent = 0;
    const more = (): void => {
      while (sent < 64e6 && !socket().writableNeedDrain) {
        sent += PIECE.byteLength;
        socket().write(PIECE);
      }
    };
    socket().on('drain', more);
    more();
    await untilStill(() => sent, 'held');
    expect(sent).toBeLessThan(32e6);
    socket().off('drain', more).end();
    let bytes = 0;
    for await (const piece of channel.incoming) bytes += piece.byteLength;
    expect(bytes).toBe(sent);
  });

  it('a write waits for an origin that takes nothing, and is told when that has gone', async () => {
    const { under, socket } = await switching();
    const channel = await channelOf(clientOf().send(asking(under.port)));
    socket().pause();
    let written = 0;
    const writing = (async () => {
      for (; written < 1000; written++) await channel.write(PIECE);
    })();
    await untilStill(() => written, 'held');
    expect(written).toBeLessThan(500);
    socket().resetAndDestroy();
    await expect(writing).rejects.toMatchObject({ kind: 'broken' });
  });
});

it('over TLS it is the same', async () => {
  const server = createTlsServer({ cert: CERTIFICATE, key: PRIVATE_KEY, allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(SWITCHED);
      socket.pipe(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = clientOf({
    connect: ({ port, hostname: host }, into) => {
      const callback = (bytes: number, buffer: Uint8Array): boolean => into.callback(bytes, buffer);
      const place = { port, host, allowHalfOpen: true, onread: { buffer: into.buffer, callback } };
      return connectTls({ ...place, rejectUnauthorized: false });
    },
  });
  const { port } = server.address() as AddressInfo;
  const target = { protocol: 'https:' as const, hostname: '127.0.0.1', port, key: '' };
  const channel = await channelOf(client.send(asking(port, { origin: target })));
  await channel.write(Buffer.from('echo'));
  channel.end();
  expect(await read(channel)).toBe('echo');
  await until(() => client.connections === 0, 'closed');
  const other = await channelOf(client.send(asking(port, { origin: target })));
  other.abort();
  await until(() => client.connections === 0, 'closed');
  await new Promise((resolve) => server.close(resolve));
});
