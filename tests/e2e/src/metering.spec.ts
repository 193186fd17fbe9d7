/** What is metered is what the access log says, to the call, whichever of the processes die in between. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { describeWithRedis, freePort, until } from '@gatehouse/platform/testing';
import { Caller } from './testing/calls';
import { Cluster, type ControlPlaneProcess } from './testing/cluster';
import { startOrigin, type Origin } from './testing/origin';
import { cleanEnvironment, killAll, ROOT } from './testing/processes';

jest.setTimeout(240_000);
const ROUNDS = process.env.E2E_SIZE === 'long' ? 40 : 8;
const CALLS_BETWEEN = 150;

/** A node whose output goes to a file: what it has written is there after its death, read or not. */
class LoggedNode {
  private child: ChildProcess | undefined;
  private port = 0;
  readonly log: string;

  constructor(
    private readonly cluster: Cluster,
    readonly name: string,
  ) {
    this.log = join(cluster.home, `${name}.log`);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const file = openSync(this.log, 'a');
    this.port = await freePort();
    const management = await freePort();
    this.child = spawn(process.execPath, [join(ROOT, 'apps/data-plane/dist/main.js')], {
      env: cleanEnvironment({
        ...this.cluster.settings(this.name),
        GATEHOUSE_NODE_ID: this.name,
        GATEHOUSE_GATEWAY_LISTEN: `127.0.0.1:${this.port}`,
        GATEHOUSE_MANAGEMENT_LISTEN: `127.0.0.1:${management}`,
      }),
      stdio: ['ignore', file, file],
    });
    closeSync(file);
    await until(`${this.name} is ready`, () =>
      fetch(`http://127.0.0.1:${management}/readyz`).then(
        ({ status }) => status === 200,
        () => false,
      ),
    );
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }

  /** Bytes of each answer, as the access log has them. */
  logged(): number[] {
    return [...readFileSync(this.log, 'utf8').matchAll(/^CALL (\d+)$/gm)].map(([, bytes]) => Number(bytes));
  }
}

describeWithRedis('metering over Redis', () => {
  let cluster: Cluster;
  let control: ControlPlaneProcess;
  let origin: Origin;
  let nodes: LoggedNode[] = [];
  const caller = new Caller(16);
  beforeAll(async () => {
    origin = await startOrigin('one');
    cluster = await Cluster.start();
    control = await cluster.controlPlane();
    nodes = ['node-1', 'node-2'].map((name) => new LoggedNode(cluster, name));
    await Promise.all(nodes.map((node) => node.start()));
  });
  afterAll(async () => {
    caller.close();
    await Promise.all(nodes.map((node) => node.kill()));
    await killAll();
    await cluster.stop();
    await origin.stop();
  });

  /** It has its access log from the first moment on. */
  async function api(): Promise<{ readonly id: string; readonly base: string }> {
    const { http } = control;
    const { ApiId = '' } = await http.send(new CreateApiCommand({ Name: 'metered', ProtocolType: 'HTTP' }));
    const AccessLogSettings = { Format: 'CALL $context.responseLength' };
    await http.send(
      new CreateStageCommand({ ApiId, StageName: '$default', AutoDeploy: true, AccessLogSettings }),
    );
    const { IntegrationId = '' } = await http.send(
      new CreateIntegrationCommand({
        ApiId,
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'ANY',
        PayloadFormatVersion: '1.0',
        IntegrationUri: origin.url,
      }),
    );
    const Target = `integrations/${IntegrationId}`;
    await http.send(new CreateRouteCommand({ ApiId, RouteKey: 'GET /a', Target }));
    const base = `/_aws/execute-api/${ApiId}`;
    for (const { url, name } of nodes)
      await until(`${name} serves it`, async () => (await fetch(`${url}${base}/a`)).status === 200);
    return { id: ApiId, base };
  }

  async function metered(apiId: string): Promise<{ calls: number; bytesOut: number }> {
    const answer = await control.native(`usage?by=api&apiId=${apiId}`);
    const { items } = (await answer.json()) as { items: { calls: number; bytesOut: number }[] };
    return { calls: items[0]?.calls ?? 0, bytesOut: items[0]?.bytesOut ?? 0 };
  }

  it('loses and doubles nothing when nodes and control planes are killed at random', async () => {
    const { base, id } = await api();
    let made = 0;
    let isOver = false;
    const lanes = Array.from({ length: 12 }, async (_, lane) => {
      while (!isOver) {
        const node = nodes[lane % nodes.length];
        const done = await caller
          .call({ url: `${node?.url}${base}/${lane % 3 === 0 ? 'nowhere' : 'a'}` })
          .then(
            () => true,
            () => false,
          );
        made += done ? 1 : 0;
        if (!done) await new Promise((resolve) => setImmediate(resolve));
      }
    });
    for (let round = 0; round < ROUNDS; round++) {
      const from = made;
      const some = CALLS_BETWEEN + Math.floor(Math.random() * CALLS_BETWEEN);
      await until('some calls are made', () => made >= from + some);
      if (round % 3 === 2) {
        control.program.signal('SIGKILL');
        await control.program.exited;
        control = await cluster.controlPlane();
      } else {
        const node = nodes[Math.floor(Math.random() * nodes.length)];
        await node?.kill();
        await node?.start();
      }
    }
    isOver = true;
    await Promise.all(lanes);
    const logged = (): number[] => nodes.flatMap((node) => node.logged());
    let last = -1;
    await until(
      'all of it is written and counted',
      async () => {
        const { calls } = await metered(id);
        const isSettled = calls === last && calls >= logged().length && calls > CALLS_BETWEEN;
        last = calls;
        if (!isSettled) await new Promise((resolve) => setTimeout(resolve, 1500));
        return isSettled;
      },
      60_000,
    );
    // A node that is told to stop hands over all that it has.
    await Promise.all(nodes.map((node) => node.kill('SIGTERM')));
    const lines = logged();
    expect(await metered(id)).toEqual({
      calls: lines.length,
      bytesOut: lines.reduce((all, bytes) => all + bytes, 0),
    });
  });
});
