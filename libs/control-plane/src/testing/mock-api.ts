/** A REST API for specs: `GET /` of a MOCK integration. */
import { CreateRestApiCommand, PutIntegrationCommand, PutMethodCommand } from '@aws-sdk/client-api-gateway';
import type { AdminUnderTest } from './admin';

export interface MockApi {
  readonly restApiId: string;
  readonly resourceId: string;
  readonly httpMethod: string;
}

export async function mockApi({ rest }: AdminUnderTest): Promise<MockApi> {
  const { id: restApiId = '', rootResourceId: resourceId = '' } = await rest.send(
    new CreateRestApiCommand({ name: 'mock' }),
  );
  const key = { restApiId, resourceId, httpMethod: 'GET' };
  await rest.send(new PutMethodCommand({ ...key, authorizationType: 'NONE' }));
  await rest.send(new PutIntegrationCommand({ ...key, type: 'MOCK' }));
  return key;
}
