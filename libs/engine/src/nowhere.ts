/** A kit whose ports lead nowhere: for whoever compiles snapshots without serving them. */
import { DecisionCache, OWN_ENTRIES } from './authorization/decision-cache';
import { OwnLimits } from './limits/limits';
import type { Kit } from './ports';
import { ResponseCache } from './response-cache/response-cache';

const reject = (): Promise<never> => Promise.reject(new Error('nothing is called without a node'));
const clock = { now: () => 0, monotonicMs: () => 0 };

export const nowhere: Kit = {
  upstream: { send: reject },
  functions: { invoke: reject },
  decisions: new DecisionCache({ clock, store: OWN_ENTRIES, maxBytes: 0 }),
  tokens: { issuerOf: () => undefined, algorithmOf: () => undefined, verify: reject },
  responses: new ResponseCache({ clock, maxBytes: 0 }),
  limits: new OwnLimits(clock),
  secrets: { open: () => undefined },
  clock,
  random: { uuid: () => '', hex: () => '', extendedId: () => '' },
  tracing: { sampleRoot: () => false, record: () => undefined },
  observer: { observe: () => undefined },
  accessLog: { write: () => undefined },
};
