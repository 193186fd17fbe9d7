/**
 * Which workers leave new connections to the others. All accept from one queue, and whoever runs first takes what waits there:
 * without this, one is at its cap, and closes what comes on top, while others have room.
 */

/** What a worker holds, as a share of the most that it may hold: 0 to 1. Below this none needs to rest. */
const MUCH = 0.5;
/** A worker rests when it holds more than the emptiest by this share, and goes on when it is no further ahead than by the other. */
const FAR_AHEAD = 0.05;
const LEVEL = 0.02;
/** So many go on where there are more: the queue, and what waits in it, ends with the last process that accepts from it. */
const FEWEST = 2;
/** For the sake of one that has been silent for so long no other rests; a worker that is well speaks once a second. */
const STUCK_MS = 3000;

export interface Occupied {
  readonly occupancy: number;
  /** It was told to rest. */
  readonly isResting: boolean;
  /** It does take connections, as it said itself; one that was told to go on may not yet. */
  readonly isTaking: boolean;
  /** When something was heard of it last, on the clock of `turned`. */
  readonly heardMs: number;
}

/** Those that have to be told the opposite of what they were told before. */
export function turned<W extends Occupied>(workers: readonly W[], nowMs: number): W[] {
  const isStuck = ({ heardMs }: W): boolean => nowMs - heardMs >= STUCK_MS;
  const well = workers.filter((worker) => !isStuck(worker));
  const emptiest = Math.min(...well.map(({ occupancy }) => occupancy));
  const mayRest = well.filter(isActive).length - Math.min(FEWEST, well.length - 1);
  const isFull = (worker: W): boolean => isActive(worker) && isAhead(worker, emptiest);
  const full = well.filter(isFull).sort((a, b) => b.occupancy - a.occupancy);
  return [
    ...workers.filter((worker) => worker.isResting && !isAhead(worker, emptiest)),
    ...workers.filter((worker) => isStuck(worker) && isFull(worker)),
    ...full.slice(0, Math.max(0, mayRest)),
  ];
}

const isActive = ({ isTaking, isResting }: Occupied): boolean => isTaking && !isResting;

function isAhead({ occupancy, isResting }: Occupied, emptiest: number): boolean {
  return occupancy >= MUCH && occupancy > emptiest + (isResting ? LEVEL : FAR_AHEAD);
}
