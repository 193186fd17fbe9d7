/** For what several requests wait for: none of their clients can call it off. */
import type { CancelSignal } from './exchange';

export const NEVER: CancelSignal = {
  aborted: false,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
};
