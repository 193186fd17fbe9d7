/** Clients that say next to nothing hold connections, while honest ones go on as before. */
import { join } from 'node:path';
import { startRawOrigin } from '@gatehouse/http/testing';
import { run } from '@gatehouse/test-e2e/testing';
import { briefly, Connection, HOST, requestText } from '../peers/connection';
import { atMost, exactly, none, quantile, told, type Scenario } from '../scenario';
import { residentMb } from '../world';

const HONEST = 16;
const PAUSE_MS = 5;
const PROGRAM = join(__dirname, '../programs/slow-clients.mts');

interface Report {
  readonly open: number;
  readonly refused: number;
  readonly lastMs: Readonly<Record<'silent' | 'head' | 'body', number>>;
  readonly statuses: Readonly<Record<string, number>>;
}

export const slowClients: Scenario = {
  name: 'slow clients are put out, all in 15 s, and honest ones do not notice them',
  // The listener takes 10,000 connections; the honest ones are among them.
  sizes: { short: 500, medium: 5000, long: 9900 },
  run: async ({ size, isStrict, world }) => {
    const origin = await startRawOrigin(
      (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'),
    );
    await world.proxyTo(origin.port);
    const node = await world.node();
    const honest = new Honest(node.port);
    const clients = Array.from({ length: HONEST }, () => honest.client());
    await honest.measured(isStrict ? 4000 : 500);
    const before = { p99: quantile(honest.take(), 0.99), mb: residentMb(node.program.pid) };
    const slow = run(process.execPath, [PROGRAM, String(node.port), HOST, String(size)], {});
    const opened = JSON.parse((await slow.printed(/^\{"event":"opened".*$/m, 60_000))[0]) as Report;
    honest.take();
    await honest.measured(isStrict ? 5000 : 500);
    const among = { p99: quantile(honest.take(), 0.99), mb: residentMb(node.program.pid) };
    const closed = JSON.parse((await slow.printed(/^\{"event":"closed".*$/m, 120_000))[0]) as Report;
    const leavingP99 = quantile(honest.take(), 0.99);
    const mostP99 = isStrict ? before.p99 * 2 : 5000;
    await slow.exited;
    honest.stop();
    await Promise.all(clients);
    await origin.stop();
    const put = Object.values(closed.statuses).reduce((sum, times) => sum + times, 0);
    return [
      none('honest requests that failed', honest.failed),
      exactly('slow clients that were taken', size - opened.refused, size),
      exactly('slow clients that were put out', put, size),
      atMost('last silent client out, ms', closed.lastMs.silent, 15_000),
      atMost('last head out, ms', closed.lastMs.head, 15_000),
      atMost('last body out, ms', closed.lastMs.body, 15_000),
      atMost('p99 of honest clients, ms', among.p99, mostP99),
      atMost('p99 of honest clients from then on, until the last slow one is out, ms', leavingP99, mostP99),
      told('p99 without slow clients, ms', before.p99),
      told('memory for them, MB', among.mb - before.mb),
      told('ends', JSON.stringify(closed.statuses)),
    ];
  },
};

class Honest {
  readonly failed: string[] = [];
  private tookMs: number[] = [];
  private isRunning = true;

  constructor(private readonly port: number) {}

  /** What was measured since it was asked last. */
  take(): number[] {
    const taken = this.tookMs;
    this.tookMs = [];
    return taken;
  }

  /** Measures for so long. */
  async measured(forMs: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, forMs));
  }

  stop(): void {
    this.isRunning = false;
  }

  async client(): Promise<void> {
    let connection = new Connection(this.port);
    while (this.isRunning) {
      if (!connection.isUsable) connection = new Connection(this.port);
      const from = performance.now();
      const outcome = await connection.ask(requestText({}));
      this.tookMs.push(performance.now() - from);
      if (outcome.kind !== 'answer' || outcome.status !== 200) this.failed.push(briefly(outcome));
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    connection.close();
  }
}
