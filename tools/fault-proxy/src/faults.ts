/** What can go wrong on a connection, as plain data: the same in the library, on the command line and on the control port. */

/** Of one direction. All of them may be combined; absent = none. */
export interface LinkFaults {
  /** Each byte arrives so much later; order is kept. */
  readonly latencyMs?: number;
  /** Up to so much more, at random. */
  readonly jitterMs?: number;
  readonly bytesPerSecond?: number;
  /** No write is longer, and each is a segment of its own. */
  readonly sliceBytes?: number;
  /** Up to so much more, at random: cuts fall anywhere. */
  readonly sliceJitterBytes?: number;
  /** The byte at this place of the connection has its lowest bit flipped. */
  readonly corruptAtByte?: number;
  /** Exactly so many bytes of the connection pass, then both sides get a reset. */
  readonly resetAfterBytes?: number;
  /** Exactly so many bytes of the connection pass, then this direction ends in a FIN; the other goes on. */
  readonly endAfterBytes?: number;
}

export interface Faults {
  /** Nobody listens: new connections get ECONNREFUSED. */
  readonly refuse?: boolean;
  /**
   * Connections are taken and lead nowhere. `silent`: nothing is read; `swallow`: all is read and thrown away. Those that are
   * open stop where they are; what `silent` held back goes on when it is lifted.
   */
  readonly blackHole?: 'silent' | 'swallow';
  /** From whoever connected. */
  readonly toTarget?: LinkFaults;
  /** From the target. */
  readonly toClient?: LinkFaults;
}

/** Names of a `LinkFaults`, with the least value that means something. */
const LINK_MINIMUM: Readonly<Record<keyof LinkFaults, number>> = {
  latencyMs: 0,
  jitterMs: 0,
  bytesPerSecond: 1,
  sliceBytes: 1,
  sliceJitterBytes: 0,
  corruptAtByte: 0,
  resetAfterBytes: 0,
  endAfterBytes: 0,
};

/** Throws a `TypeError` that names what is wrong: a misspelt fault must not look like a proxy without one. */
export function parseFaults(value: unknown): Faults {
  const members = entriesOf(value, 'faults');
  for (const [name, member] of members) {
    if (name === 'toTarget' || name === 'toClient') checkLink(member, name);
    else if (name === 'refuse') check(typeof member === 'boolean', `${name} must be true or false`);
    else if (name === 'blackHole')
      check(member === 'silent' || member === 'swallow', `${name} must be "silent" or "swallow"`);
    else throw new TypeError(`unknown fault ${name}`);
  }
  return Object.fromEntries(members);
}

function checkLink(value: unknown, direction: string): void {
  for (const [name, member] of entriesOf(value, direction)) {
    const minimum = Object.entries(LINK_MINIMUM).find(([known]) => known === name)?.[1];
    if (minimum === undefined) throw new TypeError(`unknown fault ${direction}.${name}`);
    const isSound = typeof member === 'number' && Number.isFinite(member) && member >= minimum;
    check(isSound, `${direction}.${name} must be a number from ${minimum}`);
  }
}

function entriesOf(value: unknown, what: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${what} must be an object`);
  return Object.entries(value);
}

function check(isSound: boolean, message: string): void {
  if (!isSound) throw new TypeError(message);
}
