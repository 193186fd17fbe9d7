/** One of two workers is killed, again and again, while every request comes on a connection of its own. */
import { startRawOrigin } from '@gatehouse/http/testing';
import { until } from '@gatehouse/platform/testing';
import { isReady, workersOf as listeners } from '@gatehouse/test-e2e/testing';
import { askOnce, briefly, requestText } from '../peers/connection';
import { oneOf } from '../random';
import { atMost, exactly, none, quantile, told, type Scenario } from '../scenario';
import type { Node } from '../world';

const CLIENTS = 8;
const SILENCE_MS = 2000;
/** Whoever dies younger is replaced with a delay, on purpose. */
const GROWN_UP_MS = 2500;

export const workerKilled: Scenario = {
  name: 'a killed worker is replaced within 300 ms, and no connection is refused meanwhile',
  sizes: { short: 2, medium: 10, long: 40 },
  run: async ({ size, isStrict, world, random }) => {
    const origin = await startRawOrigin(
      (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'),
    );
    await world.proxyTo(origin.port);
    const node = await world.node({ GATEHOUSE_WORKERS: '2' });
    const load = new Load(node.port);
    const clients = Array.from({ length: CLIENTS }, () => load.client());
    const took: number[] = [];
    while (took.length < size) {
      await grownUp(node);
      await until('a spare waits', async () => (await world.gauge(node, 'gatehouse_spare_workers')) === 1);
      took.push(await killOne(node, random));
    }
    load.stop();
    await Promise.all(clients);
    await origin.stop();
    return [
      none('connections refused', load.refused),
      none('wrong answers', load.wrong),
      atMost('lost with the killed worker', load.cutOff + load.hanging, CLIENTS * size),
      exactly('left hanging', load.hanging, 0),
      exactly('kills', took.length, size),
      atMost('slowest replacement, ms', quantile(took, 1), isStrict ? 300 : 10_000),
      told('median replacement, ms', quantile(took, 0.5)),
      told('requests', load.answered),
    ];
  },
};

class Load {
  answered = 0;
  cutOff = 0;
  /** Neither answered nor closed. */
  hanging = 0;
  readonly refused: string[] = [];
  readonly wrong: string[] = [];
  private isRunning = true;

  constructor(private readonly port: number) {}

  stop(): void {
    this.isRunning = false;
  }

  async client(): Promise<void> {
    while (this.isRunning) {
      const outcome = await askOnce(this.port, requestText({ fields: 'Connection: close\r\n' }), SILENCE_MS);
      if (outcome.kind === 'answer' && outcome.status === 200) this.answered++;
      else if (outcome.kind === 'refused') this.refused.push(outcome.code);
      else if (outcome.kind === 'broken') this.cutOff++;
      else if (outcome.kind === 'silence') this.hanging++;
      else this.wrong.push(briefly(outcome));
    }
  }
}

/** Resolves with the milliseconds until there are two workers again, and both serve. */
async function killOne(node: Node, random: () => number): Promise<number> {
  const [one = 0, other = 0] = workersOf(node);
  const victim = oneOf(random, one, other);
  const killedAt = performance.now();
  process.kill(victim, 'SIGKILL');
  await until('a new worker', async () => {
    const workers = workersOf(node);
    return workers.length === 2 && !workers.includes(victim) && (await isReady(node));
  });
  return performance.now() - killedAt;
}

async function grownUp(node: Node): Promise<void> {
  const from = performance.now();
  await until('both workers have run for a while', () => performance.now() - from > GROWN_UP_MS);
  await until('both are there', () => workersOf(node).length === 2);
}

function workersOf({ program, port }: Node): number[] {
  return listeners(program.pid, port);
}
