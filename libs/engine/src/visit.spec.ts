/** Requests of one connection that have the same headers, one behind the other. */
import type { Snapshot } from '@gatehouse/snapshot';
import { MAX_PAYLOAD_BYTES } from './counted-body';
import { RequestFields } from './request-fields';
import { ask, bodyOf, fakeWorld, gatewayOf, request, routeOf, snapshotOf } from './testing/fake-world';

const saying = (text: string) =>
  ({
    type: 'MOCK',
    requestTemplates: { 'application/json': '{"statusCode":200}' },
    responses: [
      { statusCode: '200', responseParameters: {}, responseTemplates: { 'application/json': text } },
    ],
  }) as const;
const API = snapshotOf({
  routes: [
    routeOf('GET /a', saying('GET a')),
    routeOf('POST /a', saying('POST a')),
    routeOf('GET /b', saying('GET b')),
    routeOf('GET /{proxy+}', saying('the rest')),
  ],
});
const other = (members: Partial<Snapshot>) =>
  snapshotOf({ routes: [routeOf('GET /a', saying('another'))], ...members });

const bodyFrom = async (...[gateway, asked]: Parameters<typeof ask>): Promise<string> =>
  (await ask(gateway, asked)).body;

describe('a request like the one before', () => {
  it('goes where that went, and is not looked for again', async () => {
    const world = fakeWorld();
    const gateway = gatewayOf(world, API);
    const fields = RequestFields.of(request({ path: '/prod/a' }));
    const said = [await bodyFrom(gateway, { path: '/prod/a' })];
    const { visit } = fields;
    said.push(await bodyFrom(gateway, { path: '/prod/a' }));
    expect(said).toEqual(['GET a', 'GET a']);
    expect(visit).toBeDefined();
    expect(fields.visit).toBe(visit);
  });

  it.each([
    ['path', { path: '/prod/b' }, 'GET b'],
    ['verb', { path: '/prod/a', method: 'POST' }, 'POST a'],
    ['stage', { path: '/beta/a' }, 'another'],
  ])('goes elsewhere with another %s', async (_what, asked, expected) => {
    const gateway = gatewayOf(fakeWorld(), API, other({ stage: 'beta' }));
    for (const [like, says] of [
      [{ path: '/prod/a' }, 'GET a'],
      [asked, expected],
      [{ path: '/prod/a' }, 'GET a'],
    ] as const)
      expect(await bodyFrom(gateway, like)).toBe(says);
  });

  it('goes elsewhere at another host, where its headers name none', async () => {
    const gateway = gatewayOf(fakeWorld(), API, other({ apiId: 'api2' }));
    const at = async (host: string) => {
      const inbound = { ...request({ path: '/prod/a' }), host: `${host}.execute-api.localhost` };
      return (await gateway.handle(inbound)).body;
    };
    expect([await at('api1'), await at('api2'), await at('api1')]).toEqual(['GET a', 'another', 'GET a']);
  });

  it('goes elsewhere once something else is deployed, or nothing any more', async () => {
    const gateway = gatewayOf(fakeWorld(), API);
    expect(await bodyFrom(gateway, { path: '/prod/a' })).toBe('GET a');
    gateway.apply(other({}));
    expect(await bodyFrom(gateway, { path: '/prod/a' })).toBe('another');
    gateway.swap([], [{ apiId: 'api1', stage: 'prod' }]);
    expect(await bodyFrom(gateway, { path: '/prod/a' })).toBe('{"message":"Forbidden"}');
    gateway.apply(API);
    expect(await bodyFrom(gateway, { path: '/prod/a' })).toBe('GET a');
  });

  it('is another gateway for itself', async () => {
    const gateways = [gatewayOf(fakeWorld(), API), gatewayOf(fakeWorld(), other({}))];
    const said = [];
    for (const gateway of [...gateways, ...gateways]) said.push(await bodyFrom(gateway, { path: '/prod/a' }));
    expect(said).toEqual(['GET a', 'another', 'GET a', 'another']);
  });

  it('is refused for its own body, and no other for that', async () => {
    const gateway = gatewayOf(fakeWorld(), API);
    const post = async (bytes: number) => {
      const body = { ...bodyOf(''), length: bytes };
      return (await ask(gateway, { path: '/prod/a', method: 'POST', body })).status;
    };
    const sizes = [0, MAX_PAYLOAD_BYTES + 1, MAX_PAYLOAD_BYTES + 1, 0];
    const statuses = [];
    for (const size of sizes) statuses.push(await post(size));
    expect(statuses).toEqual([200, 413, 413, 200]);
  });

  it('is refused as that was', async () => {
    const gateway = gatewayOf(fakeWorld(), API);
    for (let i = 0; i < 2; i++) {
      const { status } = await ask(gateway, { path: '/prod/a/%5c' });
      expect(status).toBe(400);
    }
    expect(await bodyFrom(gateway, { path: '/prod/a' })).toBe('GET a');
  });

  it('may go to the other side of a stage with a canary', async () => {
    const canary = {
      percentTraffic: 50,
      deploymentId: 'dep002',
      stageVariableOverrides: {},
      deployed: { disableExecuteApiEndpoint: false, binaryMediaTypes: [] },
      routes: other({}).routes,
    };
    const gateway = gatewayOf(fakeWorld(), { ...API, canary });
    const said = new Set<string>();
    for (let i = 0; i < 100; i++) said.add(await bodyFrom(gateway, { path: '/prod/a' }));
    expect(said).toEqual(new Set(['GET a', 'another']));
  });
});

it.each([
  [1024, true],
  [1025, false],
])('a connection that idles keeps a path of %i bytes: %s', async (bytes, isKept) => {
  const asked = { path: `/prod/${'x'.repeat(bytes - 6)}`, headers: ['X-Length', String(bytes)] };
  const gateway = gatewayOf(fakeWorld(), API);
  const fields = RequestFields.of(request(asked));
  // One that is not kept leaves none behind.
  for (const one of [{ ...asked, path: '/prod/a' }, asked]) await ask(gateway, one);
  expect(fields.visit?.path === asked.path).toBe(isKept);
  expect(fields.visit === undefined).toBe(!isKept);
});
