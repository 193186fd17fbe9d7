/** What supervisor and worker tell each other over the channel that node:cluster gives them. */
export interface WorkerState {
  readonly kind: 'gatehouse.state';
  /** Why the worker cannot serve now; absent = it can. */
  readonly reason?: string;
  /** Prometheus text. */
  readonly metrics: string;
}

export interface StopRequest {
  readonly kind: 'gatehouse.stop';
}

export function isState(message: unknown): message is WorkerState {
  return (message as Partial<WorkerState> | null)?.kind === 'gatehouse.state';
}

export function isStop(message: unknown): message is StopRequest {
  return (message as Partial<StopRequest> | null)?.kind === 'gatehouse.stop';
}
