/** Forged tokens at an HTTP API's JWT route and a REST API's user pool, on two data planes: each is refused. */
import { CreateAuthorizerCommand } from '@aws-sdk/client-api-gateway';
import { describeWithRedis } from '@gatehouse/platform/testing';
import { Caller } from '../testing/calls';
import { Cluster, everywhere, type ControlPlaneProcess } from '../testing/cluster';
import { HttpApi } from '../testing/http-api';
import { AUDIENCE, Issuer } from '../testing/issuer';
import type { NodeProcess } from '../testing/node';
import { startOrigin, type Origin } from '../testing/origin';
import { killAll } from '../testing/processes';
import { RestApi } from '../testing/rest-api';
import { FORGERIES } from './forged-tokens';

jest.setTimeout(120_000);

describeWithRedis('a route behind an issuer', () => {
  let cluster: Cluster;
  let control: ControlPlaneProcess;
  let nodes: readonly NodeProcess[];
  let origin: Origin;
  let issuer: Issuer;
  let caller: Caller;
  let paths: Record<'JWT' | 'user pool', string>;
  beforeAll(async () => {
    origin = await startOrigin('one');
    issuer = await Issuer.start();
    caller = new Caller(10);
    cluster = await Cluster.start();
    control = await cluster.controlPlane();
    nodes = await Promise.all([cluster.node('node-1'), cluster.node('node-2')]);
    paths = { JWT: await jwtPath(), 'user pool': await poolPath() };
    for (const path of Object.values(paths)) await everywhere(nodes, path, ({ status }) => status === 401);
  });
  afterAll(async () => {
    caller.close();
    await killAll();
    await cluster.stop();
    await Promise.all([origin.stop(), issuer.stop()]);
  });
  beforeEach(() => void (origin.requests.length = 0));

  async function jwtPath(): Promise<string> {
    const api = await HttpApi.create(control.http, 'jwt');
    const AuthorizerId = await api.authorizer({
      Name: 'jwt',
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: issuer.url, Audience: [AUDIENCE] },
    });
    await api.route(
      'GET /t',
      { AuthorizationType: 'JWT', AuthorizerId, AuthorizationScopes: ['read'] },
      origin.url,
    );
    return `${api.base}/t`;
  }

  async function poolPath(): Promise<string> {
    const api = await RestApi.create(control.rest, 'pool');
    const { id: authorizerId } = await control.rest.send(
      new CreateAuthorizerCommand({
        restApiId: api.id,
        name: 'pool',
        type: 'COGNITO_USER_POOLS',
        providerARNs: [issuer.url],
        identitySource: 'method.request.header.Authorization',
        identityValidationExpression: AUDIENCE,
      }),
    );
    await api.method('GET', 't', { authorizationType: 'COGNITO_USER_POOLS', authorizerId }, origin.url);
    await api.deploy();
    return `${api.base}/t`;
  }

  const statusesOf = (path: string, authorization: string): Promise<number[]> =>
    Promise.all(
      nodes.map(
        async ({ gateway }) =>
          (await caller.call({ url: gateway + path, headers: { authorization } })).status,
      ),
    );

  describe.each(['JWT', 'user pool'] as const)('%s', (kind) => {
    const letsInTheGenuine = async (): Promise<void> => {
      const { rsa, elliptic } = issuer;
      const genuine = [
        await issuer.sign(),
        await issuer.sign({ ...issuer.claims(), aud: ['x', AUDIENCE] }, {}, rsa.privateKey),
        await issuer.sign(issuer.claims(), { alg: 'ES256', kid: 'e1' }, elliptic.privateKey),
      ];
      for (const token of genuine)
        expect(await statusesOf(paths[kind], `Bearer ${token}`)).toEqual([200, 200]);
    };

    it('lets in who has a token of the issuer', letsInTheGenuine);

    it.each(FORGERIES)('refuses a token: %s', async (_name, forge) => {
      expect(await statusesOf(paths[kind], `Bearer ${await forge(issuer)}`)).toEqual([401, 401]);
      expect(origin.requests).toEqual([]);
    });

    it('refuses a sound token under another scheme, or beside another one', async () => {
      const token = await issuer.sign();
      for (const authorization of [`Basic ${token}`, `Bearer Bearer ${token}`, `Bearer ${token}, ${token}`])
        expect(await statusesOf(paths[kind], authorization)).toEqual([401, 401]);
      expect(origin.requests).toEqual([]);
    });

    it('goes on letting in who has a genuine one', letsInTheGenuine);
  });

  it('refuses a sound token without the route’s scope', async () => {
    const token = await issuer.sign({ ...issuer.claims(), scope: 'reader' });
    expect(await statusesOf(paths.JWT, `Bearer ${token}`)).toEqual([403, 403]);
  });

  it('was shown thirty kinds of forgery and more, and looked for keys at the issuer’s set alone', () => {
    expect(new Set(FORGERIES.map(([name]) => name)).size).toBe(FORGERIES.length);
    expect(FORGERIES.length).toBeGreaterThanOrEqual(30);
    expect(new Set(issuer.asked)).toEqual(new Set(['/.well-known/openid-configuration', '/keys']));
  });
});
