/** What a server is told once: its handler, its limits and its deadlines. */
import type { OnDefect } from '../defect';
import type { ServerAnswer } from './answer';
import type { ServerRequest } from './request';

export type Handle = (request: ServerRequest) => ServerAnswer | Promise<ServerAnswer>;

export interface Deadlines {
  /** From the first byte of a head to its last. */
  readonly headMs: number;
  /** An upload gets this long, and then as much longer as its bytes take at the slowest rate. */
  readonly bodyGraceMs: number;
  readonly slowestBytesPerMs: number;
  /** Between two requests. */
  readonly idleMs: number;
  /** For a client that takes no bytes. */
  readonly stallMs: number;
  /** For a client to read the last answer, since the last byte that it said. */
  readonly lingerMs: number;
  /** For a tunnel through which no byte moves, either way. */
  readonly tunnelIdleMs: number;
}

export const DEADLINES: Deadlines = {
  headMs: 10_000,
  bodyGraceMs: 10_000,
  slowestBytesPerMs: 2,
  idleMs: 75_000,
  stallMs: 60_000,
  lingerMs: 1000,
  tunnelIdleMs: 600_000,
};

export interface ServerOptions {
  readonly handle: Handle;
  readonly deadlines?: Partial<Deadlines>;
  /** Resolution of all deadlines. Default 250. */
  readonly tickMs?: number;
  /** Further connections are closed. Default 10,000. */
  readonly maxConnections?: number;
  /** From one address. Default: as many as in all. */
  readonly maxConnectionsPerAddress?: number;
  readonly maxHeadBytes?: number;
  readonly maxFields?: number;
  /** The error of `body.gather` for a body that is larger. */
  readonly tooLarge?: () => Error;
  /** Default: a process warning. */
  readonly onDefect?: OnDefect;
}
