/** Mutated requests for protected routes, on two data planes: none reaches the origin's protected place. */
import { describeWithRedis } from '@gatehouse/platform/testing';
import { policyOf, startAuthority, tokenIn, type Authority } from '../testing/authority';
import { Cluster, everywhere, type ControlPlaneProcess } from '../testing/cluster';
import { HttpApi } from '../testing/http-api';
import type { NodeProcess } from '../testing/node';
import { startOrigin, type Origin } from '../testing/origin';
import { killAll } from '../testing/processes';
import { sendRaw } from '../testing/raw-request';
import { RestApi } from '../testing/rest-api';
import { asLenientOrigin, asRfc3986, mutationsOf, type Mutation } from './path-mutations';

jest.setTimeout(240_000);

/** The last segment of a protected path, by what protects it. */
const PROTECTED = {
  rest: ['function', 'iam', 'key'],
  http: ['function', 'iam', 'jwt'],
} as const;

describeWithRedis('a protected route', () => {
  let cluster: Cluster;
  let control: ControlPlaneProcess;
  let nodes: readonly NodeProcess[];
  let origin: Origin;
  let authority: Authority;
  let bases: Record<keyof typeof PROTECTED, string>;
  /** Of APIs where everything else is open. */
  let besideCatchAll: Record<keyof typeof PROTECTED, string>;
  beforeAll(async () => {
    origin = await startOrigin('one');
    authority = await startAuthority((question, answer) => {
      const isAuthorized = tokenIn(question) === 'good';
      // Whoever else asks may go to `/open` and nowhere else, whatever a path is spelled like.
      const policy = policyOf('Allow', isAuthorized ? '*' : '*/GET/open/*');
      answer.end(JSON.stringify({ ...policy, isAuthorized }));
    });
    cluster = await Cluster.start();
    control = await cluster.controlPlane();
    nodes = await Promise.all([cluster.node('node-1'), cluster.node('node-2')]);
    bases = { rest: await restBase('open/'), http: await httpBase('open/') };
    besideCatchAll = { rest: await restBase(''), http: await httpBase('') };
    for (const base of [bases, besideCatchAll].flatMap((some) => Object.values(some)))
      await everywhere(nodes, `${base}/open/a`, ({ status }) => status === 200);
  });
  afterAll(async () => {
    await killAll();
    await cluster.stop();
    await Promise.all([origin.stop(), authority.stop()]);
  });
  beforeEach(() => void (origin.requests.length = 0));

  async function restBase(openBelow: string): Promise<string> {
    const api = await RestApi.create(control.rest, 'vault');
    const authorizerId = await api.tokenAuthorizer(authority.url);
    const access = {
      function: { authorizationType: 'CUSTOM', authorizerId },
      iam: { authorizationType: 'AWS_IAM' },
      key: { authorizationType: 'NONE', apiKeyRequired: true },
    };
    const open = { authorizationType: 'NONE' };
    for (const name of PROTECTED.rest) {
      await api.method('GET', `vault/${name}`, access[name], `${origin.url}/vault/${name}`);
      await api.method('OPTIONS', `vault/${name}`, open, `${origin.url}/preflight`);
    }
    await api.method('ANY', `${openBelow}{proxy+}`, open, `${origin.url}/${openBelow}{proxy}`);
    await api.deploy();
    return api.base;
  }

  async function httpBase(openBelow: string): Promise<string> {
    const api = await HttpApi.create(control.http, 'vault');
    const JwtConfiguration = { Issuer: authority.url, Audience: ['a'] };
    const identity = { IdentitySource: ['$request.header.Authorization'] };
    const access = {
      function: {
        AuthorizationType: 'CUSTOM',
        AuthorizerId: await api.functionAuthorizer(authority.url, 'Authorization'),
      },
      iam: { AuthorizationType: 'AWS_IAM' },
      jwt: {
        AuthorizationType: 'JWT',
        AuthorizerId: await api.authorizer({
          Name: 'j',
          AuthorizerType: 'JWT',
          JwtConfiguration,
          ...identity,
        }),
      },
    } as const;
    for (const name of PROTECTED.http) {
      await api.route(`GET /vault/${name}`, access[name], `${origin.url}/vault/${name}`);
      await api.route(`OPTIONS /vault/${name}`, { AuthorizationType: 'NONE' }, `${origin.url}/preflight`);
    }
    const toOpen = `${origin.url}/${openBelow}{proxy}`;
    await api.route(`ANY /${openBelow}{proxy+}`, { AuthorizationType: 'NONE' }, toOpen);
    return api.base;
  }

  /** Each without credentials, and with some that are worth nothing. */
  async function sendAll(base: string, mutations: readonly Mutation[]): Promise<number[]> {
    const statuses: number[] = [];
    for (const [i, { target, method = 'GET', headers = {} }] of mutations.entries()) {
      const gateway = nodes[i % 2]?.gateway ?? '';
      const worthless = { Authorization: 'Bearer x.y.z', 'X-Api-Key': 'x' };
      for (const credentials of [{}, worthless])
        statuses.push(
          await sendRaw(gateway, { method, target: base + target, headers: { ...credentials, ...headers } }),
        );
    }
    return statuses;
  }

  const protectedPlaces = (): string[] =>
    origin.requests.map(({ url }) => url).filter((url) => asLenientOrigin(url).startsWith('/vault'));

  describe.each(['rest', 'http'] as const)('of a %s API', (kind) => {
    it('is reached by who may', async () => {
      const headers = { Authorization: 'good' };
      for (const base of [bases[kind], besideCatchAll[kind]])
        for (const { gateway } of nodes)
          expect(await sendRaw(gateway, { method: 'GET', target: `${base}/vault/function`, headers })).toBe(
            200,
          );
      expect(protectedPlaces()).toEqual(Array(4).fill('/vault/function'));
    });

    it.each(PROTECTED[kind])('is not reached by any of 200 mutations of its path: %s', async (name) => {
      const mutations = mutationsOf(`/vault/${name}`);
      expect(new Set(mutations.map((mutation) => JSON.stringify(mutation))).size).toBe(mutations.length);
      expect(mutations.length).toBeGreaterThanOrEqual(200);
      const statuses = await sendAll(bases[kind], mutations);
      expect(protectedPlaces()).toEqual([]);
      // They are real requests: some go where anybody may, most are refused, none is a fault of ours.
      expect(origin.requests.length).toBeGreaterThan(0);
      expect(statuses.filter((status) => status >= 500 && status !== 501)).toEqual([]);
    });

    it.each(PROTECTED[kind])(
      'is not reached by what means the same beside an open catch-all: %s',
      async (name) => {
        const path = `/vault/${name}`;
        await sendAll(besideCatchAll[kind], mutationsOf(path));
        const gets = origin.requests.filter(({ method }) => method === 'GET').map(({ url }) => url);
        expect(gets.filter((url) => asRfc3986(url) === path)).toEqual([]);
        expect(gets.length).toBeGreaterThan(50);
      },
    );

    it.each(['absolute', 'own host', 'other prefix'])(
      'is not reached by way of its %s form',
      async (form) => {
        const [, , , id = ''] = bases[kind].split('/');
        const stage = kind === 'rest' ? '/dev' : '';
        for (const { gateway } of nodes)
          for (const name of PROTECTED[kind]) {
            const path = `/vault/${name}`;
            const host = { Host: `${id}.execute-api.localhost` };
            const requests: Record<string, Mutation[]> = {
              absolute: ['', '/open/..', '//', '@evil.example'].map((prefix) => ({
                target: `${gateway}${prefix}${bases[kind]}${path}`,
              })),
              'own host': [`${stage}${path}`, `/open/..${stage}${path}`, `/${stage}${path}`].map(
                (target) => ({
                  target,
                  headers: host,
                }),
              ),
              'other prefix': [`/restapis/${id}/dev/_user_request_${path}`, `/restapis/${id}/dev${path}`].map(
                (target) => ({ target }),
              ),
            };
            for (const { target, headers = {} } of requests[form] ?? [])
              expect(await sendRaw(gateway, { method: 'GET', target, headers })).toBeGreaterThanOrEqual(400);
          }
        expect(origin.requests).toEqual([]);
      },
    );
  });

  it('is told from its mutations by a reader as lenient as any origin', () => {
    const same = [
      '/vault/a',
      '/open/..;x/vault/a',
      '/open/%2e%2E%2fVAULT/a',
      '/open\\..\\vault',
      '//vault./a',
    ];
    expect(same.filter((target) => !asLenientOrigin(target).startsWith('/vault'))).toEqual([]);
    expect(asLenientOrigin('/open/%c0%ae%c0%ae%c0%afvault')).toBe('/vault');
    expect(asLenientOrigin('/open/vault')).toBe('/open/vault');
  });
});
