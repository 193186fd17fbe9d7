import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Gateway, nowhere } from '@gatehouse/engine';
import { typeScriptThread } from '@gatehouse/platform/testing';
import { encodePart, SnapshotRefused, type Part, type Route, type Snapshot } from '@gatehouse/snapshot';
import { systemClock, systemRandom } from '../random-and-clock';
import { proxyTo } from '../testing/published';
import { PartLoader } from './part-loader';

const gateway = (): Gateway =>
  new Gateway({ ...nowhere, clock: systemClock, random: systemRandom() }, { region: 'us-east-1' });

let threads = 0;
const loaderOf = (under: Gateway): PartLoader =>
  new PartLoader(under, (part) => {
    threads++;
    return typeScriptThread(join(__dirname, 'part-thread.ts'), { workerData: part });
  });
beforeEach(() => (threads = 0));

function routeOf(index: number): Route {
  const path = `/r${index}/{id}`;
  return {
    key: `GET ${path}`,
    id: `res${index}`,
    method: 'GET',
    path,
    authorization: { type: 'NONE' },
    apiKeyRequired: false,
    integration: {
      type: 'MOCK',
      requestTemplates: { 'application/json': '{"statusCode":200}' },
      passthroughBehavior: 'WHEN_NO_MATCH',
      responses: [
        {
          statusCode: '200',
          responseParameters: {},
          responseTemplates: { 'application/json': `route ${index}` },
        },
      ],
    },
  };
}

function snapshotOf(routes: number, members: Partial<Snapshot> = {}): Snapshot {
  const list = Array.from({ length: routes }, (_none, i) => routeOf(i));
  return { ...proxyTo('http://127.0.0.1:1'), kind: 'REST', stage: 'prod', routes: list, ...members };
}

async function asked(under: Gateway, path: string): Promise<string> {
  const answer = await under.handle({
    method: 'GET',
    path,
    query: '',
    host: 'api1.execute-api.localhost',
    headers: ['Host', 'api1.execute-api.localhost'],
    protocol: 'HTTP/1.1',
    secure: false,
    sourceIp: '127.0.0.1',
    localPort: 0,
    body: { length: 0, gather: () => Promise.resolve(new Uint8Array(0)), stream: () => nothing() },
    signal: new AbortController().signal,
  });
  answer.finish(0, true);
  return `${answer.status} ${Buffer.from(answer.body as Uint8Array).toString()}`;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

it.each([
  ['small', 10, 0],
  ['large', 5000, 1],
])('serves every route of a %s part', async (_size, routes, expectedThreads) => {
  const under = gateway();
  under.swap([await loaderOf(under).load(encodePart(snapshotOf(routes)))]);
  expect(await asked(under, '/prod/r0/x')).toBe('200 route 0');
  expect(await asked(under, `/prod/r${routes - 1}/x`)).toBe(`200 route ${routes - 1}`);
  expect(await asked(under, `/prod/r${routes}/x`)).toMatch(/^403 /);
  expect(threads).toBe(expectedThreads);
});

it.each([
  ['small', 10, 0],
  ['large', 5000, 1],
])(
  'serves every route of a canary in a %s part, and none of it as the stage’s',
  async (_size, routes, expectedThreads) => {
    const canary = (percentTraffic: number): Snapshot['canary'] => ({
      percentTraffic,
      deploymentId: 'canary',
      stageVariableOverrides: {},
      deployed: { disableExecuteApiEndpoint: false, binaryMediaTypes: [] },
      routes: Array.from({ length: routes }, (_none, i) => routeOf(i + 10_000)),
    });
    for (const [percent, own, ofCanary] of [
      [0, 200, 403],
      [100, 403, 200],
    ] as const) {
      threads = 0;
      const under = gateway();
      under.swap([await loaderOf(under).load(encodePart(snapshotOf(1, { canary: canary(percent) })))]);
      expect(await asked(under, '/prod/r0/x')).toContain(String(own));
      expect(await asked(under, '/prod/r10000/x')).toContain(String(ofCanary));
      expect(await asked(under, `/prod/r${routes + 9999}/x`)).toContain(String(ofCanary));
      expect(threads).toBe(expectedThreads);
    }
  },
);

it('lets other work go on while a large part is placed', async () => {
  const under = gateway();
  const routes = 20_000;
  const part = encodePart(snapshotOf(routes));
  let isDone = false;
  const loading = loaderOf(under)
    .load(part)
    .finally(() => (isDone = true));
  let turns = 0;
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    turns++;
  }
  await loading;
  expect(turns).toBeGreaterThan(routes / 256);
});

describe.each([
  ['small', 1],
  ['large', 2000],
])('a %s part', (_size, routes) => {
  const refused = async (part: Part): Promise<string> => {
    const under = gateway();
    const error = await loaderOf(under)
      .load(part)
      .catch((caught: unknown) => caught);
    return error instanceof SnapshotRefused ? error.reason : `not refused: ${String(error)}`;
  };

  it('that does not match its hash is refused', async () => {
    const { hash, bytes } = encodePart(snapshotOf(routes));
    const changed = Uint8Array.from(bytes);
    changed[100] = (changed[100] ?? 0) ^ 1;
    expect(await refused({ hash, bytes: changed })).toBe('corrupt');
  });

  it('with a canary whose routes are no list is refused', async () => {
    const canary = { percentTraffic: 1, deploymentId: 'c', stageVariableOverrides: {}, routes: {} as never };
    expect(await refused(encodePart(snapshotOf(routes, { canary })))).toBe('corrupt');
  });

  it('of another schema, or that is no snapshot, is refused for good', async () => {
    expect(await refused(encodePart(snapshotOf(routes, { schema: 2 as never })))).toBe('unsupported');
    expect(await refused(encodePart(snapshotOf(routes, { stageVariables: null as never })))).toBe(
      'unsupported',
    );
  });
});

it('a thread that dies costs its part only', async () => {
  const under = gateway();
  let deaths = 0;
  const loader = new PartLoader(under, (part) =>
    deaths++ === 0
      ? new Worker('process.exit(3)', { eval: true })
      : typeScriptThread(join(__dirname, 'part-thread.ts'), { workerData: part }),
  );
  const part = encodePart(snapshotOf(2000));
  const [first, second] = await Promise.allSettled([loader.load(part), loader.load(part)]);
  expect(first).toMatchObject({ status: 'rejected', reason: { reason: 'corrupt' } });
  expect(second).toMatchObject({ status: 'fulfilled' });
});
