/** A quota set with the unmodified SDK is kept to the call over two data planes, and GetUsage says the same. */
import {
  CreateApiKeyCommand,
  CreateDeploymentCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  GetUsageCommand,
  UpdateUsageCommand,
} from '@aws-sdk/client-api-gateway';
import { describeWithRedis, until } from '@gatehouse/platform/testing';
import { Caller } from './testing/calls';
import { Cluster, everywhere, type ControlPlaneProcess } from './testing/cluster';
import type { NodeProcess } from './testing/node';
import { startOrigin, type Origin } from './testing/origin';
import { killAll } from './testing/processes';
import { RestApi, STAGE } from './testing/rest-api';
import { isLong } from './testing/size';

jest.setTimeout(240_000);
interface Statement {
  readonly apis: readonly { readonly keys: readonly { readonly calls: number; readonly billed: number }[] }[];
  readonly lines: readonly { readonly meter: string; readonly quantity: number }[];
}
const LIMIT = isLong ? 20_000 : 1500;
const KEY = 'a-key-of-more-than-twenty-characters';

describeWithRedis('a quota over two data planes', () => {
  let cluster: Cluster;
  let control: ControlPlaneProcess;
  let nodes: NodeProcess[];
  let origin: Origin;
  let path: string;
  let plan: { readonly usagePlanId: string; readonly keyId: string };
  const caller = new Caller(32);
  beforeAll(async () => {
    origin = await startOrigin('one');
    cluster = await Cluster.start();
    control = await cluster.controlPlane();
    nodes = await Promise.all(['node-1', 'node-2'].map((name) => cluster.node(name)));
    const { rest } = control;
    const api = await RestApi.create(rest, 'counted');
    await api.method('GET', 'a', { authorizationType: 'NONE', apiKeyRequired: true }, origin.url);
    await rest.send(new CreateDeploymentCommand({ restApiId: api.id, stageName: STAGE }));
    path = `${api.base}/a`;
    const { id: usagePlanId = '' } = await rest.send(
      new CreateUsagePlanCommand({
        name: 'p',
        apiStages: [{ apiId: api.id, stage: STAGE }],
        quota: { limit: LIMIT, period: 'MONTH' },
      }),
    );
    const { id: keyId = '' } = await rest.send(new CreateApiKeyCommand({ value: KEY, enabled: true }));
    await rest.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }));
    plan = { usagePlanId, keyId };
    await everywhere(nodes, path, ({ status }) => status === 403);
  });
  afterAll(async () => {
    caller.close();
    await killAll();
    await cluster.stop();
    await origin.stop();
  });

  /** Since the key was made. */
  let passed = 0;
  let refused = 0;
  /** By turns to each node, many at a time. It makes no difference which of them pass: a quota counts calls. */
  async function calls(count: number): Promise<Record<number, number>> {
    const statuses = await caller.statuses(count, (i) => ({
      url: `${nodes[i % nodes.length]?.gateway}${path}`,
      headers: { 'x-api-key': KEY },
    }));
    passed += statuses[200] ?? 0;
    refused += statuses[429] ?? 0;
    return statuses;
  }
  async function used(): Promise<number[] | undefined> {
    const today = new Date().toISOString().slice(0, 10);
    const days = { startDate: today, endDate: today };
    return (await control.rest.send(new GetUsageCommand({ ...plan, ...days }))).items?.[plan.keyId]?.[0];
  }
  /** A call may be refused for a moment while the last ones are on the other node. */
  async function useUp(expected: number): Promise<void> {
    await until(`${expected} have passed`, async () => (await calls(200), passed >= expected), 60_000);
    expect(await calls(400)).toEqual({ 429: 400 });
    expect(passed).toBe(expected);
    await until('they are metered', async () => (await used())?.[0] === expected);
    expect(await used()).toEqual([expected, 0]);
  }

  it('lets exactly as many calls pass as it says, from many clients at once', async () => {
    await until('both know the key', async () => (await calls(2))[403] === undefined);
    await useUp(LIMIT);
  });

  it('lets exactly as many more pass as UpdateUsage grants', async () => {
    const patchOperations = [{ op: 'replace' as const, path: '/remaining', value: '300' }];
    await control.rest.send(new UpdateUsageCommand({ ...plan, patchOperations }));
    await useUp(LIMIT + 300);
  });

  it('puts on the statement what passed, and none of the calls that were refused by key or quota', async () => {
    const strangers = await caller.statuses(50, (i) => ({
      url: `${nodes[i % nodes.length]?.gateway}${path}`,
      headers: { 'x-api-key': 'not-a-key-of-anybody-at-all' },
    }));
    expect(strangers).toEqual({ 403: 50 });
    const month = new Date().toISOString().slice(0, 7);
    const ofKeys = async (): Promise<[calls: number, billed: number, charged: number][]> => {
      const { apis, lines } = (await (await control.native(`statements/${month}`)).json()) as Statement;
      const charged = lines.find(({ meter }) => meter === 'calls.REST')?.quantity ?? 0;
      return apis.flatMap(({ keys }) => keys).map(({ calls, billed }) => [calls, billed, charged]);
    };
    await until('all of them are on it', async () => {
      const [ofNobody, ofTheKey] = await ofKeys();
      return ofTheKey?.[0] === passed + refused && (ofNobody?.[0] ?? 0) >= 50;
    });
    const [ofNobody, ofTheKey] = await ofKeys();
    expect(ofTheKey).toEqual([passed + refused, passed, passed]);
    expect(ofNobody?.[1]).toBe(0);
  });

  it('lets none pass after a restart of all nodes', async () => {
    for (const { program } of nodes) program.signal('SIGTERM');
    await Promise.all(nodes.map(({ program }) => program.exited));
    nodes = await Promise.all(['node-1', 'node-2'].map((name) => cluster.node(name)));
    expect(await calls(100)).toEqual({ 429: 100 });
  });
});
