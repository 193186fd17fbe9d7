/** The garbage collector, for specs of what must not be kept. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** Resolves when `gone` is collected and whoever wanted to be told is told; rejects after five seconds. */
export async function collected(gone: WeakRef<object>): Promise<void> {
  const untilMs = performance.now() + 5000;
  while (gone.deref() !== undefined) {
    if (performance.now() > untilMs) throw new Error('it is still held');
    await nextTurn();
    collectGarbage();
  }
  // Finalizers come a few turns later.
  for (let turn = 0; turn < 5; turn++) await nextTurn();
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
