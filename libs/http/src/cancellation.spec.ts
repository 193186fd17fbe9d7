import { Cancellation, type CancelSignal } from './cancellation';

it('tells each listener once, and none that has left', () => {
  const under = new Cancellation();
  const told: string[] = [];
  const leaving = (): void => void told.push('left');
  under.addEventListener('abort', leaving);
  under.addEventListener('abort', () => told.push('a'));
  under.addEventListener('abort', () => {
    under.abort();
    told.push('b');
  });
  under.removeEventListener('abort', leaving);
  under.removeEventListener('abort', leaving);
  under.abort();
  under.abort();
  under.addEventListener('abort', () => told.push('late'));
  expect(told).toEqual(['a', 'b']);
  expect(under.aborted).toBe(true);
});

it('is what an AbortSignal is, too', () => {
  const controller = new AbortController();
  const signal: CancelSignal = controller.signal;
  let told = 0;
  signal.addEventListener('abort', () => told++);
  controller.abort();
  expect([signal.aborted, told]).toEqual([true, 1]);
});

it('tells those who are left, whoever of them left and in which order they came', () => {
  const under = new Cancellation();
  const told: string[] = [];
  const listeners = ['a', 'b', 'c', 'd'].map((name) => () => void told.push(name));
  const [a, b, c, d] = listeners as [() => void, () => void, () => void, () => void];
  for (const listener of [a, b, c]) under.addEventListener('abort', listener);
  under.removeEventListener('abort', a);
  under.addEventListener('abort', d);
  under.removeEventListener('abort', c);
  under.abort();
  expect(told).toEqual(['b', 'd']);
});
