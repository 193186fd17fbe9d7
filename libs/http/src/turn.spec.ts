import { clientOf, origin, requestTo, stopCalling } from './testing/calling';
import { serving } from './testing/serving';
import { READ_BYTES, Turn } from './turn';
import { connect } from 'node:net';

afterEach(stopCalling);

const MB = 1024 * 1024;

/** Runs until `done`; the most that `read()` grew in one turn. */
/** A turn ends once a megabyte is read; every socket may have had a read of its own by then, and a busy machine joins two. */
async function mostPerTurn(read: () => number, done: Promise<unknown>): Promise<number> {
  let isDone = false;
  const ending = done.finally(() => (isDone = true));
  let most = 0;
  for (let last = 0; !isDone; last = read()) {
    await new Promise((resolve) => setImmediate(resolve));
    most = Math.max(most, read() - last);
  }
  await ending;
  return most;
}

it('reads about a megabyte of answers, however much is there', async () => {
  const bulk = await origin((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${4 * MB}\r\n\r\n`);
    socket.write(Buffer.alloc(4 * MB));
  });
  const client = clientOf();
  let bytes = 0;
  const read = async (): Promise<void> => {
    const { body } = await client.send(requestTo(bulk.port));
    for await (const piece of body.stream()) bytes += piece.byteLength;
  };
  expect(await mostPerTurn(() => bytes, Promise.all(Array.from({ length: 12 }, read)))).toBeLessThan(3 * MB);
  expect(bytes).toBe(48 * MB);
});

it('reads about a megabyte of uploads, however much is there', async () => {
  let bytes = 0;
  const under = await serving(async ({ body }) => {
    for await (const piece of body.stream()) bytes += piece.byteLength;
    return { body: 'done' };
  });
  const upload = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(under.port, '127.0.0.1').on('close', () => resolve());
      socket.on('data', () => socket.destroy());
      socket.write(`POST / HTTP/1.1\r\nHost: gw\r\nContent-Length: ${4 * MB}\r\n\r\n`);
      socket.write(Buffer.alloc(4 * MB));
    });
  expect(await mostPerTurn(() => bytes, Promise.all(Array.from({ length: 12 }, upload)))).toBeLessThan(
    3 * MB,
  );
  expect(bytes).toBe(48 * MB);
  await under.server.stop(100);
});

it('lets those that queue read on in their order, a share in each turn', async () => {
  const turn = new Turn();
  const told: number[] = [];
  for (let i = 0; i < 40; i++) turn.mayReadOn(READ_BYTES, { readOn: () => told.push(i) });
  expect(told).toEqual([]);
  const sizes: number[] = [];
  while (told.length < 25) {
    await new Promise((resolve) => setImmediate(resolve));
    sizes.push(told.length);
  }
  expect(sizes).toEqual([16, 25]);
  expect(told).toEqual(Array.from({ length: 25 }, (_none, i) => i + 15));
});

it('asks nobody to wait who has read all there was', () => {
  const turn = new Turn();
  for (let i = 0; i < 1000; i++)
    expect(turn.mayReadOn(READ_BYTES - 1, { readOn: () => undefined })).toBe(true);
});

describe('the time of a turn', () => {
  /** Time has gone by before each. */
  const look = (turn: Turn): number => {
    for (const sinceMs = performance.now(); performance.now() === sinceMs;);
    return turn.nowMs();
  };
  const rising = (times: readonly number[]): boolean =>
    times.every((ms, i) => ms > (times[i - 1] ?? -Infinity));

  it('is that of the first look in it, and another while messages leave at its end', async () => {
    const turn = new Turn();
    const before = look(turn);
    let atEnd: number[] = [];
    turn.atEnd({ writeOut: () => (atEnd = [look(turn), look(turn)]) });
    const within = [look(turn), look(turn)];
    await new Promise((resolve) => setImmediate(resolve));
    expect([within[1], atEnd[1]]).toEqual([within[0], atEnd[0]]);
    expect(rising([before, within[0] ?? 0, atEnd[0] ?? 0, look(turn)])).toBe(true);
  });

  it('is looked at each time where no end of a turn is awaited, as nothing would end what is known', async () => {
    const turn = new Turn();
    const times = [look(turn), look(turn)];
    turn.atEnd({ writeOut: () => times.push(look(turn)) });
    await new Promise((resolve) => setImmediate(resolve));
    times.push(look(turn), look(turn));
    expect(rising(times)).toBe(true);
  });

  it('begins anew with a turn that is asked for at the end of another', async () => {
    const turn = new Turn();
    const times: number[] = [];
    const lookTwice = (): void => {
      const [first, second] = [look(turn), look(turn)];
      expect(second).toBe(first);
      times.push(first);
    };
    turn.atEnd({
      writeOut: () => {
        lookTwice();
        turn.atEnd({ writeOut: lookTwice });
        expect(look(turn)).toBe(times[0]);
      },
    });
    await new Promise((resolve) => setImmediate(resolve));
    lookTwice();
    await new Promise((resolve) => setImmediate(resolve));
    expect(times).toHaveLength(3);
    expect(rising(times)).toBe(true);
  });
});
