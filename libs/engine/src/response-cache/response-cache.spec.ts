import type { EntryClaim, SharedEntries, SharedEntry } from '../ports';
import { collectGarbage } from '../testing/collected';
import { deferred } from '../testing/deferred';
import { hashedKey } from '../authorization/cache-key';
import { ResponseCache, type Fill, type Outcome } from './response-cache';

const CLAIM: EntryClaim = { keep: () => undefined, release: () => undefined };
const store: SharedEntries = { obtain: () => Promise.resolve(CLAIM), replace: () => undefined };
const clock = { now: () => 0, monotonicMs: () => 0 };

function heldBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const ANSWER = { status: 200, headers: ['Content-Type', 'text/plain'], body: Buffer.alloc(1000) };
const fill = (cache: ResponseCache, from: number, to: number, body: Uint8Array): Promise<unknown> => {
  const outcome = Promise.resolve({ answer: { ...ANSWER, body }, ttlMs: 1000 });
  const keys = Array.from(
    { length: to - from },
    (_none, i) => `a key of about as many characters as most: ${from + i}`,
  );
  return Promise.all(keys.map((key) => cache.fill(filling(key, () => outcome))));
};

it.each<[string, number, Uint8Array]>([
  ['answers that leave for others', 1_000_000, ANSWER.body],
  ['answers that are larger than all of it', 1000, ANSWER.body],
])('holds nothing of %s', async (_name, maxBytes, body) => {
  const cache = new ResponseCache({ clock, store, maxBytes });
  await fill(cache, 0, 5000, body);
  const before = heldBytes();
  for (let i = 1; i <= 6; i++) await fill(cache, i * 5000, (i + 1) * 5000, body);
  expect(heldBytes() - before).toBeLessThan(1_500_000);
  expect(cache.bytes).toBeLessThanOrEqual(maxBytes);
});

it('holds no more than its room where keys are longer than answers', async () => {
  const cache = new ResponseCache({ clock, maxBytes: 100_000 });
  const outcome = Promise.resolve({ answer: { ...ANSWER, body: Buffer.from('x') }, ttlMs: 1000 });
  const keys = Array.from({ length: 20 }, (_none, i) => `${i}`.padEnd(10_000));
  for (const key of keys) await cache.fill(filling(key, () => outcome));
  expect(keys.filter((key) => cache.find(key, 0) !== undefined)).toEqual(keys.slice(-4));
});

const reply: Outcome = { reply: { status: 200, headers: [], body: undefined } };
const answered = (text: string): Outcome => ({
  answer: { ...ANSWER, body: Buffer.from(text) },
  ttlMs: 1000,
});
const textIn = (cache: ResponseCache, key: string): string | undefined => cache.find(key, 0)?.body.toString();
const filling = (
  key: string,
  call: () => Promise<Outcome>,
  isRenewal = false,
): Fill<Outcome | undefined> => ({
  ...{ key, timeoutMs: 1000, isRenewal, call, finish: (outcome: Outcome | undefined) => outcome },
});

it.each<[string, () => Promise<Outcome>]>([
  ['replies of one alone', () => Promise.resolve(reply)],
  ['calls that fail', () => Promise.reject(new Error('no'))],
])('holds nothing of %s', async (_name, call) => {
  const cache = new ResponseCache({ clock, maxBytes: 1_000_000 });
  const fillAll = async (from: number): Promise<void> => {
    for (let i = from; i < from + 200; i++)
      for (const isRenewal of [false, true])
        await cache.fill(filling(`${i}`.padEnd(5000), call, isRenewal)).catch(() => undefined);
  };
  await fillAll(0);
  const before = heldBytes();
  for (let i = 1; i <= 5; i++) await fillAll(i * 200);
  expect(heldBytes() - before).toBeLessThan(200_000);
  expect(cache.bytes).toBe(0);
});

