/** What leaves HTTP at the server: only a sound upgrade to WebSocket, only behind our 101, and nothing of it is read as HTTP. */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { CERTIFICATE, PRIVATE_KEY } from '../testing/certificate';
import { FakeChannel } from '../testing/fake-channel';
import { RawClient, say } from '../testing/raw-client';
import { until, untilStill } from '../testing/raw-origin';
import { answering, get, stopAnswering, type Given, type Serving } from '../testing/serving';
import { H, NEXT } from '../testing/vectors';
import { handshake } from '../testing/web-socket';

let far: FakeChannel;
const clients: Socket[] = [];

beforeEach(() => (far = new FakeChannel()));
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await stopAnswering();
});

const switching = (): Given => ({ status: 101, headers: ['Sec-WebSocket-Accept', 'x'], channel: far });
const tunnelling = (...[options, tls]: [object?, object?]): Promise<Serving> =>
  answering(switching, options, tls);

function clientOf(port: number, allowHalfOpen = false): RawClient {
  const client = new RawClient(port, allowHalfOpen);
  clients.push(client.socket);
  return client;
}

/** In its tunnel. */
async function inTunnel(under: Serving): Promise<RawClient> {
  const client = clientOf(under.port);
  client.say(handshake());
  await until(() => client.text.includes('\r\n\r\n'), 'switched');
  client.text = '';
  return client;
}

const HEAD =
  'HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\nDate: D\r\n' +
  'Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const dateless = (text: string): string => text.replace(/Date: [^\r]+/, 'Date: D');

