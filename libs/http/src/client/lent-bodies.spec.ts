/** Large answers stay where they were read to until they are written on; whoever gets them gets what the origin said. */
import { connect, type Socket } from 'node:net';
import type { MessageBody } from '../message-body';
import { clientOf, ok, origin, requestTo, stopCalling } from '../testing/calling';
import { RawClient } from '../testing/raw-client';
import { until } from '../testing/raw-origin';
import { answering, get, stopAnswering } from '../testing/serving';

afterEach(async () => {
  await stopAnswering();
  await stopCalling();
});

/** A body of its own for each path: `/BYTES/NAME`. */
function bodyOf(path: string): string {
  const [, bytes, name = ''] = path.split('/');
  return `${name}-`.repeat(Math.ceil(Number(bytes) / (name.length + 1))).slice(0, Number(bytes));
}

const sayingOf = (socket: Socket, request: string): unknown =>
  socket.write(ok(bodyOf(/^GET (\S+)/.exec(request)?.[1] ?? '')));

type Takes = (body: MessageBody) => Promise<AsyncIterable<Uint8Array> | Uint8Array>;

/** A proxy that gets bodies to its clients the one way or the other. */
async function proxy(take: Takes): Promise<number> {
  const behind = await origin(sayingOf);
  const client = clientOf();
  const { port } = await answering(async ({ path }) => {
    const { body } = await client.send(requestTo(behind.port, { target: path }));
    return { headers: ['Content-Length', String(body.length)], body: await take(body) };
  });
  return port;
}

const takings: [string, Takes][] = [
  ['pass on at once', (body) => Promise.resolve(body.stream())],
  ['pass on in a later turn', async (body) => (await later(), body.stream())],
  ['gather and hold', async (body) => held(await body.gather(100_000))],
  ['take whole and hold', (body) => held(body.whole() ?? new Uint8Array(0))],
  ['read piece by piece and hold', async (body) => held(Buffer.concat(await all(body)))],
  ['begin to read, and go on later', (body) => Promise.resolve(slowly(body))],
];

const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

async function held(bytes: Uint8Array): Promise<Uint8Array> {
  await later();
  return bytes;
}

async function all(body: MessageBody): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body.stream()) pieces.push(piece);
  return pieces;
}

async function* slowly(body: MessageBody): AsyncGenerator<Uint8Array> {
  for (const piece of await all(body)) {
    yield piece.subarray(0, 100);
    await later();
    yield piece.subarray(100);
  }
}

it.each(takings)('are what the origin said for those who %s', async (_what, take) => {
  const port = await proxy(take);
  const paths = Array.from({ length: 100 }, (_value, i) => `/${[5000, 16_384, 40_000, 300][i % 4]}/n${i}`);
  const lanes = Array.from({ length: 20 }, async (_value, lane) => {
    const client = new RawClient(port);
    for (const path of paths.filter((_path, i) => i % 20 === lane)) {
      const before = client.text.length;
      client.say(get(path));
      const told = bodyOf(path);
      await until(() => client.text.length - before > told.length && client.text.endsWith(told), path);
      const [, body] = client.text.slice(before).split('\r\n\r\n');
      expect(body).toBe(told);
    }
    client.socket.destroy();
  });
  await Promise.all(lanes);
});

it('are what the origin said to clients that read slowly, while others get theirs', async () => {
  const port = await proxy((body) => Promise.resolve(body.stream()));
  const asks = 200;
  const slow = Array.from({ length: 80 }, (_value, i) => {
    const socket = connect(port, '127.0.0.1');
    socket.pause();
    for (let n = 0; n < asks; n++) socket.write(get(`/30000/s${i}x${n}`));
    return socket;
  });
  const quick = new RawClient(port);
  for (let i = 0; i < 200; i++) {
    const told = bodyOf(`/16384/q${i}`);
    quick.say(get(`/16384/q${i}`));
    await until(() => quick.text.endsWith(told), `quick ${i}`);
  }
  const [first, ...others] = slow;
  for (const socket of others) socket.destroy();
  let text = '';
  first?.on('data', (bytes) => (text += bytes.toString('latin1')));
  first?.resume();
  const last = bodyOf(`/30000/s0x${asks - 1}`);
  await until(() => text.endsWith(last), 'all that the slow one asked for');
  const bodies = text.split(/HTTP\/1\.1 200[^]*?\r\n\r\n/).slice(1);
  expect(bodies.every((body, n) => body === bodyOf(`/30000/s0x${n}`))).toBe(true);
  expect(bodies).toHaveLength(asks);
  first?.destroy();
  quick.socket.destroy();
});
