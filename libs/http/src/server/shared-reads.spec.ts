/** All sockets read into one buffer, so what is kept of a read must be out of it when the next comes. */
import { createServer, Socket, type AddressInfo, type Server } from 'node:net';
import { READ_BUFFER, withSharedReads } from '../shared-reads';
import { RawClient } from '../testing/raw-client';
import { until } from '../testing/raw-origin';
import { answering, get, stopAnswering, type Given } from '../testing/serving';

afterEach(stopAnswering);

/** Another client's read overwrites the buffer. */
async function readElsewhere(port: number, asked: readonly unknown[]): Promise<void> {
  const before = asked.length;
  const client = new RawClient(port);
  client.say(get(`/other-${'z'.repeat(6000)}`));
  await until(() => asked.length > before, 'the other request');
  client.socket.destroy();
}

it('a body that waits for its reader is what was sent', async () => {
  let read = (): void => undefined;
  const under = await answering(({ path, body }) => {
    if (path !== '/upload') return {};
    const told = new Promise<void>((resolve) => (read = resolve));
    return told.then(async () => ({ body: await body.gather(10_000) }));
  });
  const client = new RawClient(under.port);
  client.say(`POST /upload HTTP/1.1\r\nHost: gw\r\nContent-Length: 2000\r\n\r\n${'a'.repeat(1000)}`);
  await until(() => under.asked.length === 1, 'the upload');
  await readElsewhere(under.port, under.asked);
  client.say('b'.repeat(1000));
  await readElsewhere(under.port, under.asked);
  read();
  await until(() => client.text.endsWith('b'), 'the answer');
  expect(client.text.endsWith(`\r\n\r\n${'a'.repeat(1000)}${'b'.repeat(1000)}`)).toBe(true);
});

it('requests that wait behind one another are what was sent, in the read of the first and in later ones', async () => {
  const answers: (() => void)[] = [];
  const under = await answering(({ path }) =>
    path.startsWith('/other')
      ? {}
      : new Promise<Given>((resolve) => answers.push(() => resolve({ body: path }))),
  );
  const client = new RawClient(under.port);
  client.say(get('/1') + get('/2'));
  await until(() => under.asked.length === 1, 'the first');
  await readElsewhere(under.port, under.asked);
  client.say(get('/3'));
  await readElsewhere(under.port, under.asked);
  for (const path of ['/1', '/2', '/3']) {
    await until(() => answers.length > 0, path);
    answers.shift()?.();
    await until(() => client.text.endsWith(path), `answer of ${path}`);
  }
});

it('a head that comes in pieces is what was sent', async () => {
  const under = await answering(({ headers }) => ({ body: headers.join('|') }));
  const client = new RawClient(under.port);
  client.say('GET / HTTP/1.1\r\nHo');
  await readElsewhere(under.port, under.asked);
  client.say('st: gw\r\nX-A');
  await readElsewhere(under.port, under.asked);
  client.say(': 1\r\n\r\n');
  await until(() => client.text.endsWith('Host|gw|X-A|1'), 'the answer');
});

describe('an accepted socket', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function accepted(): Promise<{ taken: Socket; client: RawClient }> {
    const coming = new Promise<Socket>(
      (resolve) => (server = createServer({ allowHalfOpen: true }, resolve)),
    );
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const client = new RawClient((server?.address() as AddressInfo).port, true);
    return { taken: await coming, client };
  }

  it('reads into the shared buffer, and ends and closes as any', async () => {
    const { taken, client } = await accepted();
    const reads = withSharedReads(taken);
    if (reads === undefined) throw new Error('this Node has no such handle');
    const seen: string[] = [];
    const { socket } = reads;
    reads.onBytes = (bytes) => seen.push(`${bytes.buffer === READ_BUFFER.buffer} ${bytes.length}`);
    for (const event of ['end', 'close']) socket.on(event, () => seen.push(event));
    client.say('hello');
    await until(() => seen.length === 1, 'data');
    client.socket.end();
    await until(() => seen.length === 2, 'end');
    socket.end('bye');
    await until(() => seen.length === 3 && client.isClosed, 'close');
    expect([seen, client.text]).toEqual([['true 5', 'end', 'close'], 'bye']);
    expect(taken.destroyed).toBe(true);
  });

  it('is left as it is where Node has no such handle', async () => {
    const { taken, client } = await accepted();
    const handle = Object.getPrototypeOf((taken as unknown as { _handle: object })._handle);
    const own = handle.useUserBuffer;
    handle.useUserBuffer = undefined;
    try {
      expect(withSharedReads(taken)).toBeUndefined();
    } finally {
      handle.useUserBuffer = own;
    }
    taken.end('still here');
    await until(() => client.text === 'still here', 'the greeting');
    client.socket.destroy();
  });
});
