import { collectGarbage } from '../testing/collected';
import { deferred } from '../testing/deferred';
import { DecisionCache, OWN_ENTRIES, type Lookup } from './decision-cache';

let nowMs = 0;
const clock = { now: () => nowMs, monotonicMs: () => nowMs };
beforeEach(() => (nowMs = 0));

const cacheOf = (maxBytes: number): DecisionCache =>
  new DecisionCache({ clock, store: OWN_ENTRIES, maxBytes });
const lookup = (key: string, ask: () => Promise<string>): Lookup<string> => ({
  key,
  ttlMs: 1000,
  timeoutMs: 1000,
  ask,
  read: (text) => text,
  staleMs: 60_000,
  errorTtlMs: 0,
  isFailure: () => true,
});

it('a call under way is found when the result of before has left', async () => {
  const cache = cacheOf(1000);
  await cache.ask(lookup('key', () => Promise.resolve('old')));
  nowMs = 2000;
  const { promise, resolve } = deferred<string>();
  const calls = [Promise.resolve(cache.ask(lookup('key', () => promise)))];
  await cache.ask(lookup('other', () => Promise.resolve('x'.repeat(150))));
  calls.push(Promise.resolve(cache.ask(lookup('key', () => Promise.reject(new Error('a second call'))))));
  resolve('new');
  expect(await Promise.all(calls)).toEqual(['new', 'new']);
});

it('a result that has left stands in for no failure', async () => {
  const cache = cacheOf(1000);
  await cache.ask(lookup('key', () => Promise.resolve('old')));
  nowMs = 2000;
  const { promise, reject } = deferred<string>();
  const call = cache.ask(lookup('key', () => promise));
  await cache.ask(lookup('other', () => Promise.resolve('x'.repeat(150))));
  reject(new Error('the failure'));
  await expect(call).rejects.toThrow('the failure');
});

it.each<[string, (cache: DecisionCache, i: number) => unknown]>([
  [
    'calls that fail',
    (cache, i) => cache.ask(lookup(`${i}`.padEnd(5000), () => Promise.reject(new Error('no')))),
  ],
  [
    'results that have left while they are renewed',
    async (cache, i) => {
      nowMs += 2000;
      await cache.ask({
        ...lookup(`${i}`, () => Promise.resolve(`${i}`.padEnd(4000))),
        read: (text) => Buffer.from(text).toString(),
      });
      nowMs += 2000;
      void cache.ask(lookup(`${i}`, () => new Promise(() => undefined)));
    },
  ],
])('holds nothing of %s', async (_name, act) => {
  const cache = cacheOf(20_000);
  const many = async (from: number): Promise<void> => {
    for (let i = from; i < from + 300; i++) await Promise.resolve(act(cache, i)).catch(() => undefined);
  };
  const held = (): number => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  await many(0);
  const before = held();
  for (let i = 1; i <= 3; i++) await many(i * 300);
  expect(held() - before).toBeLessThan(2_000_000);
  expect(cache.bytes).toBeLessThanOrEqual(20_000);
});
