/** Steps in turn until one answers. Awaits only what is a promise. */
import type { Exchange, Reply } from './exchange';
import type { Step } from './program';

/** What becomes of the reply, or of what a step has thrown or rejected with. */
export interface Ending<T> {
  replied(x: Exchange, reply: Reply): T;
  failed(x: Exchange, error: unknown): T;
}

/** `from`: the steps ahead of it have been run. One promise is made for each that is waited for, and none for the ending. */
export function runSteps<T>(
  x: Exchange,
  steps: readonly Step[],
  ending: Ending<T>,
  from = 0,
): T | Promise<T> {
  let reply: Reply;
  try {
    for (let i = from; ; i++) {
      const step = steps[i];
      if (step === undefined) throw new Error('no step answered');
      const outcome = step(x);
      if (outcome instanceof Promise)
        return outcome.then(
          (late) => (late === undefined ? runSteps(x, steps, ending, i + 1) : ending.replied(x, late)),
          (error: unknown) => ending.failed(x, error),
        );
      if (outcome === undefined) continue;
      reply = outcome;
      break;
    }
  } catch (error) {
    return ending.failed(x, error);
  }
  return ending.replied(x, reply);
}

const PLAIN: Ending<Reply> = {
  replied: (_x, reply) => reply,
  failed: (_x, error) => {
    throw error;
  },
};

/** The reply of these steps. Throws, or rejects, what a step throws. */
export function replyBy(x: Exchange, steps: readonly Step[]): Reply | Promise<Reply> {
  return runSteps(x, steps, PLAIN);
}
