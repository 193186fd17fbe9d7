import { TimerWheel, type Timed } from './timer-wheel';

interface Entry extends Timed {
  readonly expiredMs: number[];
}

const entry = (onExpire?: () => void): Entry => {
  const expiredMs: number[] = [];
  return {
    deadlineMs: Infinity,
    slot: -1,
    lookAtMs: 0,
    expiredMs,
    expire: () => {
      expiredMs.push(Math.round(performance.now() - startedMs));
      onExpire?.();
    },
  };
};

let startedMs = 0;
let wheel: TimerWheel;
beforeEach(() => {
  jest.useFakeTimers();
  startedMs = performance.now();
  wheel = new TimerWheel(10);
});
afterEach(() => jest.useRealTimers());

it('expires no entry early, and none more than two ticks late', () => {
  const entries = [1, 9, 10, 11, 500, 2549, 2550, 2600, 100_000].map((inMs) => ({ inMs, timed: entry() }));
  for (const { inMs, timed } of entries) wheel.set(timed, inMs);
  jest.advanceTimersByTime(101_000);
  for (const { inMs, timed } of entries) {
    expect(timed.expiredMs).toHaveLength(1);
    expect(timed.expiredMs[0]).toBeGreaterThanOrEqual(inMs);
    expect(timed.expiredMs[0]).toBeLessThanOrEqual(inMs + 20);
  }
  expect(jest.getTimerCount()).toBe(0);
});

it('follows a deadline that is moved, forth and back', () => {
  const timed = entry();
  wheel.set(timed, 100);
  jest.advanceTimersByTime(90);
  wheel.set(timed, 100);
  jest.advanceTimersByTime(80);
  expect(timed.expiredMs).toEqual([]);
  wheel.set(timed, 5000);
  wheel.set(timed, 30);
  jest.advanceTimersByTime(50);
  expect(timed.expiredMs).toHaveLength(1);
});

it('forgets what is cleared or removed, and stops when nothing is left', () => {
  const cleared = entry();
  const removed = entry();
  wheel.set(cleared, 50);
  wheel.set(removed, 50);
  wheel.clear(cleared);
  wheel.remove(removed);
  jest.advanceTimersByTime(200);
  expect([cleared.expiredMs, removed.expiredMs]).toEqual([[], []]);
  expect(jest.getTimerCount()).toBe(0);
  wheel.set(cleared, 50);
  jest.advanceTimersByTime(70);
  expect(cleared.expiredMs).toHaveLength(1);
});

it('lets an expiry remove or set others of the same slot', () => {
  const other = entry();
  const again: Entry = entry(() => {
    wheel.remove(other);
    if (again.expiredMs.length < 3) wheel.set(again, 50);
  });
  wheel.set(again, 50);
  wheel.set(other, 50);
  jest.advanceTimersByTime(1000);
  expect(again.expiredMs).toHaveLength(3);
  expect(other.expiredMs).toEqual([]);
  expect(jest.getTimerCount()).toBe(0);
});

describe('many at once', () => {
  it('expire a few at a time, and others have their turns in between', () => {
    let turn = 0;
    const inTurn = [0];
    const takeTurn = (): void => {
      inTurn[++turn] = 0;
      if (turn < 100) setImmediate(takeTurn);
    };
    const count = (): void => {
      if (turn === 0 && inTurn[0] === 0) setImmediate(takeTurn);
      inTurn[turn] = (inTurn[turn] ?? 0) + 1;
    };
    const entries = Array.from({ length: 1000 }, () => entry(count));
    for (const each of entries) wheel.set(each, 50);
    jest.advanceTimersByTime(200);
    expect(inTurn.reduce((sum, times) => sum + times)).toBe(1000);
    expect(Math.max(...inTurn)).toBeLessThanOrEqual(32);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('do not expire when they are removed, cleared or moved while they wait for their turn', () => {
    const [removed, cleared, moved] = [entry(), entry(), entry()];
    const first = entry(() => {
      wheel.remove(removed);
      wheel.clear(cleared);
      wheel.set(moved, 500);
    });
    const entries = [first, ...Array.from({ length: 100 }, () => entry()), removed, cleared, moved];
    for (const each of entries) wheel.set(each, 50);
    jest.advanceTimersByTime(400);
    expect(entries.map(({ expiredMs }) => expiredMs.length)).toEqual([
      ...Array<number>(101).fill(1),
      0,
      0,
      0,
    ]);
    jest.advanceTimersByTime(200);
    expect(moved.expiredMs).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('all expire though one of them fails', () => {
    const faulty = entry(() => {
      throw new Error('by its expiry');
    });
    const others = Array.from({ length: 100 }, () => entry());
    for (const each of [faulty, ...others]) wheel.set(each, 50);
    expect(() => jest.advanceTimersByTime(100)).toThrow('by its expiry');
    jest.advanceTimersByTime(100);
    expect(others.filter(({ expiredMs }) => expiredMs.length === 1)).toHaveLength(100);
  });
});