describe('the switch', () => {
  it('U1: a 101 with both fields, and then bytes as they are, both ways', async () => {
    const under = await tunnelling();
    const client = clientOf(under.port);
    client.say(handshake());
    await until(() => client.text.endsWith('\r\n\r\n'), 'switched');
    expect(dateless(client.text)).toBe(HEAD);
    client.say('GET /not-http HTTP/1.1\r\n\r\n');
    await until(() => far.text.length === 26, 'heard');
    far.push('\x81\x05hello');
    await until(() => client.text.endsWith('\x81\x05hello'), 'sent');
    expect(far.text).toBe('GET /not-http HTTP/1.1\r\n\r\n');
    expect(under.asked).toHaveLength(1);
  });

  it('U2: what came behind the head is held until the 101, then passed, and never read as requests', async () => {
    let decide = (_given: Given): void => undefined;
    const under = await answering(() => new Promise<Given>((resolve) => (decide = resolve)));
    const client = clientOf(under.port);
    client.say(handshake() + NEXT);
    client.say(NEXT);
    await until(() => under.asked.length === 1, 'asked');
    await untilStill(() => far.text.length, 'held');
    expect(far.text).toBe('');
    client.say('last');
    decide(switching());
    await until(() => far.text.endsWith('last'), 'passed');
    expect(far.text).toBe(`${NEXT}${NEXT}last`);
    expect(under.asked).toHaveLength(1);
  });

  it('U2: in one read with the head, in a pipeline, byte by byte: the order stays', async () => {
    const under = await answering(({ path }) => (path === '/' ? switching() : { body: 'plain' }));
    const client = clientOf(under.port);
    client.say(`${get('/1')}${handshake()}abc`);
    client.say('def');
    await until(() => far.text === 'abcdef', 'passed');
    await until(() => /^HTTP\/1\.1 200 OK\r\n[^]*plainHTTP\/1\.1 101 /.test(client.text), 'both answered');
    far = new FakeChannel();
    const slow = connect({ port: under.port, host: '127.0.0.1', noDelay: true });
    clients.push(slow);
    for (const byte of `${handshake()}abc`) {
      await new Promise<void>((resolve) => slow.write(byte, () => setImmediate(resolve)));
    }
    await until(() => far.text === 'abc', 'passed');
  });

  it('U2: what waits in several reads, the upgrade among it, keeps its order', async () => {
    let decide = (_given: Given): void => undefined;
    const under = await answering(({ path }) => {
      if (path === '/') return switching();
      return path === '/probe' ? { body: 'x' } : new Promise<Given>((resolve) => (decide = resolve));
    });
    const client = clientOf(under.port);
    client.say(`${get('/late')}${handshake()}abc`);
    await until(() => under.asked.length === 1, 'asked');
    for (const bytes of ['def', 'ghi']) {
      client.say(bytes);
      // By the time that a later connection is answered, the bytes are read.
      await say(under.port, get('/probe', 'Connection: close\r\n'));
    }
    expect(far.text).toBe('');
    decide({ body: 'late' });
    await until(() => far.text === 'abcdefghi', 'passed');
  });

  it('U3: an answer that is no 101 is the last, and nothing behind the request is served', async () => {
    const under = await answering(() => ({ status: 200, body: 'plain' }));
    const heard = await say(under.port, handshake() + NEXT + NEXT);
    expect(heard.statuses).toEqual([200]);
    expect(heard.text).toMatch(/^connection: close\r$/im);
    expect(heard.text).not.toMatch(/^upgrade:/im);
    expect(under.asked).toHaveLength(1);
  });

  it.each<[string, string, string]>([
    ['U4 another protocol', 'GET', 'Connection: Upgrade\r\nUpgrade: foo\r\n'],
    ['U4 with a version', 'GET', 'Connection: Upgrade\r\nUpgrade: websocket/13\r\n'],
    ['U4 beside h2c', 'GET', 'Connection: Upgrade\r\nUpgrade: h2c, websocket\r\n'],
    [
      'U4 beside h2c in its own field',
      'GET',
      'Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n',
    ],
    ['U5 not listed by Connection', 'GET', 'Connection: keep-alive\r\nUpgrade: websocket\r\n'],
    ['U5 no Connection', 'GET', 'Upgrade: websocket\r\n'],
    ['U6 another method', 'POST', 'Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n'],
    ['U6 HEAD', 'HEAD', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'],
    ['U7 a body', 'GET', 'Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\nabc'],
    [
      'U7 a chunked body',
      'GET',
      'Connection: Upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n',
    ],
    ['U8 an expectation', 'GET', 'Connection: Upgrade\r\nUpgrade: websocket\r\nExpect: 100-continue\r\n'],
    ['U9 no field', 'GET', ''],
  ])('%s: no upgrade, so a 101 of the handler is a 500', async (_name, method, fields) => {
    const under = await tunnelling();
    const heard = await say(under.port, `${method} / HTTP/1.1\r\n${H}${fields}\r\n${NEXT}`);
    expect(under.asked[0]?.asksWebSocket).toBe(false);
    expect(heard.statuses[0]).toBe(500);
    expect(far.isAborted).toBe(true);
    expect(under.asked).toHaveLength(1);
  });

  it('U5: HTTP/1.0 has no Upgrade', async () => {
    const under = await tunnelling();
    await say(under.port, handshake().replace('HTTP/1.1', 'HTTP/1.0'));
    expect(under.asked[0]?.asksWebSocket).toBe(false);
  });

  it.each([
    'Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n',
    'connection: keep-alive\r\nconnection: UPGRADE\r\nupgrade: foo, websocket\r\n',
    'Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n',
  ])('U1: asked for with %j', async (fields) => {
    const under = await tunnelling();
    const client = clientOf(under.port);
    client.say(`GET / HTTP/1.1\r\n${H}${fields}\r\n`);
    await until(() => client.text.startsWith('HTTP/1.1 101 '), 'switched');
    expect(under.asked[0]?.asksWebSocket).toBe(true);
  });

  it.each<[string, Given]>([
    ['a 101 without a channel', { status: 101 }],
    ['a channel behind another status', { status: 200 }],
    ['a field that HTTP has no words for', { status: 101, headers: ['a', 'b\r\nc: d'] }],
  ])('%s is a 500, and the channel is given back', async (_name, given) => {
    const hasChannel = given.status !== 101 || given.headers !== undefined;
    const under = await answering(() => (hasChannel ? { ...given, channel: far } : given));
    expect((await say(under.port, handshake())).statuses).toEqual([500]);
    expect(far.isAborted).toBe(hasChannel);
  });

  it('a length that the handler gives is left out: RFC 9110 8.6', async () => {
    const under = await answering(() => ({ ...switching(), headers: ['Content-Length', '3'] }));
    const client = clientOf(under.port);
    client.say(handshake());
    await until(() => client.text.endsWith('\r\n\r\n'), 'switched');
    expect(client.text).not.toMatch(/length/i);
  });

  it('a client that goes before the 101 aborts the channel', async () => {
    let decide = (_given: Given): void => undefined;
    const under = await answering(() => new Promise<Given>((resolve) => (decide = resolve)));
    const client = clientOf(under.port);
    client.say(handshake());
    await until(() => under.asked.length === 1, 'asked');
    client.socket.resetAndDestroy();
    await until(() => under.asked[0]?.signal.aborted === true, 'gone');
    decide(switching());
    await until(() => under.finished.length === 1, 'finished');
    expect(far.isAborted).toBe(true);
    expect(under.finished).toEqual([{ bytes: 0, isComplete: false }]);
  });
});

describe('the end', () => {
  it('half a tunnel outlives the other, whoever ends first, and what was sent is told', async () => {
    const under = await tunnelling();
    const client = await inTunnel(under);
    client.socket.end('bye');
    await until(() => far.isEnded, 'ended there');
    expect(far.text).toBe('bye');
    far.push('still here');
    await until(() => client.text === 'still here', 'heard');
    expect(client.isClosed).toBe(false);
    far.finish();
    await until(() => client.isClosed, 'closed');
    await until(() => under.finished.length === 1, 'finished');
    expect(under.finished).toEqual([{ bytes: 10, isComplete: true }]);
    expect(far.isAborted).toBe(false);
    expect(under.server.openConnections).toBe(0);
  });

  it('the far end may end first', async () => {
    const under = await tunnelling();
    const client = clientOf(under.port, true);
    client.say(handshake());
    far.finish();
    await until(() => client.socket.readableEnded, 'ended here');
    client.say('more');
    await until(() => far.text === 'more', 'heard');
    client.socket.end();
    await until(() => under.finished.length === 1, 'finished');
    expect(far.isEnded).toBe(true);
    expect(under.finished).toEqual([{ bytes: 0, isComplete: true }]);
  });

  it('a client that resets aborts the channel', async () => {
    const under = await tunnelling();
    const client = await inTunnel(under);
    client.socket.resetAndDestroy();
    await until(() => far.isAborted, 'aborted');
    await until(() => under.finished.length === 1, 'finished');
    expect(under.finished[0]?.isComplete).toBe(false);
  });

  it.each<[string, (channel: FakeChannel) => void]>([
    ['breaks off', (channel) => channel.fail()],
    ['breaks off after its end', (channel) => (channel.finish(), channel.breakOff())],
  ])('a far end that %s resets the client', async (_name, act) => {
    const under = await tunnelling();
    const client = await inTunnel(under);
    let code: string | undefined;
    client.socket.on('error', (error: NodeJS.ErrnoException) => (code = error.code));
    act(far);
    await until(() => client.isClosed, 'closed');
    expect(code).toBe('ECONNRESET');
    await until(() => under.finished.length === 1, 'finished');
    expect(under.finished[0]?.isComplete).toBe(false);
  });

  it('a far end that takes no more resets the client', async () => {
    far.refusesWrites = true;
    const under = await tunnelling();
    const client = await inTunnel(under);
    client.say('x');
    await until(() => client.isClosed, 'closed');
    expect(far.isAborted).toBe(true);
  });

  it('silence both ways ends it; a byte either way is none', async () => {
    const under = await tunnelling({ deadlines: { tunnelIdleMs: 150 } });
    const client = await inTunnel(under);
    const startedMs = performance.now();
    const talking = setInterval(() => (far.text.length < 15 ? client.say('x') : far.push('y')), 20);
    await until(() => client.text.length >= 15, 'talked');
    clearInterval(talking);
    expect(performance.now() - startedMs).toBeGreaterThan(300);
    expect(client.isClosed).toBe(false);
    await until(() => client.isClosed, 'cut off');
    expect(far.isAborted).toBe(true);
    expect(under.finished[0]?.isComplete).toBe(false);
  });

  it('counts as an open connection; a stop waits for it as long as the grace period, then cuts it off', async () => {
    const under = await tunnelling();
    const client = await inTunnel(under);
    expect(under.server.openConnections).toBe(1);
    const startedMs = performance.now();
    const stopped = under.server.stop(300, 0);
    client.say('still works');
    await until(() => far.text === 'still works', 'served while draining');
    await stopped;
    expect(performance.now() - startedMs).toBeGreaterThan(290);
    expect(far.isAborted).toBe(true);
    expect(under.server.openConnections).toBe(0);
    expect(under.finished).toEqual([{ bytes: 0, isComplete: false }]);
  });

  it('a tunnel that ends lets a stop end', async () => {
    const under = await tunnelling();
    const client = await inTunnel(under);
    const startedMs = performance.now();
    const stopped = under.server.stop(30_000, 0);
    client.socket.end();
    far.finish();
    await stopped;
    expect(performance.now() - startedMs).toBeLessThan(20_000);
  });
});

describe('back-pressure', () => {
  const PIECE = Buffer.alloc(65_536, 'x');

  it('a far end that takes nothing holds the client', async () => {
    far.isBlocked = true;
    const under = await tunnelling();
    const client = await inTunnel(under);
    let sent = 0;
    const more = (): void => {
      while (sent < 64e6 && !client.socket.writableNeedDrain) {
        sent += PIECE.byteLength;
        client.socket.write(PIECE);
      }
    };
    client.socket.on('drain', more);
    more();
    await untilStill(() => sent, 'held');
    expect(sent).toBeLessThan(32e6);
    far.unblock();
    client.socket.off('drain', more).end();
    await until(() => far.isEnded, 'ended');
    expect(far.bytes).toBe(sent);
  });

  it('a client that takes nothing holds the far end', async () => {
    let pulled = 0;
    far.pull = () => (++pulled > 1000 ? undefined : PIECE);
    const under = await tunnelling();
    const client = clientOf(under.port);
    client.socket.pause();
    client.say(handshake());
    await untilStill(() => pulled, 'held');
    expect(pulled).toBeGreaterThan(0);
    expect(pulled).toBeLessThan(500);
    let bytes = 0;
    client.socket.removeAllListeners('data').on('data', (chunk) => (bytes += chunk.byteLength));
    client.socket.resume();
    await until(() => bytes > 1000 * PIECE.byteLength, 'all of it');
  });
});

it('over TLS it is the same', async () => {
  const under = await tunnelling({}, { cert: CERTIFICATE, key: PRIVATE_KEY });
  const client = connectTls({ port: under.port, host: '127.0.0.1', rejectUnauthorized: false });
  clients.push(client);
  let text = '';
  client.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  client.write(`${handshake()}abc`);
  await until(() => far.text === 'abc', 'heard');
  far.push('def');
  await until(() => text.endsWith('def'), 'sent');
  client.end();
  await until(() => far.isEnded, 'ended');
  far.finish();
  await until(() => under.finished.length === 1, 'finished');
  expect(under.finished).toEqual([{ bytes: 3, isComplete: true }]);
});
