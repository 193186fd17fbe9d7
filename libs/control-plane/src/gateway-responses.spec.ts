/** Gateway responses through the unmodified SDK, until they are in what nodes get. */
import {
  CreateDeploymentCommand,
  DeleteGatewayResponseCommand,
  GetGatewayResponseCommand,
  GetGatewayResponsesCommand,
  PutGatewayResponseCommand,
  UpdateGatewayResponseCommand,
} from '@aws-sdk/client-api-gateway';
import { published, startAdmin, type AdminUnderTest } from './testing/admin';
import { mockApi } from './testing/mock-api';

jest.setTimeout(60_000);

let admin: AdminUnderTest;
beforeAll(async () => {
  admin = await startAdmin();
});
afterAll(() => admin.stop());

const responseType = 'UNAUTHORIZED' as const;

describe('gateway responses', () => {
  it('are put, shown, listed in pages, changed and deleted', async () => {
    const { restApiId } = await mockApi(admin);
    const key = { restApiId, responseType };
    const put = await admin.rest.send(new PutGatewayResponseCommand({ ...key, statusCode: '403' }));
    expect([put.$metadata.httpStatusCode, put.statusCode, put.defaultResponse]).toEqual([201, '403', false]);
    const patchOperations = [{ op: 'replace' as const, path: '/statusCode', value: '418' }];
    await admin.rest.send(new UpdateGatewayResponseCommand({ ...key, patchOperations }));
    const first = await admin.rest.send(new GetGatewayResponsesCommand({ restApiId, limit: 19 }));
    const rest = await admin.rest.send(
      new GetGatewayResponsesCommand({ restApiId, position: first.position }),
    );
    const all = [...(first.items ?? []), ...(rest.items ?? [])];
    expect(all).toHaveLength(21);
    expect(all.filter((one) => one.defaultResponse !== true).map((one) => one.statusCode)).toEqual(['418']);
    const deleted = await admin.rest.send(new DeleteGatewayResponseCommand(key));
    expect(deleted.$metadata.httpStatusCode).toBe(202);
    const again = await admin.rest.send(new GetGatewayResponseCommand(key));
    expect([again.statusCode, again.defaultResponse]).toEqual(['401', true]);
  });

  it('reach nodes with a deployment, and not before', async () => {
    const { restApiId } = await mockApi(admin);
    await admin.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
    const key = { restApiId, responseType };
    await admin.rest.send(
      new PutGatewayResponseCommand({
        ...key,
        responseParameters: { 'gatewayresponse.header.Access-Control-Allow-Origin': "'*'" },
      }),
    );
    const first = await published(admin, restApiId, 'dev');
    expect(first.gatewayResponses).toBeUndefined();
    await admin.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
    const second = await published(
      admin,
      restApiId,
      'dev',
      (snapshot) => snapshot.deploymentId !== first.deploymentId,
    );
    expect(second.gatewayResponses).toEqual({
      UNAUTHORIZED: {
        responseParameters: { 'gatewayresponse.header.Access-Control-Allow-Origin': "'*'" },
        responseTemplates: {},
      },
    });
  });

  it('of an unknown API or type are refused in AWS’s words', async () => {
    const unknown = admin.rest.send(new GetGatewayResponsesCommand({ restApiId: 'nope' }));
    await expect(unknown).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Invalid API identifier specified 000000000000:nope',
    });
    const { restApiId } = await mockApi(admin);
    const wrongType = admin.rest.send(
      new GetGatewayResponseCommand({ restApiId, responseType: 'FAKE' as never }),
    );
    await expect(wrongType).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
