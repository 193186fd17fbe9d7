import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { RawClient, until, untilStill } from '@gatehouse/http/testing';
import { startFaultProxy, type Faults, type FaultProxy } from './index.ts';

/** A target that keeps what it hears, and says what it is told to. */
class Target {
  bytes = 0;
  reads = 0;
  hasEnded = false;
  wasReset = false;
  socket: Socket | undefined;
  accepted = 0;
  onData: (chunk: Buffer, socket: Socket) => void = () => undefined;
  private readonly chunks: Buffer[] = [];
  get heard(): string {
    return Buffer.concat(this.chunks).toString();
  }
  readonly server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    this.accepted++;
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.reads++;
      this.bytes += chunk.length;
      this.chunks.push(chunk);
      this.onData(chunk, socket);
    });
    socket.on('end', () => (this.hasEnded = true));
    socket.on('error', (error: NodeJS.ErrnoException) => (this.wasReset ||= error.code === 'ECONNRESET'));
  });
}

/** Like `RawClient`, but tells an end from a reset and from a refusal. */
class Client extends RawClient {
  hasEnded = false;
  code: string | undefined;
  constructor(port: number) {
    super(port);
    this.socket.on('end', () => (this.hasEnded = true));
    this.socket.on('error', (error: NodeJS.ErrnoException) => (this.code = error.code));
  }
}

let target: Target;
let proxy: FaultProxy;
const clients: Client[] = [];

beforeEach(async () => {
  target = new Target();
  await new Promise<void>((resolve) => target.server.listen(0, '127.0.0.1', resolve));
  proxy = await startFaultProxy({ target: { port: (target.server.address() as AddressInfo).port } });
});
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  await proxy.stop();
  target.socket?.destroy();
  await new Promise((resolve) => target.server.close(resolve));
});

async function connected(faults: Faults = {}): Promise<Client> {
  await proxy.set(faults);
  const client = new Client(proxy.port);
  clients.push(client);
  return client;
}

const bytes = (count: number): string => '0123456789'.repeat(count / 10 + 1).slice(0, count);

it('without a fault passes both directions unchanged, and each end by itself', async () => {
  const client = await connected();
  client.say(bytes(300_000));
  client.socket.end();
  await until(() => target.hasEnded, 'the end of the client');
  expect(target.heard).toBe(bytes(300_000));
  target.socket?.end(bytes(200_000));
  await until(() => client.isClosed, 'the end of the target');
  expect([client.text, client.hasEnded, client.code]).toEqual([bytes(200_000), true, undefined]);
  expect(proxy.stats).toMatchObject({
    accepted: 1,
    resets: 0,
    bytesToTarget: 300_000,
    bytesToClient: 200_000,
  });
});

it('makes of a reset on one side a reset on the other', async () => {
  const client = await connected();
  client.say('x');
  await until(() => target.reads === 1, 'a byte');
  target.socket?.resetAndDestroy();
  await until(() => client.isClosed, 'closed');
  expect(client.code).toBe('ECONNRESET');
});

