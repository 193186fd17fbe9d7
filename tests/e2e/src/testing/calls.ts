/** Many plain calls over connections that are kept. */
import { Agent, request, type OutgoingHttpHeaders } from 'node:http';

export interface Call {
  readonly url: string;
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
}

export interface CallAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
}

export class Caller {
  private readonly agent: Agent;

  constructor(readonly maxConnections: number) {
    this.agent = new Agent({ keepAlive: true, maxSockets: maxConnections });
  }

  /** Connections with a call that waits for its answer. */
  get waiting(): number {
    return Object.values(this.agent.sockets).reduce((sum, sockets) => sum + (sockets?.length ?? 0), 0);
  }

  call({ url, method = 'GET', headers = {} }: Call): Promise<CallAnswer> {
    return new Promise((resolve, reject) => {
      const sent = request(url, { method, headers, agent: this.agent }, (answer) => {
        answer.resume();
        answer.once('error', reject);
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers }));
      });
      sent.once('error', reject);
      sent.end();
    });
  }

  /** How many answers there were of each status. The calls are made as they are sent, not all before. */
  async statuses(count: number, callOf: (index: number) => Call): Promise<Record<number, number>> {
    const counts: Record<number, number> = {};
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < count) {
        const { status } = await this.call(callOf(next++));
        counts[status] = (counts[status] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: Math.min(count, this.maxConnections) }, lane));
    return counts;
  }

  close(): void {
    this.agent.destroy();
  }
}
