/** For how long stages have their caches on: written down with each change, and counted by the month. */
import {
  CreateDeploymentCommand,
  CreateStageCommand,
  DeleteRestApiCommand,
  DeleteStageCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import { startBilling, type BillingUnderTest } from './testing/billing';
import { mockApi } from './testing/mock-api';

jest.setTimeout(60_000);
let billing: BillingUnderTest;
beforeAll(async () => {
  billing = await startBilling();
});
afterAll(() => billing.stop());

describe('cache hours', () => {
  const periodsOf = async (apiId: string): Promise<[string, string, boolean][]> => {
    const rows = await billing.database.query<{ stage: string; size: string; isOpen: boolean }[]>(
      `SELECT stage, size, to_at IS NULL AS "isOpen" FROM stage_cache_periods WHERE api_id = $1 ORDER BY id`,
      [apiId],
    );
    return rows.map(({ stage, size, isOpen }) => [stage, size, isOpen]);
  };
  const patch = (restApiId: string, stageName: string, path: string, value: string) =>
    billing.admin.rest.send(
      new UpdateStageCommand({ restApiId, stageName, patchOperations: [{ op: 'replace', path, value }] }),
    );

  it('are written down with every change of a stage that switches the cache, and with no other', async () => {
    const { restApiId } = await mockApi(billing.admin);
    const { id: deploymentId = '' } = await billing.admin.rest.send(
      new CreateDeploymentCommand({
        restApiId,
        stageName: 'dev',
        cacheClusterEnabled: true,
        cacheClusterSize: '1.6',
      }),
    );
    expect(await periodsOf(restApiId)).toEqual([['dev', '1.6', true]]);
    await patch(restApiId, 'dev', '/description', 'same cache');
    await billing.admin.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
    expect(await periodsOf(restApiId)).toEqual([['dev', '1.6', true]]);
    await patch(restApiId, 'dev', '/cacheClusterSize', '6.1');
    await patch(restApiId, 'dev', '/cacheClusterEnabled', 'false');
    await patch(restApiId, 'dev', '/cacheClusterSize', '0.5');
    const off: [string, string, boolean][] = [
      ['dev', '1.6', false],
      ['dev', '6.1', false],
    ];
    expect(await periodsOf(restApiId)).toEqual(off);
    await patch(restApiId, 'dev', '/cacheClusterEnabled', 'true');
    const stage = { restApiId, deploymentId, stageName: 'two', cacheClusterEnabled: true };
    await billing.admin.rest.send(new CreateStageCommand(stage));
    await billing.admin.rest.send(new CreateStageCommand({ ...stage, stageName: 'three' }));
    await billing.admin.rest.send(new DeleteStageCommand({ restApiId, stageName: 'two' }));
    expect(await periodsOf(restApiId)).toEqual([
      ...off,
      ['dev', '0.5', true],
      ['two', '0.5', false],
      ['three', '0.5', true],
    ]);
    await billing.admin.rest.send(new DeleteRestApiCommand({ restApiId }));
    expect((await periodsOf(restApiId)).filter(([, , isOpen]) => isOpen)).toEqual([]);
  });

  it('count within the month, of caches that are on up to now', async () => {
    const account = billing.freshAccount();
    const period = (stage: string, size: string, from: string, to: string | null): Promise<unknown> =>
      billing.database.query(
        `INSERT INTO stage_cache_periods (account_id, api_id, stage, size, from_at, to_at)
         VALUES ($1, $2, $3, $4, $5, $6)`,
        [account, `c${account}`, stage, size, from, to],
      );
    await period('dev', '0.5', '2024-01-31T23:00Z', '2024-02-01T01:00Z');
    await period('dev', '0.5', '2024-02-02T00:00Z', '2024-02-02T00:30Z');
    await period('dev', '1.6', '2024-02-02T00:30Z', '2024-02-02T00:30:00.9Z');
    await period('on', '237', '2024-02-29T22:00Z', null);
    const cachesAt = async (now: string, month: string) =>
      (await billing.statementAt(now, month, account)).apis.flatMap(({ caches }) =>
        caches.map(({ stage, size, seconds, amount }) => [stage, size, seconds, amount]),
      );
    expect(await cachesAt('2024-02-29T23:00Z', '2024-02')).toEqual([
      ['dev', '0.5', 5400, '0.03'],
      ['on', '237', 3600, '3.80'],
    ]);
    expect(await cachesAt('2024-04-01T00:00Z', '2024-02')).toEqual([
      ['dev', '0.5', 5400, '0.03'],
      ['on', '237', 7200, '7.60'],
    ]);
    expect(await cachesAt('2024-03-01T01:00Z', '2024-03')).toEqual([['on', '237', 3600, '3.80']]);
    expect(await cachesAt('2024-04-01T00:00Z', '2024-01')).toEqual([['dev', '0.5', 3600, '0.02']]);
  });
});