describe('latency', () => {
  it('keeps each byte back for its time, and many at once no longer than one', async () => {
    const client = await connected({ toTarget: { latencyMs: 100 } });
    const from = performance.now();
    for (let i = 0; i < 50; i++) {
      client.say(`${i},`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => target.heard.endsWith('49,'), 'the last');
    expect(performance.now() - from).toBeGreaterThanOrEqual(99);
    expect(performance.now() - from).toBeLessThan(50 * 100);
  });

  it('with jitter never lets a byte overtake another', async () => {
    const client = await connected({ toTarget: { jitterMs: 20 } });
    const said = Array.from({ length: 40 }, (_value, i) => `${i},`);
    for (const word of said) {
      client.say(word);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => target.heard.endsWith('39,'), 'the last');
    expect(target.heard).toBe(said.join(''));
  });

  it('keeps back an end too', async () => {
    const client = await connected({ toTarget: { latencyMs: 100 } });
    const from = performance.now();
    client.socket.end();
    await until(() => target.hasEnded, 'the end');
    expect(performance.now() - from).toBeGreaterThanOrEqual(99);
  });
});

it('bandwidth: 30 KB at 100 KB/s take 0.3 s, and are all there', async () => {
  const client = await connected({ toTarget: { bytesPerSecond: 100_000 } });
  const from = performance.now();
  client.say(bytes(30_000));
  await until(() => target.bytes === 30_000, 'all of it');
  expect(performance.now() - from).toBeGreaterThanOrEqual(280);
  expect(target.heard).toBe(bytes(30_000));
});

it('slicing: what was one write arrives in many reads', async () => {
  const client = await connected({ toTarget: { sliceBytes: 5 } });
  client.say(bytes(1000));
  await until(() => target.bytes === 1000, 'all of it');
  expect(target.heard).toBe(bytes(1000));
  // 200 slices; some may meet in the kernel.
  expect(target.reads).toBeGreaterThan(100);
});

it('random slicing cuts anywhere and loses nothing', async () => {
  const client = await connected({ toTarget: { sliceBytes: 1, sliceJitterBytes: 20 } });
  client.say(bytes(5000));
  await until(() => target.bytes === 5000, 'all of it');
  expect(target.heard).toBe(bytes(5000));
  expect(target.reads).toBeGreaterThan(5000 / 21 / 2);
});

it.each([0, 7, 99])('corruption: exactly byte %i is another', async (at) => {
  const client = await connected({ toTarget: { corruptAtByte: at, sliceBytes: 8 } });
  client.say(bytes(100));
  await until(() => target.bytes === 100, 'all of it');
  const differing = [...bytes(100)].flatMap((byte, i) => (byte === target.heard[i] ? [] : [i]));
  expect(differing).toEqual([at]);
});

describe('reset after n bytes', () => {
  it('lets the target have exactly those of the client', async () => {
    const client = await connected({ toTarget: { resetAfterBytes: 1234 } });
    client.say(bytes(5000));
    await until(() => client.isClosed && target.wasReset, 'both are reset');
    expect([target.bytes, client.code, proxy.stats.resets]).toEqual([1234, 'ECONNRESET', 1]);
  });

  it('lets the client have exactly those of the target', async () => {
    target.onData = (_chunk, socket) => void socket.write(bytes(5000));
    const client = await connected({ toClient: { resetAfterBytes: 1234 } });
    client.say('?');
    await until(() => client.isClosed && target.wasReset, 'both are reset');
    expect([client.text.length, client.code, client.hasEnded]).toEqual([1234, 'ECONNRESET', false]);
  });
});

it('half-close: exactly n bytes and an end in one direction, while the other goes on', async () => {
  target.onData = (_chunk, socket) => {
    if (target.reads === 1) socket.write(bytes(5000));
  };
  const client = await connected({ toClient: { endAfterBytes: 1000 } });
  // Else it would answer the end with one of its own.
  client.socket.allowHalfOpen = true;
  client.say('?');
  await until(() => client.hasEnded, 'the end');
  expect([client.text.length, client.code]).toEqual([1000, undefined]);
  client.say('still here');
  await until(() => target.heard === '?still here', 'the other direction');
});

describe('black hole', () => {
  it('silent: takes the connection, reads nothing, and lets all of it go on when it is lifted', async () => {
    const client = await connected({ blackHole: 'silent' });
    client.say(bytes(16_000_000));
    await untilStill(() => client.socket.writableLength, 'the kernel is full');
    expect(client.socket.writableLength).toBeGreaterThan(0);
    expect([proxy.stats.accepted, target.accepted]).toEqual([1, 0]);
    await proxy.set({});
    await until(() => target.bytes === 16_000_000, 'all of it');
  });

  it('swallow: takes all that is said, and no byte of it arrives', async () => {
    const client = await connected({ blackHole: 'swallow' });
    client.say(bytes(16_000_000));
    await until(() => proxy.stats.bytesSwallowed === 16_000_000, 'all is taken');
    await proxy.set({});
    client.say('and now');
    await until(() => target.bytes > 0, 'what came later');
    expect(target.heard).toBe('and now');
  });

  it('stops connections that are open, too', async () => {
    target.onData = (chunk, socket) => void socket.write(chunk);
    const client = await connected();
    client.say('a');
    await until(() => client.text === 'a', 'an echo');
    await proxy.set({ blackHole: 'silent' });
    client.say('b');
    const other = await connected({ blackHole: 'silent' });
    await until(() => proxy.stats.accepted === 2, 'the other');
    expect([client.text, target.heard, other.isClosed]).toEqual(['a', 'a', false]);
    await proxy.set({});
    await until(() => client.text === 'ab', 'the second echo');
  });
});

it('refuse: nobody listens, and later somebody does again on the same port', async () => {
  const refused = await connected({ refuse: true });
  await until(() => refused.isClosed, 'refused');
  expect(refused.code).toBe('ECONNREFUSED');
  const client = await connected();
  client.say('hello');
  await until(() => target.heard === 'hello', 'it passes');
});

it('changes the faults of an open connection', async () => {
  const client = await connected();
  client.say('abc');
  await until(() => target.bytes === 3, 'the first');
  await proxy.set({ toTarget: { corruptAtByte: 4 } });
  client.say('abc');
  await until(() => target.bytes === 6, 'the second');
  expect(target.heard).toBe('abcacc');
});

it('resets the client when the target refuses', async () => {
  await new Promise((resolve) => target.server.close(resolve));
  const client = await connected();
  await until(() => client.isClosed, 'closed');
  expect(client.code).toBe('ECONNRESET');
  await new Promise<void>((resolve) => target.server.listen(0, '127.0.0.1', resolve));
});
