/** How connections end: what a client may take for a whole answer, and what a stop owes to those who have just come. */
import type { AddressInfo } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { CERTIFICATE, PRIVATE_KEY } from '../testing/certificate';
import { RawClient, say, statusesOf } from '../testing/raw-client';
import { until } from '../testing/raw-origin';
import { answering, get, serving, stopAnswering, type Given } from '../testing/serving';
import { HttpServer } from './http-server';

afterEach(stopAnswering);

async function* brokenOff(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('half');
  await new Promise((resolve) => setImmediate(resolve));
  throw new Error('the origin died');
}

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield Buffer.from('more');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('half an answer ends in a reset', () => {
  it('when its body breaks off', async () => {
    const under = await answering(() => ({ body: brokenOff() }));
    expect(await say(under.port, get('/'))).toMatchObject({ statuses: [200], wasReset: true });
  });

  it.each<[string, (client: RawClient) => void]>([
    ['the client says goodbye', (client) => client.socket.end()],
    ['the client talks nonsense', (client) => client.say('chunk of nothing\r\n\r\n')],
  ])('when %s', async (_what, act) => {
    const under = await answering(() => ({ body: endless() }));
    const client = new RawClient(under.port);
    let wasReset = false;
    client.socket.on('error', (error: NodeJS.ErrnoException) => (wasReset = error.code === 'ECONNRESET'));
    client.say('POST / HTTP/1.1\r\nHost: gw\r\nTransfer-Encoding: chunked\r\n\r\n');
    await until(() => client.text.includes('more'), 'an answer');
    act(client);
    await until(() => client.isClosed, 'closed');
    expect(wasReset).toBe(true);
    expect(under.finished).toEqual([{ bytes: expect.any(Number) as number, isComplete: false }]);
  });

  it('when a stop has waited long enough', async () => {
    const under = await answering(() => ({ body: endless() }));
    const heard = say(under.port, get('/'));
    await until(() => under.asked.length === 1, 'asked');
    await under.server.stop(50);
    expect(await heard).toMatchObject({ statuses: [200], wasReset: true });
  });

  it('but over TLS, which tells by itself, in the end of the connection', async () => {
    const server = new HttpServer(
      { handle: () => ({ status: 200, headers: [], body: brokenOff(), finish: () => undefined }) },
      { key: PRIVATE_KEY, cert: CERTIFICATE },
    );
    await new Promise<void>((resolve) => server.listener.listen(0, '127.0.0.1', resolve));
    const { port } = server.listener.address() as AddressInfo;
    let heard = '';
    await new Promise<void>((resolve) => {
      const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, () =>
        socket.write(get('/')),
      );
      socket.on('data', (chunk) => (heard += chunk.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
    });
    expect(statusesOf(heard)).toEqual([200]);
    expect(heard).not.toContain('\r\n0\r\n');
    await server.stop(100);
  });
});

describe('a client that ends its side', () => {
  it('gets no answer, and what it asked for is given up', async () => {
    const under = await answering(() => new Promise<Given>(() => undefined));
    const client = new RawClient(under.port);
    client.say(get('/'));
    await until(() => under.asked.length === 1, 'asked');
    client.socket.end();
    await until(() => client.isClosed, 'closed');
    expect(client.text).toBe('');
    expect(under.asked[0]?.signal.aborted).toBe(true);
  });

  it('in the turn in which its answer was ready gets it', async () => {
    const under = await answering(() => ({ body: 'ready' }), {}, { key: PRIVATE_KEY, cert: CERTIFICATE });
    let heard = '';
    await new Promise<void>((resolve) => {
      // Over TLS the request and the goodbye behind it come out of one read.
      const options = { port: under.port, host: '127.0.0.1', rejectUnauthorized: false };
      const socket = connectTls(options, () => socket.end(get('/')));
      socket.on('data', (chunk) => (heard += chunk.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
    });
    expect(statusesOf(heard)).toEqual([200]);
    expect(under.finished).toEqual([{ bytes: 5, isComplete: true }]);
  });

  it('while the last bytes of its answer are with the socket gets them, and no idle connection stays', async () => {
    const large = Buffer.alloc(20_000_000, 'y');
    const under = await answering(() => ({ body: large }));
    const client = new RawClient(under.port);
    client.socket.pause();
    client.say(get('/'));
    await until(() => under.asked.length === 1, 'asked');
    client.socket.resume();
    await until(() => client.text.length > 20_000_000, 'all of it');
    client.socket.end();
    await until(() => under.server.openConnections === 0, 'closed');
    expect(under.finished).toEqual([{ bytes: 20_000_000, isComplete: true }]);
  });
});

describe('a stop', () => {
  it('takes those who have connected before it', async () => {
    const under = await serving(() => ({ body: 'x' }));
    const clients = Array.from({ length: 100 }, () => say(under.port, get('/', 'Connection: close\r\n')));
    await under.server.stop(3000);
    for (const { statuses } of await Promise.all(clients)) expect(statuses).toEqual([200]);
  });

  it('takes connections for a while though none is open: a balancer may not know yet', async () => {
    const under = await serving(() => ({ body: 'x' }));
    const stopped = under.server.stop(3000);
    const from = performance.now();
    let statuses: readonly number[] = [];
    while (performance.now() - from < 500)
      statuses = (await say(under.port, get('/', 'Connection: close\r\n'))).statuses;
    expect(statuses).toEqual([200]);
    await stopped;
    const again = await serving(() => ({ body: 'x' }));
    await again.server.stop(30_000, 0);
    expect(performance.now() - from).toBeLessThan(5000);
  });

  it('answers the first request of a connection after the listener has closed', async () => {
    const under = await serving(() => ({ body: 'x' }));
    const client = new RawClient(under.port);
    await until(() => under.server.openConnections === 1, 'connected');
    const stopped = under.server.stop(900);
    await until(() => !under.server.listener.listening, 'listener closed');
    client.say(get('/'));
    await stopped;
    expect(statusesOf(client.text)).toEqual([200]);
    expect(client.text).toContain('Connection: close');
  });

  it('closes connections that were used and idle, after their grace', async () => {
    const under = await serving(() => ({ body: 'x' }));
    const client = new RawClient(under.port);
    client.say(get('/'));
    await until(() => client.text.includes('x'), 'answered');
    const from = performance.now();
    await under.server.stop(30_000);
    expect(performance.now() - from).toBeLessThan(5000);
  });
});
