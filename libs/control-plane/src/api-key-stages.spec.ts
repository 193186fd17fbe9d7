/** `stageKeys`: of before there were usage plans. */
import {
  CreateApiKeyCommand,
  CreateDeploymentCommand,
  UpdateApiKeyCommand,
} from '@aws-sdk/client-api-gateway';
import { startAdmin, type AdminUnderTest } from './testing/admin';
import { mockApi } from './testing/mock-api';

jest.setTimeout(60_000);
let admin: AdminUnderTest;
beforeAll(async () => {
  admin = await startAdmin();
});
afterAll(() => admin.stop());

async function deployedApi(): Promise<string> {
  const { restApiId } = await mockApi(admin);
  await admin.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
  return restApiId;
}

it('API keys name only stages that are there, when they are made and when they change', async () => {
  const stageKeys = [{ restApiId: await deployedApi(), stageName: 'dev' }];
  const key = await admin.rest.send(new CreateApiKeyCommand({ stageKeys }));
  expect(key.stageKeys).toEqual([`${stageKeys[0]?.restApiId}/dev`]);
  const unknown = [{ restApiId: stageKeys[0]?.restApiId ?? '', stageName: 'none' }];
  await expect(admin.rest.send(new CreateApiKeyCommand({ stageKeys: unknown }))).rejects.toMatchObject({
    name: 'NotFoundException',
  });
  const { id: apiKey } = await admin.rest.send(new CreateApiKeyCommand({}));
  const add = (text?: string) =>
    admin.rest.send(
      new UpdateApiKeyCommand({
        apiKey,
        patchOperations: [{ op: 'add', path: '/stages', ...(text !== undefined && { value: text }) }],
      }),
    );
  for (const text of ['none/dev', `${stageKeys[0]?.restApiId}/none`, 'dev', undefined])
    await expect(add(text)).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Invalid stage identifier specified',
    });
  const [there = ''] = key.stageKeys ?? [];
  expect((await add(there)).stageKeys).toEqual([there]);
});
