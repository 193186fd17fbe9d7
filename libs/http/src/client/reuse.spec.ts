/** An origin's connection carries the next call only when nothing is left of the last. */
import { clientOf, ok, origin, outcome, requestTo, stopCalling } from '../testing/calling';
import { rested } from '../testing/rested';

afterEach(stopCalling);

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it.each([0, 1])('takes no stray answer for its own when sent %d turns after the last', async (turnsLater) => {
  let answers = 0;
  const evil = await origin((socket, request) => {
    socket.write(ok(/^GET (\S+)/.exec(request)?.[1] ?? ''));
    if (++answers % 2 === 0) return;
    void nextTurn()
      .then(nextTurn)
      .then(() => socket.write(ok('stray')));
  });
  const client = clientOf();
  for (let i = 0; i < 200; i++) {
    expect(await outcome(client.send(requestTo(evil.port, { target: `/${i}` })))).toBe(`200 /${i}`);
    for (let turns = 0; turns < turnsLater; turns++) await nextTurn();
  }
});

it('carries call after call', async () => {
  const plain = await origin((socket) => socket.write(ok('x')));
  const client = clientOf();
  for (let i = 0; i < 20; i++) {
    expect(await outcome(client.send(requestTo(plain.port)))).toBe('200 x');
    await rested();
  }
  expect(plain.accepted).toBe(1);
});

describe('at the cap of connections', () => {
  it('a call waits for one that only rests', async () => {
    const plain = await origin((socket) => socket.write(ok('x')));
    const client = clientOf({ maxConnections: 1 });
    for (let i = 0; i < 20; i++) expect(await outcome(client.send(requestTo(plain.port)))).toBe('200 x');
    expect(plain.accepted).toBe(1);
  });

  it('a call takes the place of one that died at rest', async () => {
    const closing = await origin((socket) => {
      socket.write(ok('x'));
      setImmediate(() => socket.end());
    });
    const client = clientOf({ maxConnections: 1 });
    for (let i = 0; i < 50; i++) expect(await outcome(client.send(requestTo(closing.port)))).toBe('200 x');
  });

  it('no more calls wait than connections rest, and those that are given up make room', async () => {
    const plain = await origin((socket) => socket.write(ok('x')));
    const client = clientOf({ maxConnections: 1 });
    expect(await outcome(client.send(requestTo(plain.port)))).toBe('200 x');
    const gone = new AbortController();
    const calls = [gone.signal, undefined].map((signal) =>
      outcome(client.send(requestTo(plain.port, { signal }))),
    );
    gone.abort();
    expect(await Promise.all(calls)).toEqual(['aborted', 'busy']);
    await rested();
    expect(await outcome(client.send(requestTo(plain.port)))).toBe('200 x');
  });
});
