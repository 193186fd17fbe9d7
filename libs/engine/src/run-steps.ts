/** Steps in turn until one answers. Awaits only what is a promise. Throws, or rejects, what a step throws. */
import type { Exchange, Reply } from './exchange';
import type { Step } from './program';

export function runSteps(x: Exchange, steps: readonly Step[]): Reply | Promise<Reply> {
  for (let i = 0; i < steps.length; i++) {
    const outcome = steps[i]?.(x);
    if (outcome === undefined) continue;
    return outcome instanceof Promise ? resume(x, steps, i + 1, outcome) : outcome;
  }
  throw new Error('no step answered');
}

async function resume(
  x: Exchange,
  steps: readonly Step[],
  next: number,
  waiting: Promise<void | Reply>,
): Promise<Reply> {
  let outcome = await waiting;
  for (let i = next; outcome === undefined && i < steps.length; i++) {
    const returned = steps[i]?.(x);
    outcome = returned instanceof Promise ? await returned : returned;
  }
  if (outcome === undefined) throw new Error('no step answered');
  return outcome;
}
