/** Tracing as the engine sees it, on or off. The SDK behind it takes some 100 ms to load, so it is loaded where it is on. */
import { createRequire } from 'node:module';
import type { Tracing } from '@gatehouse/engine';
import type { TracingSettings } from './span-settings';

export interface RunningTracing extends Tracing {
  /** Sends what is left, at most for the given time. */
  stop(withinMs: number): Promise<void>;
}

export interface TracedProcess {
  readonly version: string;
  readonly nodeId: string;
}

export const noTracing: RunningTracing = {
  sampleRoot: () => false,
  record: () => undefined,
  stop: async () => undefined,
};

/** `undefined` = off. */
export function startTracing(settings: TracingSettings | undefined, process: TracedProcess): RunningTracing {
  if (settings === undefined) return noTracing;
  const { startExport } = createRequire(__filename)('./span-export') as typeof import('./span-export');
  return startExport(settings, process);
}
