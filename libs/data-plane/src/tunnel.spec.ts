/** WebSocket through a node: a real client, listener, engine, upstream, and an origin that echoes frames. */
import { createHash } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ACCEPT, handshake, RawClient, SWITCHED, textFrame, unmasked } from '@gatehouse/http/testing';
import { MemoryFeed, noTracing } from '@gatehouse/platform';
import type { Snapshot } from '@gatehouse/snapshot';
import type { DataPlane } from './start-data-plane';
import { startNode, temporaryFolder, until } from './testing/node-under-test';
import { proxyTo, publish, signingKeys } from './testing/published';

const keys = signingKeys();
const lines: string[] = [];
const heads: string[] = [];
const sockets = new Set<Socket>();
let answer = SWITCHED;
let heard = '';
let folder: ReturnType<typeof temporaryFolder>;
let node: DataPlane;
let origin: Server;

/** Answers the handshake, then each text frame with its text. */
function echo(socket: Socket): void {
  sockets.add(socket);
  socket.on('error', () => undefined);
  socket.on('close', () => sockets.delete(socket));
  socket.on('end', () => socket.end());
  socket.once('data', (head) => {
    heads.push(head.toString('latin1'));
    socket.write(answer);
    socket.on('data', (frame) => {
      heard = unmasked(frame);
      if (socket.writable) socket.write(textFrame(heard, false));
    });
  });
}

beforeAll(async () => {
  origin = createServer({ allowHalfOpen: true }, echo);
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
  folder = temporaryFolder();
  const feed = new MemoryFeed();
  const telemetry = {
    tracing: noTracing,
    observer: { observe: () => undefined, forget: () => undefined },
    accessLog: {
      write: (line: string) => void lines.push(line),
      flush: () => undefined,
      beforeFlush: () => undefined,
    },
    metrics: () => '',
    stop: async () => undefined,
  };
  node = await startNode({
    feed,
    publicKey: keys.publicKey,
    dataDir: folder.path,
    telemetry,
    config: { tunnelIdleSeconds: 2 },
  });
  const logged = (snapshot: Snapshot): Snapshot => ({
    ...snapshot,
    accessLog: { format: '$context.status $context.responseLength' },
  });
  const rest: Snapshot = {
    ...proxyTo(url, 'api2'),
    kind: 'REST',
    stage: 'prod',
    routes: proxyTo(url).routes.map((route) => ({ ...route, path: '/chat', key: 'ANY /chat' })),
  };
  const snapshots = [logged(proxyTo(url)), logged(rest)];
  await publish(feed, { key: keys.privateKey, revision: 1, snapshots });
  await node.applied(1);
});
beforeEach(() => {
  lines.length = heads.length = 0;
  answer = SWITCHED;
});
afterAll(async () => {
  await node.stop();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => origin.close(resolve));
  folder.remove();
});

function clientOf(apiId: string, path: string, allowHalfOpen = false): RawClient {
  const client = new RawClient(node.gatewayAddress.port, allowHalfOpen);
  client.say(handshake(path).replace('gw.test', `${apiId}.execute-api.localhost`));
  return client;
}

it.each([
  ['HTTP', 'api1', '/chat?room=1', 'GET /chat?room=1 HTTP/1.1'],
  ['REST', 'api2', '/prod/chat?room=1', 'GET /?room=1 HTTP/1.1'],
])(
  '%s API: handshake and frames pass both ways, and are recorded when it ends',
  async (_kind, api, path, line) => {
    const client = clientOf(api, path);
    await until(() => client.text.endsWith('\r\n\r\n'), 'switched');
    expect(client.text).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(client.text).toContain(`\r\nSec-WebSocket-Accept: ${ACCEPT}\r\n`);
    expect(client.text.match(/^(?:upgrade: websocket|connection: upgrade)\r$/gim)).toHaveLength(2);
    expect(heads[0]?.split('\r\n')[0]).toBe(line);
    expect(heads[0]).toMatch(/^upgrade: websocket\r$/im);
    expect(heads[0]).toMatch(/^connection: upgrade\r$/im);
    expect(heads[0]).toMatch(/^sec-websocket-key: \S+\r$/im);
    const from = client.text.length;
    for (const text of ['hello', 'again']) {
      client.socket.write(textFrame(text, true));
      const frame = textFrame(text, false).toString('latin1');
      await until(() => client.text.endsWith(frame), text);
    }
    expect(client.text.length - from).toBe(14);
    expect(lines).toEqual([]);
    client.socket.end();
    await until(() => lines.length === 1, 'recorded');
    expect(lines).toEqual(['101 14']);
    await until(() => sockets.size === 0, 'the origin is left');
  },
);

