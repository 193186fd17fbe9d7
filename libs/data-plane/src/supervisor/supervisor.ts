/**
 * Holds the listening sockets and keeps `workers` processes of the same program behind them, and one spare. A worker that dies is
 * replaced at once, by the spare where it is there; one that dies again and again young is replaced ever later, so that a broken
 * start does not burn the machine.
 */
import cluster, { type ClusterSettings, type Worker } from 'node:cluster';
import { gauge, type Logger, type Probe } from '@gatehouse/platform';
import { TRAFFIC_FLAGS } from '../machine-settings';
import { mergeMetrics } from './merge-metrics';
import { ended } from './ended';
import { forkWorker } from './fork-worker';
import { isOccupancy, isState, type TakeConnections, type WorkerState } from './messages';
import { turned } from './resting';
import { SpareKeeper } from './spare-keeper';

const YOUNG_MS = 2000;
const FIRST_DELAY_MS = 50;
const LONGEST_DELAY_MS = 5000;

export interface SupervisorOptions {
  readonly workers: number;
  /** What a worker is. Default: this program again. */
  readonly program?: ClusterSettings;
  /** Environment of the worker at a place, 1 to `workers`, beside the supervisor's own. */
  readonly environmentOf: (place: number) => NodeJS.ProcessEnv;
  readonly logger: Logger;
  /** Called for each worker as it takes its place, also for one that replaces another. */
  readonly onPlaced?: (worker: Worker) => void;
  /** The worker at this place was killed from outside: nothing that it did was the cause. */
  readonly onKilled: (place: number) => void;
  /** A worker failed before any was ready: the settings are wrong, so starting again would not help. */
  readonly onHopeless: () => void;
}

interface Place {
  readonly number: number;
  worker: Worker;
  startedAt: number;
  /** Starts in a row that ended young. */
  failures: number;
  state: WorkerState | undefined;
  /** When it told its state last, as `performance.now()`. */
  heardMs: number;
  occupancy: number;
  isResting: boolean;
  isTaking: boolean;
}

/** Of a place whose worker has told nothing yet. */
const NEW = { state: undefined, heardMs: 0, occupancy: 0, isResting: false, isTaking: true };

export class Supervisor {
  private readonly places: Place[];
  private readonly spare: SpareKeeper;
  private stopping: Promise<void> | undefined;
  private wasReady = false;

  constructor(private readonly options: SupervisorOptions) {
    // All workers accept from one queue. Were connections handed out by this process, one on its way to a worker that dies
    // would be held here, neither answered nor closed.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    cluster.setupPrimary({ execArgv: [...TRAFFIC_FLAGS, ...process.execArgv], ...options.program });
    this.spare = new SpareKeeper(options.environmentOf(1), options.logger);
    this.places = Array.from({ length: options.workers }, (_, i) => this.open(i + 1));
  }

  readonly probe: Probe = {
    role: 'data-plane',
    ready: () => this.reason(),
    metrics: () =>
      mergeMetrics(this.places.map(({ state }) => state?.metrics ?? '')) +
      gauge('gatehouse_spare_workers', 'Workers that wait for a place.', this.spare.waiting),
  };

  /** Asks every worker to drain; resolves when the last one is gone. */
  stop(): Promise<void> {
    return (this.stopping ??= Promise.all([
      this.spare.stop(),
      ...this.places.map(({ worker }) => ended(worker)),
    ]).then(() => undefined));
  }

  /** Connections are taken by those workers that have room, see `turned`. */
  private balance(): void {
    for (const place of turned(this.places.filter(isReady), performance.now())) {
      const request: TakeConnections = { kind: 'gatehouse.take-connections', isOn: place.isResting };
      place.isResting = !place.isResting;
      place.isTaking = false;
      if (place.worker.isConnected()) place.worker.send(request, () => undefined);
    }
  }

  /** Where all are in their places, there is time to start one more. */
  private keepSpare(): void {
    if (!this.stopping && this.reason() === undefined) this.spare.keep();
  }

  private reason(): string | undefined {
    if (this.stopping) return 'draining';
    const reasons = this.places
      .filter((place) => !isReady(place))
      .map(({ number, state }) => `worker ${number}: ${state?.reason ?? 'starting'}`);
    return reasons.length === 0 ? undefined : reasons.join(', ');
  }

  private open(number: number): Place {
    const place: Place = {
      number,
      worker: this.fork(number),
      startedAt: Date.now(),
      failures: 0,
      ...NEW,
    };
    this.watch(place);
    return place;
  }

  private fork(number: number): Worker {
    const environment = this.options.environmentOf(number);
    const worker = this.spare.take(environment) ?? forkWorker(environment, this.options.logger);
    this.options.onPlaced?.(worker);
    return worker;
  }

  private watch(place: Place): void {
    place.worker.on('message', (message: unknown) => {
      if (isState(message)) this.told(place, message);
      if (!isOccupancy(message)) return;
      place.occupancy = message.occupancy;
      place.isTaking = message.isTaking;
      this.balance();
    });
    place.worker.once('exit', (code: number | null, signal: string | null) => {
      Object.assign(place, NEW);
      if (this.stopping) return;
      this.balance();
      if (!this.wasReady && code !== 0 && signal === null) return this.options.onHopeless();
      this.options.logger.error('a worker ended', { worker: place.number, why: signal ?? String(code) });
      if (signal === 'SIGKILL') this.options.onKilled(place.number);
      place.failures = Date.now() - place.startedAt < YOUNG_MS ? place.failures + 1 : 0;
      setTimeout(() => this.replace(place), delayMs(place.failures));
    });
  }

  private told(place: Place, state: WorkerState): void {
    place.state = state;
    place.heardMs = performance.now();
    this.wasReady ||= isReady(place);
    this.keepSpare();
    this.balance();
  }

  private replace(place: Place): void {
    if (this.stopping) return;
    place.worker = this.fork(place.number);
    place.startedAt = Date.now();
    this.watch(place);
  }
}

function isReady({ state }: Place): boolean {
  return state !== undefined && state.reason === undefined;
}

function delayMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures);
}
