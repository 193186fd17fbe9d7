/** All scenarios, in two lists for two processes, each in the order in which they run. */
import type { Scenario } from '../scenario';
import { clientAborts } from './client-aborts';
import { idleRaces } from './idle-races';
import { originDies } from './origin-dies';
import { originFaults } from './origin-faults';
import { overload } from './overload';
import { pairing } from './pairing';
import { rollingRestart } from './rolling-restart';
import { slowClients } from './slow-clients';
import { snapshots } from './snapshots';
import { workerKilled } from './worker-killed';

export const SCENARIOS: readonly Scenario[] = [
  rollingRestart,
  idleRaces,
  clientAborts,
  originDies,
  pairing,
  originFaults,
  snapshots,
];

/** They wait more than they work, so they run beside the others where there are two processes for it. */
export const WAITING: readonly Scenario[] = [slowClients, workerKilled, overload];
