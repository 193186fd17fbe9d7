/** What UpdateUsage grants, to whom, and that nodes hear of it. */
import {
  CreateApiKeyCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanKeyCommand,
  GetUsageCommand,
  UpdateUsageCommand,
} from '@aws-sdk/client-api-gateway';
import { DataSource } from 'typeorm';
import { published, startAdmin, type AdminUnderTest } from './testing/admin';
import { meterRow } from './testing/meter-row';
import { planWithKeys } from './testing/plan-with-keys';

jest.setTimeout(60_000);
let admin: AdminUnderTest;
let database: DataSource;
beforeAll(async () => {
  admin = await startAdmin();
  database = await new DataSource({ type: 'postgres', url: admin.databaseUrl }).initialize();
});
afterAll(async () => {
  await database.destroy();
  await admin.stop();
});

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

it('UpdateUsage leaves a key so many calls in the current period, and nodes hear of it', async () => {
  const { restApiId, usagePlanId, keyIds } = await planWithKeys(admin, 1);
  const [keyId = ''] = keyIds;
  const rows = [meterRow(Date.now(), { usagePlanId, keyId, calls: 100, admitted: 100 })];
  await admin.controlPlane.meters.deliver({ source: 'n1', batches: [{ sequence: 1, rows }] });
  const { items } = await admin.rest.send(
    new UpdateUsageCommand({
      usagePlanId,
      keyId,
      patchOperations: [{ op: 'replace', path: '/remaining', value: '40' }],
    }),
  );
  expect(items).toEqual({ [keyId]: [[100, 40]] });
  const snapshot = await published(
    admin,
    restApiId,
    'dev',
    ({ apiKeys }) => apiKeys?.plans?.[usagePlanId]?.quota?.extra !== undefined,
  );
  const from = `${day(Date.now()).slice(0, 8)}01`;
  expect(snapshot.apiKeys?.plans?.[usagePlanId]?.quota).toEqual({
    ...{ limit: 100, period: 'MONTH', offset: 0 },
    extra: { [keyId]: { from, calls: 40 } },
  });
  const past = { usagePlanId, startDate: '2026-02-01', endDate: '2026-02-01' };
  expect((await admin.rest.send(new GetUsageCommand(past))).items).toEqual({ [keyId]: [[0, 100]] });
  const today = { usagePlanId, startDate: day(Date.now()), endDate: day(Date.now()) };
  expect((await admin.rest.send(new GetUsageCommand(today))).items).toEqual({ [keyId]: [[100, 40]] });
});

describe('a key that is not in the plan', () => {
  const grant = (usagePlanId: string, keyId: string) =>
    admin.rest.send(
      new UpdateUsageCommand({
        usagePlanId,
        keyId,
        patchOperations: [{ op: 'replace', path: '/remaining', value: '5' }],
      }),
    );
  const today = { startDate: day(Date.now()), endDate: day(Date.now()) };

  it('is granted nothing and has no usage there, be it of another plan or of none', async () => {
    const { usagePlanId } = await planWithKeys(admin, 1);
    const { keyIds: others } = await planWithKeys(admin, 1);
    const refusal = { name: 'NotFoundException', message: 'Invalid Key identifier specified' };
    for (const keyId of [...others, 'none']) {
      await expect(grant(usagePlanId, keyId)).rejects.toMatchObject(refusal);
      const asked = new GetUsageCommand({ usagePlanId, keyId, ...today });
      await expect(admin.rest.send(asked)).rejects.toMatchObject(refusal);
    }
    const rows = await database.query('SELECT * FROM quota_extensions WHERE plan_id = $1', [usagePlanId]);
    expect(rows).toEqual([]);
    await expect(grant('nope', others[0] ?? '')).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Invalid Usage Plan ID specified',
    });
  });

  it('takes its grant out of what nodes know when it leaves, and has it again when it comes back', async () => {
    const { restApiId, usagePlanId, keyIds } = await planWithKeys(admin, 2);
    const [stays = '', leaves = ''] = keyIds;
    for (const keyId of keyIds) await grant(usagePlanId, keyId);
    const granted = async (wanted: readonly string[]): Promise<void> => {
      const text = JSON.stringify(wanted.toSorted());
      await published(admin, restApiId, 'dev', ({ apiKeys }) => {
        const extra = apiKeys?.plans?.[usagePlanId]?.quota?.extra ?? {};
        return JSON.stringify(Object.keys(extra).toSorted()) === text;
      });
    };
    await granted(keyIds);
    await admin.rest.send(new DeleteUsagePlanKeyCommand({ usagePlanId, keyId: leaves }));
    await granted([stays]);
    await admin.rest.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId: leaves, keyType: 'API_KEY' }));
    await granted(keyIds);
    await admin.rest.send(new DeleteApiKeyCommand({ apiKey: leaves }));
    await granted([stays]);
    const kept = await database.query('SELECT key_id FROM quota_extensions WHERE plan_id = $1', [
      usagePlanId,
    ]);
    expect(kept).toEqual([{ key_id: stays }]);
  });
});

it('UpdateUsage has nothing to grant in a plan without a quota', async () => {
  const { id: usagePlanId = '' } = await admin.rest.send(new CreateUsagePlanCommand({ name: 'endless' }));
  const { id: keyId = '' } = await admin.rest.send(new CreateApiKeyCommand({ enabled: true }));
  await admin.rest.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }));
  const patchOperations = [{ op: 'replace' as const, path: '/remaining', value: '5' }];
  await expect(
    admin.rest.send(new UpdateUsageCommand({ usagePlanId, keyId, patchOperations })),
  ).rejects.toMatchObject({ name: 'BadRequestException', message: `Usage Plan ${usagePlanId} has no quota` });
});
