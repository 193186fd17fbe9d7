/** Two data planes are restarted in turn, again and again, with ten deployments a second; a balancer looks at /readyz. */
import { startRawOrigin } from '@gatehouse/http/testing';
import { freePort, until } from '@gatehouse/platform/testing';
import { isReady } from '@gatehouse/test-e2e/testing';
import { briefly, Connection, requestText, type Outcome } from '../peers/connection';
import { atLeast, exactly, none, told, type Finding, type Scenario, type Stage } from '../scenario';
import type { Node, World } from '../world';

const CLIENTS = 32;
const LOOK_MS = 100;
const DEPLOY_MS = 100;

export const rollingRestart: Scenario = {
  name: 'a rolling restart under ten deployments a second loses no request and mixes no versions',
  sizes: { short: 20_000, medium: 150_000, long: 1_000_000 },
  run: async (stage) => {
    const origin = await startRawOrigin((socket, request) => {
      const [, version = '', id = ''] = /^GET \/(\d+)\/(\d+) /.exec(request) ?? [];
      const body = `${version} ${id}`;
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    });
    const versions = await Versions.start(stage.world, origin.port);
    const slots = [await Slot.start(stage.world), await Slot.start(stage.world)] as const;
    const balancer = new Balancer(slots);
    const load = new Load(stage, slots, versions);
    const clients = Array.from({ length: CLIENTS }, () => load.client());
    const exits: (number | string)[] = [];
    for (let i = 0; load.asked < stage.size || exits.length < 2; i++) {
      exits.push(await (slots[i % 2] ?? slots[0]).restart());
    }
    load.stop();
    await Promise.all(clients);
    await balancer.stop();
    await versions.stop();
    await origin.stop();
    return findings(stage, load, exits, versions.newest);
  },
};

function findings({ size }: Stage, load: Load, exits: (number | string)[], deployments: number): Finding[] {
  return [
    none('lost', load.lost),
    none('mixed versions', load.mixed),
    atLeast('requests', load.asked, size),
    exactly('restarts that ended well', exits.filter((how) => how === 0).length, exits.length),
    told('deployments', deployments),
  ];
}

/** The origin's path is the version that was deployed. */
class Versions {
  newest = 0;
  private readonly timer: NodeJS.Timeout;
  private publishing: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly world: World,
    private readonly port: number,
  ) {
    this.timer = setInterval(() => {
      this.publishing = this.publishing.then(() => this.deploy());
    }, DEPLOY_MS);
  }

  static async start(world: World, port: number): Promise<Versions> {
    const versions = new Versions(world, port);
    await versions.deploy();
    return versions;
  }

  private async deploy(): Promise<void> {
    this.newest++;
    await this.world.proxyToBase(this.port, `/${this.newest}`);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.publishing;
  }
}

/** The place of a data plane, with addresses that stay. */
class Slot {
  isUp = true;
  isRestarting = false;
  /** Newest version that this process has answered with. */
  seen = 0;

  private constructor(
    private readonly world: World,
    private readonly env: NodeJS.ProcessEnv,
    private readonly name: string,
    public node: Node,
  ) {}

  static async start(world: World): Promise<Slot> {
    const [gateway, management] = [await freePort(), await freePort()];
    const env = {
      GATEHOUSE_GATEWAY_LISTEN: `127.0.0.1:${gateway}`,
      GATEHOUSE_MANAGEMENT_LISTEN: `127.0.0.1:${management}`,
    };
    const name = `slot-${gateway}`;
    return new Slot(world, env, name, await world.node(env, name));
  }

  async restart(): Promise<number | string> {
    const how = await this.world.end(this.node, 'SIGTERM');
    this.seen = 0;
    this.node = await this.world.node(this.env, this.name);
    await until('the balancer sees it', () => this.isUp, 10_000);
    return how;
  }
}

/** Asks every /readyz on a beat, as a load balancer does; who does not answer is not used. */
class Balancer {
  private isRunning = true;
  private readonly looking: Promise<unknown>;

  constructor(slots: readonly Slot[]) {
    this.looking = Promise.all(slots.map((slot) => this.look(slot)));
  }

  async stop(): Promise<void> {
    this.isRunning = false;
    await this.looking;
  }

  private async look(slot: Slot): Promise<void> {
    while (this.isRunning) {
      slot.isUp = await isReady(slot.node).catch(() => false);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}

class Load {
  asked = 0;
  readonly lost: string[] = [];
  readonly mixed: string[] = [];
  private isRunning = true;

  constructor(
    private readonly stage: Stage,
    private readonly slots: readonly Slot[],
    private readonly versions: Versions,
  ) {}

  stop(): void {
    this.isRunning = false;
  }

  /** In turn over all that are up, on connections that are kept. */
  async client(): Promise<void> {
    const connections = new Map<Slot, Connection>();
    for (let turn = Math.floor(this.stage.random() * 2); this.isRunning; turn++) {
      const up = this.slots.filter(({ isUp }) => isUp);
      const slot = up[turn % up.length];
      if (slot === undefined) await new Promise((resolve) => setImmediate(resolve));
      else await this.ask(slot, connections);
    }
    for (const connection of connections.values()) connection.close();
  }

  private async ask(slot: Slot, connections: Map<Slot, Connection>): Promise<void> {
    const kept = connections.get(slot);
    const connection = kept?.isUsable === true ? kept : new Connection(slot.node.port);
    connections.set(slot, connection);
    const id = ++this.asked;
    const { seen, node } = slot;
    const outcome = await connection.ask(requestText({ path: `/${id}` }));
    this.judge(slot, node === slot.node ? seen : 0, id, outcome);
  }

  private judge(slot: Slot, seen: number, id: number, outcome: Outcome): void {
    const [, version = '', answered = ''] =
      (outcome.kind === 'answer' &&
        outcome.status === 200 &&
        /^(\d+) (\d+)$/.exec(outcome.body.toString('latin1'))) ||
      [];
    if (answered !== String(id)) this.lost.push(briefly(outcome));
    else if (Number(version) < seen || Number(version) > this.versions.newest)
      this.mixed.push(`${version} after ${seen}, newest ${this.versions.newest}`);
    else slot.seen = Math.max(slot.seen, Number(version));
  }
}
