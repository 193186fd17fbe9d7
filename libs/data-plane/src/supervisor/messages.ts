/** What supervisor and worker tell each other over the channel that node:cluster gives them. */
export interface WorkerState {
  readonly kind: 'gatehouse.state';
  /** Why the worker cannot serve now; absent = it can. */
  readonly reason?: string;
  /** Prometheus text. */
  readonly metrics: string;
}

/** Of a worker, when either has changed. */
export interface Occupancy {
  readonly kind: 'gatehouse.occupancy';
  /** Open client connections as a share of the most that may be, 0 to 1. */
  readonly occupancy: number;
  readonly isTaking: boolean;
}

/** To a worker: whether it takes new connections or leaves them to the others. */
export interface TakeConnections {
  readonly kind: 'gatehouse.take-connections';
  readonly isOn: boolean;
}

export interface StopRequest {
  readonly kind: 'gatehouse.stop';
}

/** Of a spare: it can take a place from now on. */
export interface Waiting {
  readonly kind: 'gatehouse.waiting';
}

/** To a spare: the place is its own from now on. */
export interface TakeRequest {
  readonly kind: 'gatehouse.take';
  readonly environment: NodeJS.ProcessEnv;
}

export function isState(message: unknown): message is WorkerState {
  return (message as Partial<WorkerState> | null)?.kind === 'gatehouse.state';
}

export function isOccupancy(message: unknown): message is Occupancy {
  return (message as Partial<Occupancy> | null)?.kind === 'gatehouse.occupancy';
}

export function isTakeConnections(message: unknown): message is TakeConnections {
  return (message as Partial<TakeConnections> | null)?.kind === 'gatehouse.take-connections';
}

export function isStop(message: unknown): message is StopRequest {
  return (message as Partial<StopRequest> | null)?.kind === 'gatehouse.stop';
}

export function isWaiting(message: unknown): message is Waiting {
  return (message as Partial<Waiting> | null)?.kind === 'gatehouse.waiting';
}

export function isTake(message: unknown): message is TakeRequest {
  return (message as Partial<TakeRequest> | null)?.kind === 'gatehouse.take';
}
