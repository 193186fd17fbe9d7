/** The calls that fill the response cache, and what is told of them. */
import type { Body } from '../exchange';
import { cachedWorld } from '../testing/cached-world';
import { deferred } from '../testing/deferred';
import { bodyOf } from '../testing/fake-world';

const LATENCY = /^\d+$/;

it('what a call has found out is told of the request that made it, of a hit nothing', async () => {
  const accessLog = { format: '$context.integrationStatus $context.integration.latency' };
  const { fake, bodies } = cachedWorld({ snapshot: { accessLog } });
  await bodies({}, {});
  expect(fake.lines.map((line) => line.split(' '))).toEqual([
    ['200', expect.stringMatching(LATENCY)],
    ['-', '-'],
  ]);
  expect(fake.outcomes.map(({ cacheResult }) => cacheResult)).toEqual(['miss', 'hit']);
});

it('a call that fails is told too, by its error', async () => {
  const accessLog = { format: '$context.integration.latency $context.integrationErrorMessage' };
  const { fake, call } = cachedWorld({ snapshot: { accessLog } });
  fake.backend = { fault: 'refused' };
  expect((await call()).status).toBeGreaterThanOrEqual(500);
  expect(fake.lines).toEqual([expect.stringMatching(/^\d+ .+/)]);
  expect(fake.outcomes.map(({ cacheResult }) => cacheResult)).toEqual(['miss']);
});

describe('behind the back of a client who was given an old answer', () => {
  const old = async () => {
    const world = cachedWorld({ stage: { staleWhileRevalidateSeconds: 60 } });
    await world.bodies({});
    world.fake.pass(300_000);
    return world;
  };
  const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('one call is made, however many were', async () => {
    const { fake, bodies } = await old();
    const { promise, resolve } = deferred<void>();
    const before = fake.backend as () => Promise<never>;
    fake.backend = () => promise.then(before);
    expect(await Promise.all([bodies({}), bodies({})])).toEqual([['answer 1'], ['answer 1']]);
    resolve();
    await nextTurn();
    expect([await bodies({}), fake.sent.length]).toEqual([['answer 2'], 2]);
  });

  it('a call that fails disturbs nobody', async () => {
    const { fake, bodies } = await old();
    fake.backend = { fault: 'refused' };
    expect(await bodies({})).toEqual(['answer 1']);
    await nextTurn();
    expect(await bodies({})).toEqual(['answer 1']);
    expect(fake.defects).toEqual([]);
  });

  it('a reply for him alone is let go, unread', async () => {
    const { fake, bodies } = await old();
    const { promise: ended, resolve } = deferred<string>();
    const body: Body = {
      ...bodyOf('never read', false),
      stream: () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => Promise.reject(new Error('it was read')),
          return: () => {
            resolve('let go');
            return Promise.resolve({ done: true, value: undefined });
          },
        }),
      }),
    };
    fake.backend = () => Promise.resolve({ status: 200, headers: ['Set-Cookie', 'a=b'], body });
    expect(await bodies({})).toEqual(['answer 1']);
    expect(await ended).toBe('let go');
  });
});
