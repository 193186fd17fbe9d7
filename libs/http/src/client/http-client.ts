/** The client: pools of connections, kept apart by key and origin. */
import { TimerWheel } from '../timer-wheel';
import { asError, Call } from './call';
import { ClientFault } from './fault';
import type { ClientAnswer, ClientOptions, ClientRequest, Origin } from './options';
import { Pool } from './pool';
import { PoolTable } from './pool-table';
import { authority, requestHead } from './request-head';

const TICK_MS = 25;

export class HttpClient<O extends Origin> {
  private readonly pools = new PoolTable<O>();
  private readonly wheel: TimerWheel;

  constructor(private readonly options: ClientOptions<O>) {
    this.wheel = new TimerWheel(options.tickMs ?? TICK_MS);
  }

  /** Rejects with a `ClientFault`, or what `asError` makes of it. */
  send(request: ClientRequest<O>): Promise<ClientAnswer> {
    return new Promise((resolve, reject) => {
      if (request.signal?.aborted === true) {
        reject(asError(this.options, new ClientFault('aborted', 'the request was given up')));
        return;
      }
      const known = this.pools.find(request.origin);
      let head: string;
      try {
        head = requestHead(request, known?.host ?? authority(request.origin));
      } catch (error) {
        reject(asError(this.options, new ClientFault('broken', 'not a request of HTTP', error)));
        return;
      }
      const pool = known ?? this.addPool(request.origin);
      pool.run(new Call(request, head, this.options, resolve, reject));
    });
  }

  /** Connections that are open now, idle ones included. */
  get connections(): number {
    let count = 0;
    for (const pool of this.pools.all()) count += pool.size;
    return count;
  }

  /** Breaks off what is still running. */
  close(): void {
    for (const pool of this.pools.all()) pool.destroy();
  }

  private addPool(origin: O): Pool<O> {
    const pool: Pool<O> = new Pool(origin, this.options, this.wheel, () => this.pools.remove(pool));
    this.pools.add(pool);
    return pool;
  }
}
