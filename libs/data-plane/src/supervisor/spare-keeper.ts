/** Keeps one spare worker, see `spare.ts`. */
import type { Worker } from 'node:cluster';
import type { Logger } from '@gatehouse/platform';
import { ended } from './ended';
import { forkWorker } from './fork-worker';
import { isWaiting, type TakeRequest } from './messages';
import { SPARE_ENVIRONMENT } from './spare';

/** A spare that ends by itself is not tried again at once. */
const PAUSE_MS = 5000;

export class SpareKeeper {
  private worker: Worker | undefined;
  private isWaiting = false;
  private notBeforeMs = 0;

  /** `environment` is what a spare loads its program with; a place brings its own when it is taken. */
  constructor(
    private readonly environment: NodeJS.ProcessEnv,
    private readonly logger: Logger,
  ) {}

  /** How many can take a place now. */
  get waiting(): number {
    return this.worker !== undefined && this.isWaiting ? 1 : 0;
  }

  /** Starts one where there is none. */
  keep(): void {
    if (this.worker !== undefined || performance.now() < this.notBeforeMs) return;
    const worker = forkWorker({ ...this.environment, ...SPARE_ENVIRONMENT }, this.logger);
    this.worker = worker;
    this.isWaiting = false;
    worker.on('message', (message: unknown) => {
      if (worker === this.worker && isWaiting(message)) this.isWaiting = true;
    });
    worker.once('exit', (code: number | null, signal: string | null) => {
      if (worker !== this.worker) return;
      this.worker = undefined;
      this.notBeforeMs = performance.now() + PAUSE_MS;
      this.logger.warn('a spare worker ended', { why: signal ?? String(code) });
    });
  }

  /** The spare, which goes on as the worker of a place; `undefined` = none waits. */
  take(environment: NodeJS.ProcessEnv): Worker | undefined {
    const { worker } = this;
    if (worker === undefined || !this.isWaiting || !worker.isConnected()) return undefined;
    this.worker = undefined;
    this.isWaiting = false;
    const request: TakeRequest = { kind: 'gatehouse.take', environment };
    worker.send(request, () => undefined);
    return worker;
  }

  /** Resolves when it is gone. */
  async stop(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    this.notBeforeMs = Infinity;
    if (worker !== undefined) await ended(worker);
  }
}
