/** Messages that take the short way to the kernel are what they were, in order, however slowly they are read. */
import fc from 'fast-check';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { writeDirectly } from './direct-writes';
import type { Loan } from './loans';
import { until } from './testing/raw-origin';
import { writeMessage } from './write-message';

let server: Server;
let near: Socket;
let far: Socket;
let errors: string[] = [];
let heard: Buffer[] = [];
beforeEach(async () => {
  [errors, heard] = [[], []];
  const coming = new Promise<Socket>((resolve) => (server = createServer({ pauseOnConnect: true }, resolve)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  far = connect((server.address() as AddressInfo).port, '127.0.0.1');
  far.on('error', () => undefined);
  far.on('data', (bytes) => heard.push(bytes));
  near = await coming;
  near.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? error.message));
});
afterEach(() => {
  near.destroy();
  far.destroy();
  server.close();
});

const bytesHeard = (): number => heard.reduce((all, { length }) => all + length, 0);
const bodyOf = (length: number, fill: number): Buffer => Buffer.alloc(length, fill % 256);

it('is what was written, whatever its size and characters', async () => {
  const latin1 = fc
    .array(fc.integer({ min: 1, max: 255 }), { maxLength: 200 })
    .map((codes) => String.fromCharCode(...codes));
  const size = fc.oneof(fc.nat(200), fc.integer({ min: 8000, max: 8400 }), fc.nat(70_000));
  await fc.assert(
    fc.asyncProperty(latin1, size, fc.boolean(), async (head, length, isHeadLarge) => {
      heard = [];
      const text = isHeadLarge ? head + 'h'.repeat(length) : head;
      const body = isHeadLarge ? undefined : bodyOf(length, length);
      writeMessage(near, text, body);
      const told = Buffer.concat([Buffer.from(text, 'latin1'), body ?? Buffer.alloc(0)]);
      await until(() => bytesHeard() >= told.length, 'all of it');
      expect(Buffer.concat(heard).equals(told)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

it('takes the short way where it can', () => {
  expect(writeDirectly(near, 'head', Buffer.from('body'))).toBe(true);
  expect(near.writableLength).toBe(0);
});

/** Another connection to the same server. */
async function another(): Promise<{ near: Socket; far: Socket }> {
  const coming = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  return { near: await coming, far: socket };
}

/** Writes until something waits; nobody but the socket has the bodies. Returns how many messages there are. */
function fill(socket: Socket, size: number): number {
  let count = 1;
  while (writeMessage(socket, `head ${count} `, bodyOf(size, count))) count++;
  return count;
}

it.each([3000, 60_000])(
  'keeps what the kernel does not take of %i bytes while others write',
  async (size) => {
    const other = await another();
    other.far.pause();
    far.pause();
    const count = fill(near, size);
    fill(other.near, size);
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    const third = await another();
    for (let i = 0; i < 20; i++) writeMessage(third.near, 'x'.repeat(8000), undefined);
    far.resume();
    const told = Array.from({ length: count }, (_value, i) => [
      Buffer.from(`head ${i + 1} `),
      bodyOf(size, i + 1),
    ]);
    const all = Buffer.concat(told.flat());
    await until(() => bytesHeard() >= all.length, 'all of it');
    expect(Buffer.concat(heard).equals(all)).toBe(true);
    for (const one of [other, third]) [one.near, one.far].forEach((socket) => socket.destroy());
  },
);

it('keeps what is lent until the kernel has it, and only where it has not', async () => {
  far.pause();
  const told: string[] = [];
  const loan = { keep: () => told.push('kept'), giveBack: () => told.push('given back') };
  while (writeMessage(near, 'h', bodyOf(60_000, 1), loan as unknown as Loan));
  expect(told).toEqual(['kept']);
  far.resume();
  await until(() => told.length > 1, 'given back');
  writeMessage(near, 'h', bodyOf(60_000, 1), loan as unknown as Loan);
  expect(told).toEqual(['kept', 'given back']);
});

it('says that something waits, and not before it is gone that nothing does', async () => {
  far.pause();
  let waits = 0;
  while (waits < 3) waits += writeMessage(near, 'h', bodyOf(8000, 1)) ? 0 : 1;
  expect(writeDirectly(near, 'more', undefined)).toBe(false);
  let isGone = false;
  near.write('', () => (isGone = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isGone).toBe(false);
  far.resume();
  await until(() => isGone, 'all is with the kernel');
  expect(writeDirectly(near, 'more', undefined)).toBe(true);
});

it('tells the socket of a peer that is gone: at once, or when what waits cannot be written', async () => {
  far.resetAndDestroy();
  await until(() => near.destroyed || !writeMessage(near, 'x', undefined), 'the fault');
  await until(() => near.closed, 'close');
  expect(errors).toEqual([expect.stringMatching(/^(?:EPIPE|ECONNRESET)$/)]);
});

it('closes the socket where a peer goes away with something still to be written to it', async () => {
  far.pause();
  while (writeMessage(near, 'h', bodyOf(60_000, 1)));
  far.resetAndDestroy();
  await until(() => near.closed, 'close');
  expect(errors.length).toBeLessThan(2);
});

it.each<[string, (socket: Socket) => void]>([
  ['has ended', (socket) => socket.end()],
  ['is gone', (socket) => socket.destroy()],
  ['holds back', (socket) => (socket.cork(), socket.write('before'))],
  ['speaks TLS', (socket) => Object.assign(socket, { encrypted: true })],
])('leaves a socket that %s to the usual way', (_what, act) => {
  act(near);
  expect(writeDirectly(near, 'head', undefined)).toBeUndefined();
});

it('leaves a socket that is not connected to the usual way', () => {
  const early = connect((server.address() as AddressInfo).port, '127.0.0.1');
  expect(writeDirectly(early, 'head', undefined)).toBeUndefined();
  early.destroy();
});
