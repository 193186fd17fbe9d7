/** A kit whose ports lead nowhere: for whoever compiles snapshots without serving them. */
import { DecisionCache, OWN_DECISIONS } from './authorization/decision-cache';
import { OwnLimits } from './limits/limits';
import type { Kit } from './ports';

const reject = (): Promise<never> => Promise.reject(new Error('nothing is called without a node'));
const clock = { now: () => 0, monotonicMs: () => 0 };

export const nowhere: Kit = {
  upstream: { send: reject },
  functions: { invoke: reject },
  decisions: new DecisionCache({ clock, store: OWN_DECISIONS, maxBytes: 0 }),
  tokens: { issuerOf: () => undefined, algorithmOf: () => undefined, verify: reject },
  limits: new OwnLimits(clock),
  secrets: { open: () => undefined },
  clock,
  random: { uuid: () => '', hex: () => '' },
  tracing: { sampleRoot: () => false, record: () => undefined },
  observer: { observe: () => undefined },
  accessLog: { write: () => undefined },
};