it('the platform’s own WebSocket client is content', async () => {
  const { port } = node.gatewayAddress;
  answer = '';
  const client = new WebSocket(`ws://127.0.0.1:${port}/_aws/execute-api/api1/chat`);
  const heard: string[] = [];
  client.onmessage = ({ data }) => void heard.push(String(data));
  await until(() => heads.length === 1, 'asked');
  const key = /^sec-websocket-key: (\S+)\r$/im.exec(heads[0] ?? '')?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  for (const socket of sockets) socket.write(SWITCHED.replace(ACCEPT, accept));
  await until(() => client.readyState === WebSocket.OPEN, 'open');
  client.send('hello');
  await until(() => heard.length === 1, 'echoed');
  expect(heard).toEqual(['hello']);
  for (const socket of sockets) socket.destroy();
  await until(() => client.readyState === WebSocket.CLOSED, 'closed');
});

it('an origin that does not switch is answered as ever, and nothing behind the handshake reaches anybody', async () => {
  answer = 'HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno';
  const client = clientOf('api1', '/');
  client.say(`GET /smuggled HTTP/1.1\r\nHost: api1.execute-api.localhost\r\n\r\n`);
  await until(() => client.isClosed, 'closed');
  expect(client.text).toMatch(/^HTTP\/1\.1 403 [^]*\r\n\r\nno$/);
  expect(heads).toHaveLength(1);
  await until(() => sockets.size === 0, 'never pooled');
});

it('a 101 to something else is a bad answer', async () => {
  answer = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n';
  const client = clientOf('api1', '/');
  await until(() => client.isClosed, 'closed');
  expect(client.text).toMatch(/^HTTP\/1\.1 503 /);
  await until(() => sockets.size === 0, 'given up');
});

it('an origin that ends first still hears its client', async () => {
  const client = clientOf('api1', '/', true);
  await until(() => client.text.endsWith('\r\n\r\n'), 'switched');
  for (const socket of sockets) socket.end();
  await until(() => client.socket.readableEnded, 'ended');
  client.socket.write(textFrame('still here', true));
  await until(() => heard === 'still here', 'heard');
  client.socket.end();
  await until(() => sockets.size === 0 && lines.length === 1, 'over');
});

it('an origin that resets is a reset for the client, and the other way round', async () => {
  const client = clientOf('api1', '/');
  await until(() => client.text.endsWith('\r\n\r\n'), 'switched');
  let code: string | undefined;
  client.socket.on('error', (error: NodeJS.ErrnoException) => (code = error.code));
  for (const socket of sockets) socket.resetAndDestroy();
  await until(() => client.isClosed, 'closed');
  expect(code).toBe('ECONNRESET');
  const other = clientOf('api1', '/');
  await until(() => other.text.endsWith('\r\n\r\n'), 'switched');
  let originCode: string | undefined;
  for (const socket of sockets)
    socket.on('error', (error: NodeJS.ErrnoException) => (originCode = error.code));
  other.socket.resetAndDestroy();
  await until(() => sockets.size === 0, 'closed there');
  expect(originCode).toBe('ECONNRESET');
});

it('a tunnel ends when nothing has moved in it for as long as is set', async () => {
  const [silent, busy] = [clientOf('api1', '/'), clientOf('api1', '/')];
  await until(() => [silent, busy].every(({ text }) => text.endsWith('\r\n\r\n')), 'switched');
  const talk = setInterval(() => busy.socket.write(textFrame('x', true)), 100);
  await until(() => silent.isClosed, 'closed');
  clearInterval(talk);
  expect(busy.isClosed).toBe(false);
  busy.socket.destroy();
  await until(() => sockets.size === 0, 'the origin is left');
});

it('a stop cuts tunnels off when its time is over', async () => {
  const client = clientOf('api1', '/');
  await until(() => client.text.endsWith('\r\n\r\n'), 'switched');
  await node.stop();
  expect(client.isClosed || sockets.size === 0).toBe(true);
  await until(() => client.isClosed && sockets.size === 0, 'closed');
});
