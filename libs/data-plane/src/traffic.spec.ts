/** The whole way of a request through a node: real client sockets, listener, engine, upstream, real origins. */
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createHash } from 'node:crypto';
import type { Snapshot } from '@gatehouse/snapshot';
import { MemoryFeed } from '@gatehouse/platform';
import type { DataPlane } from './start-data-plane';
import { ask, startNode, temporaryFolder, until } from './testing/node-under-test';
import { proxyTo, publish, signingKeys } from './testing/published';

type OnRequest = (request: IncomingMessage, response: ServerResponse) => void;

let folder: ReturnType<typeof temporaryFolder>;
let node: DataPlane;
let feed: MemoryFeed;
let onRequest: OnRequest;
let revision = 0;
const keys = signingKeys();
const originSockets = new Set<Socket>();
const origin = createServer((asked, response) => onRequest(asked, response));
let url = '';

beforeAll(async () => {
  origin.on('connection', (socket) => {
    originSockets.add(socket);
    socket.on('close', () => originSockets.delete(socket));
  });
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
  folder = temporaryFolder();
  feed = new MemoryFeed();
  node = await startNode({ feed, publicKey: keys.publicKey, dataDir: folder.path });
});
afterAll(async () => {
  await node.stop();
  origin.closeAllConnections();
  await new Promise((resolve) => origin.close(resolve));
  folder.remove();
});

async function serve(...snapshots: Snapshot[]): Promise<void> {
  await publish(feed, { key: keys.privateKey, revision: ++revision, snapshots });
  await node.applied(revision);
}

const head = (method = 'GET', more = ''): string =>
  `${method} / HTTP/1.1\r\nHost: api1.execute-api.localhost\r\n${more}\r\n`;

it('a hundred clients that abort their downloads leave no origin connection', async () => {
  onRequest = (_asked, response) => {
    response.writeHead(200, { 'content-length': 1e9 });
    response.write(Buffer.alloc(300_000));
  };
  await serve(proxyTo(url));
  const clients = Array.from({ length: 100 }, () => {
    const socket = connect(node.gatewayAddress.port, '127.0.0.1', () => socket.write(head()));
    socket.on('error', () => undefined);
    return socket;
  });
  const started = clients.map(
    (socket) => new Promise<void>((resolve) => socket.once('data', () => resolve())),
  );
  await Promise.all(started);
  expect(originSockets.size).toBe(100);
  const from = performance.now();
  for (const socket of clients) socket.destroy();
  await until(() => originSockets.size === 0, 'no origin connection');
  expect(performance.now() - from).toBeLessThan(2000);
});

it('an origin that dies in the middle of a long body is seen by the client at once', async () => {
  onRequest = (_asked, response) => {
    response.writeHead(200, { 'content-length': 1e6 });
    response.write(Buffer.alloc(200_000), () => response.destroy());
  };
  await serve(proxyTo(url));
  const { bytes, isClean } = await download();
  expect(isClean).toBe(false);
  expect(bytes).toBeLessThan(1e6);
});

it('an origin that dies in the middle of a short body is answered with an error', async () => {
  onRequest = (_asked, response) => {
    response.writeHead(200, { 'content-length': 1000 });
    response.write('half', () => response.destroy());
  };
  await serve(proxyTo(url));
  const { status, body } = await ask(node, 'api1');
  expect([status, body]).toEqual([503, '{"message":"Service Unavailable"}']);
});

it('carries 9 MB up and down without a byte lost', async () => {
  onRequest = (asked, response) => {
    response.writeHead(200);
    asked.pipe(response);
  };
  await serve(proxyTo(url));
  const sent = Buffer.alloc(9_000_000, 'gatehouse ');
  const received = await new Promise<string>((resolve, reject) => {
    const call = request(
      {
        ...node.gatewayAddress,
        method: 'POST',
        headers: { host: 'api1.execute-api.localhost' },
        agent: false,
      },
      (response) => {
        const digest = createHash('sha256');
        response.on('data', (chunk: Buffer) => digest.update(chunk));
        response.on('end', () => resolve(digest.digest('hex')));
        response.on('error', reject);
      },
    );
    call.on('error', reject);
    call.end(sent);
  });
  expect(received).toBe(createHash('sha256').update(sent).digest('hex'));
});

it('refuses more than 10 MiB, announced or not', async () => {
  onRequest = (asked, response) => {
    asked.resume().on('end', () => response.end());
  };
  await serve(proxyTo(url));
  const status = (headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      const call = request(
        {
          ...node.gatewayAddress,
          method: 'POST',
          headers: { host: 'api1.execute-api.localhost', ...headers },
          agent: false,
        },
        (response) => resolve(response.resume().statusCode ?? 0),
      );
      call.on('error', reject);
      call.end(Buffer.alloc(11_000_000));
    });
  expect(await status({ 'content-length': '11000000' })).toBe(413);
  expect(await status({ 'transfer-encoding': 'chunked' })).toBe(413);
});

it('does not call what must not be called', async () => {
  await serve(
    proxyTo('http://169.254.169.254/latest'),
    proxyTo('http://10.0.0.1/', 'api2'),
    proxyTo('http://[::ffff:a9fe:a9fe]/', 'api3'),
  );
  for (const apiId of ['api1', 'api2', 'api3']) expect((await ask(node, apiId)).status).toBe(500);
});

it('no request is lost or mixed while ten revisions a second are published', async () => {
  onRequest = (asked, response) => response.end(asked.url);
  await serve(proxyTo(`${url}/r${revision + 1}`));
  const agent = new Agent({ keepAlive: true });
  const wrong: string[] = [];
  let answered = 0;
  let isOver = false;
  const client = async (): Promise<void> => {
    while (!isOver) {
      const before = revision;
      const { status, body } = await get(agent);
      answered++;
      const seen = Number(/^\/r(\d+)\/$/.exec(body)?.[1]);
      if (status !== 200 || !(seen >= before - 1 && seen <= revision)) wrong.push(`${status} ${body}`);
    }
  };
  const clients = Array.from({ length: 16 }, client);
  for (let i = 0; i < 40; i++) {
    await serve(proxyTo(`${url}/r${revision + 1}`));
    const enough = answered + 25;
    await until(() => answered >= enough, 'traffic');
  }
  isOver = true;
  await Promise.all(clients);
  agent.destroy();
  expect(wrong).toEqual([]);
  expect(answered).toBeGreaterThan(1000);
});

function get(agent: Agent): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request(
      { ...node.gatewayAddress, agent, headers: { host: 'api1.execute-api.localhost' } },
      (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    call.on('error', reject);
    call.end();
  });
}

function download(): Promise<{ bytes: number; isClean: boolean }> {
  return new Promise((resolve) => {
    let bytes = 0;
    const call = request(
      { ...node.gatewayAddress, headers: { host: 'api1.execute-api.localhost' }, agent: false },
      (response) => {
        response.on('data', (chunk: Buffer) => (bytes += chunk.byteLength));
        response.on('error', () => undefined);
        response.on('close', () => resolve({ bytes, isClean: response.complete }));
      },
    );
    call.on('error', () => resolve({ bytes, isClean: false }));
    call.end();
  });
}
