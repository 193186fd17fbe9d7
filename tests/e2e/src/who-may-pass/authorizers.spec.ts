/** What authorizers said, kept and shared by two data planes over a real Redis: asked once, never too wide, gone by a flush. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FlushStageAuthorizersCacheCommand } from '@aws-sdk/client-api-gateway';
import { describeWithRedis, until } from '@gatehouse/platform/testing';
import { policyOf, startAuthority, tokenIn, type Authority } from '../testing/authority';
import { Caller } from '../testing/calls';
import { Cluster, everywhere, type ControlPlaneProcess } from '../testing/cluster';
import { HttpApi } from '../testing/http-api';
import type { NodeProcess } from '../testing/node';
import { startOrigin, type Origin } from '../testing/origin';
import { killAll } from '../testing/processes';
import { RestApi, STAGE } from '../testing/rest-api';
import { isLong } from '../testing/size';
import { randomPairs } from './random-pairs';

jest.setTimeout(240_000);
const PAIRS = isLong ? 10_000 : 1000;

describeWithRedis('authorizers of two data planes', () => {
  let cluster: Cluster;
  let control: ControlPlaneProcess;
  let nodes: [NodeProcess, NodeProcess];
  let origin: Origin;
  let authority: Authority;
  let caller: Caller;
  let fresh = 0;
  beforeAll(async () => {
    origin = await startOrigin('one');
    authority = await startAuthority(() => undefined);
    caller = new Caller(50);
    cluster = await Cluster.start();
    control = await cluster.controlPlane();
    nodes = await Promise.all([cluster.node('node-1'), cluster.node('node-2')]);
  });
  afterAll(async () => {
    caller.close();
    await killAll();
    await cluster.stop();
    await Promise.all([origin.stop(), authority.stop()]);
  });

  /** A REST API whose `/orders` asks about GET and DELETE, live on both nodes. */
  async function orders(): Promise<RestApi> {
    const api = await RestApi.create(control.rest, 'orders');
    const authorizerId = await api.tokenAuthorizer(authority.url);
    for (const verb of ['GET', 'DELETE'])
      await api.method(verb, 'orders', { authorizationType: 'CUSTOM', authorizerId }, `${origin.url}/orders`);
    await api.deploy();
    await everywhere(nodes, `${api.base}/orders`, ({ status }) => status === 401);
    await nodesShare(`${api.base}/orders`);
    authority.asked.length = 0;
    return api;
  }

  /** Redis is used once both nodes are connected to it: what one was told is not asked by the other. */
  async function nodesShare(path: string): Promise<void> {
    authority.say = (_question, answer) => void answer.end(JSON.stringify(policyOf('Allow', '*')));
    await until('the nodes share what they are told', async () => {
      const before = authority.asked.length;
      const authorization = `share ${fresh++}`;
      for (const { gateway } of nodes)
        await caller.call({ url: `${gateway}${path}`, headers: { authorization } });
      return authority.asked.length === before + 1;
    });
  }

  const askedFor = (token: string): number =>
    authority.asked.filter((question) => tokenIn(question) === token).length;

  it('make one invocation for 10,000 calls with equal tokens', async () => {
    const api = await orders();
    let allow: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (allow = resolve));
    authority.say = (_question, answer) =>
      void held.then(() => answer.end(JSON.stringify(policyOf('Allow', '*'))));
    const load = nodes.map(({ gateway }) =>
      caller.statuses(5000, () => ({
        url: `${gateway}${api.base}/orders`,
        headers: { authorization: 'equal' },
      })),
    );
    await until('all connections wait for the answer', () => caller.waiting === 2 * caller.maxConnections);
    allow();
    expect(await Promise.all(load)).toEqual([{ 200: 5000 }, { 200: 5000 }]);
    expect(askedFor('equal')).toBe(1);
  });

  it('deny the neighbour method by a narrow policy that is cached for its sibling', async () => {
    const api = await orders();
    authority.say = ({ methodArn = '' }, answer) =>
      void answer.end(JSON.stringify(policyOf('Allow', methodArn)));
    const statusOf = async (node: NodeProcess, method: string): Promise<number> => {
      const headers = { authorization: 'narrow' };
      return (await caller.call({ url: `${node.gateway}${api.base}/orders`, method, headers })).status;
    };
    expect(await statusOf(nodes[0], 'GET')).toBe(200);
    origin.requests.length = 0;
    for (const node of nodes)
      expect([await statusOf(node, 'DELETE'), await statusOf(node, 'GET')]).toEqual([403, 200]);
    expect(askedFor('narrow')).toBe(1);
    expect(origin.requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  it('forget on both nodes within 250 ms of a flush (median of 10)', async () => {
    const api = await orders();
    let effect = 'Allow';
    authority.say = (_question, answer) => void answer.end(JSON.stringify(policyOf(effect, '*')));
    const took: number[] = [];
    for (let round = 0; round < 10; round++) {
      const headers = { authorization: `revoked ${round}` };
      const answers = (wanted: number) => async (node: NodeProcess) =>
        (await caller.call({ url: `${node.gateway}${api.base}/orders`, headers })).status === wanted;
      effect = 'Allow';
      expect(await Promise.all(nodes.map(answers(200)))).toEqual([true, true]);
      effect = 'Deny';
      expect(await Promise.all(nodes.map(answers(200)))).toEqual([true, true]);
      const from = performance.now();
      await control.rest.send(new FlushStageAuthorizersCacheCommand({ restApiId: api.id, stageName: STAGE }));
      await Promise.all(nodes.map((node) => until(`403 on ${node.nodeId}`, () => answers(403)(node))));
      took.push(performance.now() - from);
      expect(await Promise.all(nodes.map(answers(403)))).toEqual([true, true]);
    }
    took.sort((a, b) => a - b);
    expect(took[5]).toBeLessThan(250);
  });

  it(`never give one caller what was said of another: ${PAIRS} random pairs of tuples`, async () => {
    const judge = await startJudge();
    const api = await HttpApi.create(control.http, 'tuples');
    const AuthorizerId = await api.functionAuthorizer(authority.url, 'X-A', 'X-B');
    const saidOf = { 'overwrite:header.x-said-of': '$context.authorizer.of' };
    await api.route('GET /t', { AuthorizationType: 'CUSTOM', AuthorizerId }, judge.url, saidOf);
    authority.say = ({ identitySource = [] }, answer) =>
      void answer.end(JSON.stringify({ isAuthorized: true, context: { of: nameOf(identitySource) } }));
    await everywhere(nodes, `${api.base}/t`, ({ status }) => status === 401);
    authority.asked.length = 0;
    const tuples = randomPairs(PAIRS).flat();
    const statuses = await caller.statuses(2 * tuples.length, (i) => {
      const [a, b] = tuples[i % tuples.length] ?? ['', ''];
      return { url: `${nodes[i % 3 === 0 ? 0 : 1].gateway}${api.base}/t`, headers: { 'x-a': a, 'x-b': b } };
    });
    await judge.stop();
    expect([statuses, judge.wrong]).toEqual([{ 200: 2 * tuples.length }, []]);
    const asked = authority.asked.map(({ identitySource = [] }) => nameOf(identitySource));
    expect(new Set(asked)).toEqual(new Set(tuples.map(nameOf)));
    // From the cache otherwise; a node whose Redis is late asks for itself.
    expect(asked.length).toBeLessThan(1.1 * tuples.length);
  });
});

function nameOf(tuple: readonly string[]): string {
  return Buffer.from(JSON.stringify(tuple)).toString('base64url');
}

/** An origin that compares who called with whom the authorizer spoke of. */
async function startJudge(): Promise<{ url: string; wrong: string[]; stop(): Promise<void> }> {
  const wrong: string[] = [];
  const server = createServer(({ headers }, response) => {
    const called = nameOf([String(headers['x-a']), String(headers['x-b'])]);
    const saidOf = String(headers['x-said-of']);
    if (saidOf !== called) wrong.push(`${called} got what was said of ${saidOf}`);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    wrong,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
