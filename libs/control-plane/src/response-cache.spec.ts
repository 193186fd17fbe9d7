/** The response cache of REST stages through the unmodified SDK, until it is in what nodes get. */
import {
  CreateDeploymentCommand,
  FlushStageCacheCommand,
  GetStageCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import { published, startAdmin, type AdminUnderTest } from './testing/admin';
import { mockApi } from './testing/mock-api';

jest.setTimeout(60_000);

let admin: AdminUnderTest;
beforeAll(async () => {
  admin = await startAdmin();
});
afterAll(() => admin.stop());

async function cachedStage(): Promise<string> {
  const { restApiId } = await mockApi(admin);
  const cluster = { cacheClusterEnabled: true, cacheClusterSize: '0.5' } as const;
  await admin.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev', ...cluster }));
  return restApiId;
}

describe('the response cache', () => {
  it('is published as stage and methods set it, without a deployment', async () => {
    const restApiId = await cachedStage();
    const replace = (path: string, value: string) => ({ op: 'replace' as const, path, value });
    const patchOperations = [
      replace('/*/*/caching/enabled', 'true'),
      replace('/*/*/caching/ttlInSeconds', '60'),
      replace('/*/*/caching/unauthorizedCacheControlHeaderStrategy', 'FAIL_WITH_403'),
    ];
    await admin.rest.send(new UpdateStageCommand({ restApiId, stageName: 'dev', patchOperations }));
    const { responseCache, routes } = await published(
      admin,
      restApiId,
      'dev',
      (one) => one.routes[0]?.cache !== undefined,
    );
    expect(responseCache).toEqual({ revision: '' });
    expect(routes[0]?.cache).toMatchObject({ ttlSeconds: 60, keyParameters: [], invalidation: 'fail' });
    await admin.rest.send(
      new UpdateStageCommand({
        restApiId,
        stageName: 'dev',
        patchOperations: [replace('/cacheClusterEnabled', 'false')],
      }),
    );
    const off = await published(admin, restApiId, 'dev', (one) => one.responseCache === undefined);
    expect(off.routes[0]?.cache).toBeUndefined();
  });

  it('is forgotten by a flush, each time anew, which shows nothing of itself', async () => {
    const restApiId = await cachedStage();
    const seen = ['', undefined];
    for (let i = 0; i < 2; i++) {
      const key = { restApiId, stageName: 'dev' };
      const { $metadata } = await admin.rest.send(new FlushStageCacheCommand(key));
      expect($metadata.httpStatusCode).toBe(202);
      const now = await published(
        admin,
        restApiId,
        'dev',
        (one) => !seen.includes(one.responseCache?.revision),
      );
      seen.push(now.responseCache?.revision);
    }
    expect(new Set(seen).size).toBe(4);
    const stage = await admin.rest.send(new GetStageCommand({ restApiId, stageName: 'dev' }));
    expect(JSON.stringify(stage)).not.toMatch(/token/i);
  });

  it('of a stage that is not there cannot be flushed', async () => {
    const { restApiId } = await mockApi(admin);
    await expect(
      admin.rest.send(new FlushStageCacheCommand({ restApiId, stageName: 'none' })),
    ).rejects.toMatchObject({ name: 'NotFoundException', message: 'Invalid stage identifier specified' });
  });
});
