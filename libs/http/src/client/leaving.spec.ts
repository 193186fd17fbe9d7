/** A request that waits for the end of its turn has not left: what becomes of its connection meanwhile costs nothing. */
import { clientOf, ok, origin, outcome, requestTo, stopCalling } from '../testing/calling';
import { rested } from '../testing/rested';
import type { RawOrigin } from '../testing/raw-origin';

afterEach(stopCalling);

const POST = { method: 'POST', body: Buffer.from('x') };

/** Timers come before what a turn reads, so that what the origin does first is read before the request leaves. */
const inTimer = <T>(act: () => T): Promise<T> =>
  new Promise((resolve) => setTimeout(() => resolve(act()), 1));

async function used(asked: string[]): Promise<RawOrigin> {
  return origin((socket, request) => {
    asked.push(request.slice(0, request.indexOf(' ')));
    socket.write(ok(asked.length === 1 ? 'first' : 'right'));
  });
}

it('goes out on another connection, whatever its method, when the used one ends first', async () => {
  const asked: string[] = [];
  const other = await used(asked);
  const client = clientOf();
  expect(await outcome(client.send(requestTo(other.port)))).toBe('200 first');
  await rested();
  const sent = await inTimer(() => {
    for (const socket of other.open) socket.destroy();
    return outcome(client.send(requestTo(other.port, POST)));
  });
  expect(sent).toBe('200 right');
  expect(asked).toEqual(['GET', 'POST']);
  expect(other.accepted).toBe(2);
});

it('does not take for its answer what the origin said before it left', async () => {
  const asked: string[] = [];
  const other = await used(asked);
  const client = clientOf();
  expect(await outcome(client.send(requestTo(other.port)))).toBe('200 first');
  await rested();
  const sent = await inTimer(() => {
    for (const socket of other.open) socket.write(ok('stray'));
    return outcome(client.send(requestTo(other.port, POST)));
  });
  expect(sent).toBe('200 right');
  expect(asked).toEqual(['GET', 'POST']);
});

it('does not leave at all when its caller gives it up first', async () => {
  const asked: string[] = [];
  const other = await used(asked);
  const client = clientOf();
  await outcome(client.send(requestTo(other.port)));
  await rested();
  const giving = new AbortController();
  const sent = outcome(client.send(requestTo(other.port, { ...POST, signal: giving.signal })));
  giving.abort();
  expect(await sent).toBe('aborted');
  expect(await outcome(client.send(requestTo(other.port)))).toBe('200 right');
  expect(asked).toEqual(['GET', 'GET']);
});
