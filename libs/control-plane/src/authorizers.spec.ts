/** Authorizers of both families through the unmodified SDK, until they are in what nodes get. */
import {
  CreateAuthorizerCommand,
  CreateDeploymentCommand,
  CreateStageCommand,
  DeleteAuthorizerCommand,
  FlushStageAuthorizersCacheCommand,
  GetAuthorizerCommand,
  GetAuthorizersCommand,
  GetMethodCommand,
  GetStageCommand,
  UpdateAuthorizerCommand,
  UpdateMethodCommand,
} from '@aws-sdk/client-api-gateway';
import * as v2 from '@aws-sdk/client-apigatewayv2';
import type { FunctionAuthorizer, Snapshot } from '@gatehouse/snapshot';
import { DataSource } from 'typeorm';
import { published, startAdmin, type AdminUnderTest } from './testing/admin';
import { mockApi } from './testing/mock-api';

jest.setTimeout(60_000);

let admin: AdminUnderTest;
beforeAll(async () => {
  admin = await startAdmin();
});
afterAll(() => admin.stop());

const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const authorizerUri = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FUNCTION}/invocations`;
const TOKEN = {
  name: 'token',
  type: 'TOKEN' as const,
  authorizerUri,
  identitySource: 'method.request.header.Authorization',
};

async function guardedStage() {
  const key = await mockApi(admin);
  const { restApiId } = key;
  const { id: authorizerId = '' } = await admin.rest.send(
    new CreateAuthorizerCommand({ restApiId, ...TOKEN }),
  );
  const patchOperations = [
    { op: 'replace' as const, path: '/authorizerId', value: authorizerId },
    { op: 'replace' as const, path: '/authorizationType', value: 'CUSTOM' },
  ];
  await admin.rest.send(new UpdateMethodCommand({ ...key, patchOperations }));
  await admin.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
  return { ...key, authorizerId };
}

const revision = (snapshot: Snapshot): string =>
  Object.values(snapshot.authorizers ?? {}).map((one) => (one as FunctionAuthorizer).revision)[0] ?? '';

describe('authorizers of REST APIs', () => {
  it('are made, shown, listed in pages, changed and deleted', async () => {
    const { restApiId } = await mockApi(admin);
    const {
      $metadata,
      id = '',
      ...made
    } = await admin.rest.send(new CreateAuthorizerCommand({ restApiId, ...TOKEN }));
    expect([$metadata.httpStatusCode, made]).toEqual([201, { ...TOKEN, authType: 'custom' }]);
    await admin.rest.send(new CreateAuthorizerCommand({ restApiId, ...TOKEN, name: 'another' }));
    const first = await admin.rest.send(new GetAuthorizersCommand({ restApiId, limit: 1 }));
    const rest = await admin.rest.send(new GetAuthorizersCommand({ restApiId, position: first.position }));
    expect([...(first.items ?? []), ...(rest.items ?? [])].map(({ name }) => name)).toEqual([
      'another',
      'token',
    ]);
    const patchOperations = [{ op: 'replace' as const, path: '/authorizerResultTtlInSeconds', value: '0' }];
    const key = { restApiId, authorizerId: id };
    await admin.rest.send(new UpdateAuthorizerCommand({ ...key, patchOperations }));
    expect(await admin.rest.send(new GetAuthorizerCommand(key))).toMatchObject({
      authorizerResultTtlInSeconds: 0,
    });
    await admin.rest.send(new DeleteAuthorizerCommand(key));
    await expect(admin.rest.send(new GetAuthorizerCommand(key))).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Invalid Authorizer identifier specified',
    });
  });

  it('answer for an unknown API as AWS does', async () => {
    const restApiId = 'none';
    await expect(admin.rest.send(new CreateAuthorizerCommand({ restApiId, ...TOKEN }))).rejects.toMatchObject(
      {
        name: 'ConflictException',
        message: 'Unable to complete operation due to concurrent modification. Please try again later.',
      },
    );
    await expect(admin.rest.send(new GetAuthorizersCommand({ restApiId }))).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Invalid API identifier specified 000000000000:none',
    });
  });

  it('stay while a method names them', async () => {
    const { authorizerId, ...key } = await guardedStage();
    const { restApiId } = key;
    await expect(
      admin.rest.send(new DeleteAuthorizerCommand({ restApiId, authorizerId })),
    ).rejects.toMatchObject({
      name: 'ConflictException',
      message: "Cannot delete authorizer 'token', is referenced in method: GET//",
    });
    expect((await admin.rest.send(new GetMethodCommand(key))).authorizerId).toBe(authorizerId);
  });

  it('are frozen by a deployment and published with it', async () => {
    const { restApiId, authorizerId } = await guardedStage();
    const snapshot = await published(admin, restApiId, 'dev');
    expect(snapshot.routes[0]?.authorization).toEqual({ type: 'CUSTOM', authorizerId });
    expect(snapshot.authorizers?.[authorizerId]).toMatchObject({
      type: 'TOKEN',
      target: FUNCTION,
      ttlSeconds: 300,
    });
    const patchOperations = [{ op: 'replace' as const, path: '/authorizerResultTtlInSeconds', value: '7' }];
    await admin.rest.send(new UpdateAuthorizerCommand({ restApiId, authorizerId, patchOperations }));
    await admin.rest.send(new FlushStageAuthorizersCacheCommand({ restApiId, stageName: 'dev' }));
    const flushed = await published(admin, restApiId, 'dev', (one) => revision(one) !== revision(snapshot));
    expect(flushed.authorizers?.[authorizerId]).toMatchObject({ ttlSeconds: 300 });
    await admin.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
    await published(
      admin,
      restApiId,
      'dev',
      ({ authorizers }) => (authorizers?.[authorizerId] as FunctionAuthorizer).ttlSeconds === 7,
    );
  });

  it('that a deployment does not hold, as in one of before there were any, are a problem and no fault of ours', async () => {
    const { restApiId } = await guardedStage();
    const database = await new DataSource({ type: 'postgres', url: admin.databaseUrl }).initialize();
    const ofApi = 'WHERE api_id = $1';
    await database.query(`UPDATE deployments SET graph = graph - 'authorizers' ${ofApi}`, [restApiId]);
    const [{ id: deploymentId }] = await database.query<[{ id: string }]>(
      `SELECT id FROM deployments ${ofApi}`,
      [restApiId],
    );
    await database.destroy();
    await admin.rest.send(new CreateStageCommand({ restApiId, stageName: 'old', deploymentId }));
    const { routes, authorizers } = await published(admin, restApiId, 'old');
    expect([routes[0]?.authorization.type, authorizers]).toEqual(['CUSTOM', undefined]);
  });
});

describe('a flush of the authorizers’ cache', () => {
  it('gives nodes other cache keys each time, and shows nothing of itself', async () => {
    const { restApiId } = await guardedStage();
    const seen = [revision(await published(admin, restApiId, 'dev'))];
    for (let i = 0; i < 2; i++) {
      await admin.rest.send(new FlushStageAuthorizersCacheCommand({ restApiId, stageName: 'dev' }));
      seen.push(revision(await published(admin, restApiId, 'dev', (one) => !seen.includes(revision(one)))));
    }
    expect(new Set(seen).size).toBe(3);
    const stage = await admin.rest.send(new GetStageCommand({ restApiId, stageName: 'dev' }));
    expect(JSON.stringify(stage)).not.toMatch(/token/i);
  });

  it('is refused for a stage that is not there', async () => {
    const { restApiId } = await mockApi(admin);
    await expect(
      admin.rest.send(new FlushStageAuthorizersCacheCommand({ restApiId, stageName: 'none' })),
    ).rejects.toMatchObject({ name: 'NotFoundException', message: 'Invalid stage identifier specified' });
  });
});

describe('authorizers of HTTP APIs', () => {
  const JWT = {
    Name: 'jwt',
    AuthorizerType: 'JWT' as const,
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Issuer: 'https://id.example', Audience: ['app'] },
  };
  const REQUEST = {
    Name: 'request',
    AuthorizerType: 'REQUEST' as const,
    AuthorizerUri: authorizerUri,
    AuthorizerPayloadFormatVersion: '2.0',
    IdentitySource: ['$request.header.X'],
    AuthorizerResultTtlInSeconds: 60,
    EnableSimpleResponses: true,
  };

  async function httpApi(): Promise<string> {
    const { ApiId = '' } = await admin.http.send(
      new v2.CreateApiCommand({ Name: 'quick', ProtocolType: 'HTTP', Target: 'http://127.0.0.1:9/' }),
    );
    return ApiId;
  }

  it('are made, shown, listed in pages, changed and deleted', async () => {
    const ApiId = await httpApi();
    const {
      $metadata,
      AuthorizerId = '',
      ...made
    } = await admin.http.send(new v2.CreateAuthorizerCommand({ ApiId, ...JWT }));
    expect([$metadata.httpStatusCode, made]).toEqual([201, JWT]);
    await admin.http.send(new v2.CreateAuthorizerCommand({ ApiId, ...REQUEST }));
    const first = await admin.http.send(new v2.GetAuthorizersCommand({ ApiId, MaxResults: '1' }));
    const rest = await admin.http.send(new v2.GetAuthorizersCommand({ ApiId, NextToken: first.NextToken }));
    expect([...(first.Items ?? []), ...(rest.Items ?? [])].map(({ Name }) => Name)).toEqual([
      'jwt',
      'request',
    ]);
    const key = { ApiId, AuthorizerId };
    await admin.http.send(new v2.UpdateAuthorizerCommand({ ...key, Name: 'renamed' }));
    expect(await admin.http.send(new v2.GetAuthorizerCommand(key))).toMatchObject({
      ...JWT,
      Name: 'renamed',
    });
    const { AuthorizerUri, AuthorizerPayloadFormatVersion } = REQUEST;
    const other = { AuthorizerType: 'REQUEST' as const, AuthorizerUri, AuthorizerPayloadFormatVersion };
    await admin.http.send(new v2.UpdateAuthorizerCommand({ ...key, ...other }));
    const { $metadata: _, ...changed } = await admin.http.send(new v2.GetAuthorizerCommand(key));
    const kept = { AuthorizerId, Name: 'renamed', IdentitySource: JWT.IdentitySource };
    expect(changed).toEqual({ ...kept, ...other });
    await admin.http.send(new v2.DeleteAuthorizerCommand(key));
    await expect(admin.http.send(new v2.GetAuthorizerCommand(key))).rejects.toMatchObject({
      name: 'NotFoundException',
    });
  });

  it('guard a route, deploy with it, and are forgotten by a reset', async () => {
    const ApiId = await httpApi();
    const { AuthorizerId = '' } = await admin.http.send(
      new v2.CreateAuthorizerCommand({ ApiId, ...REQUEST }),
    );
    const route = { ApiId, RouteKey: 'GET /x', AuthorizationType: 'CUSTOM' as const, AuthorizerId };
    await admin.http.send(new v2.CreateRouteCommand(route));
    const before = await published(admin, ApiId, '$default', ({ authorizers }) => authorizers !== undefined);
    expect(before.authorizers?.[AuthorizerId]).toMatchObject({
      target: FUNCTION,
      simpleResponses: true,
      ttlSeconds: 60,
    });
    await admin.http.send(new v2.ResetAuthorizersCacheCommand({ ApiId, StageName: '$default' }));
    await published(admin, ApiId, '$default', (one) => revision(one) !== revision(before));
    await expect(
      admin.http.send(new v2.DeleteAuthorizerCommand({ ApiId, AuthorizerId })),
    ).rejects.toMatchObject({
      name: 'ConflictException',
      message: "Cannot delete authorizer 'request', is referenced in route: GET /x",
    });
    await expect(
      admin.http.send(new v2.CreateRouteCommand({ ...route, RouteKey: 'GET /y', AuthorizationType: 'JWT' })),
    ).rejects.toMatchObject({
      name: 'BadRequestException',
      message:
        'Invalid authorizer ID specified. Setting the authorization type to JWT requires a valid JWT authorizer.',
    });
  });
});