it.each([false, true])(
  'a call under way is found when its answer of before has left; renewal: %s',
  async (isRenewal) => {
    const cache = new ResponseCache({ clock, maxBytes: 1000 });
    await cache.fill(filling('key', () => Promise.resolve(answered('old'))));
    const { promise, resolve } = deferred<Outcome>();
    const calls = [cache.fill(filling('key', () => promise, isRenewal))];
    await cache.fill(filling('other', () => Promise.resolve(answered('other'))));
    expect([textIn(cache, 'key'), textIn(cache, 'other')]).toEqual([undefined, 'other']);
    calls.push(cache.fill(filling('key', () => Promise.reject(new Error('a second call')), isRenewal)));
    resolve(answered('new'));
    expect(await Promise.all(calls)).toEqual([answered('new'), answered('new')]);
    expect(textIn(cache, 'key')).toBe('new');
  },
);

it.each([false, true])(
  'a call under way is found when another of the kind is over; renewal: %s',
  async (isRenewal) => {
    const cache = new ResponseCache({ clock, maxBytes: 1000 });
    const { promise, resolve } = deferred<Outcome>();
    const calls = [cache.fill(filling('key', () => promise, isRenewal))];
    await cache.fill(filling('key', () => Promise.resolve(reply), !isRenewal));
    calls.push(cache.fill(filling('key', () => Promise.reject(new Error('a second call')), isRenewal)));
    resolve(answered('new'));
    expect(await Promise.all(calls)).toEqual([answered('new'), answered('new')]);
  },
);

describe('with a store', () => {
  const shared = () => {
    const said: unknown[] = [];
    const listeners: ((name: string) => void)[] = [];
    let found: SharedEntry | undefined;
    const claim: EntryClaim = {
      keep: (entry) => void said.push(['keep', entry.untilMs, entry.text]),
      release: () => void said.push('release'),
    };
    const entries: SharedEntries = {
      obtain: (name) => Promise.resolve(found ?? (said.push(['obtain', name]), claim)),
      replace: (name, entry) => void said.push(['replace', name, entry.untilMs]),
      onReplaced: (listener) => {
        listeners.push(listener);
        return () => undefined;
      },
    };
    const cache = new ResponseCache({ clock, store: entries, maxBytes: 10_000 });
    return {
      said,
      cache,
      tell: (name: string) => listeners[0]?.(name),
      find: (entry: SharedEntry) => (found = entry),
    };
  };

  it('tells it of what is kept, and lets go of what is not', async () => {
    const { said, cache } = shared();
    const name = hashedKey('key');
    await cache.fill(filling('key', () => Promise.resolve(reply)));
    await cache.fill(filling('key', () => Promise.resolve(reply), true));
    await cache.fill(filling('key', () => Promise.resolve(answered('one'))));
    await cache.fill(filling('key', () => Promise.resolve(answered('two')), true));
    const text = JSON.stringify([200, ANSWER.headers, Buffer.from('one').toString('base64')]);
    expect(said).toEqual([
      ['obtain', name],
      'release',
      ['obtain', name],
      ['keep', 1000, text],
      ['replace', name, 1000],
    ]);
  });

  it('keeps what it finds there, for as long as that holds', async () => {
    const { cache, find } = shared();
    find({ text: JSON.stringify([201, [], Buffer.from('there').toString('base64')]), untilMs: 500 });
    const outcome = await cache.fill(filling('key', () => Promise.reject(new Error('a call'))));
    expect(outcome).toMatchObject({ answer: { status: 201 } });
    expect([textIn(cache, 'key'), cache.find('key', 499)?.status, cache.find('key', 500)]).toEqual([
      'there',
      201,
      undefined,
    ]);
  });

  it('forgets what others have replaced', async () => {
    const { cache, tell } = shared();
    for (const key of ['one', 'other']) await cache.fill(filling(key, () => Promise.resolve(answered(key))));
    tell(hashedKey('one'));
    tell(hashedKey('never seen'));
    expect([textIn(cache, 'one'), textIn(cache, 'other')]).toEqual([undefined, 'other']);
  });
});
