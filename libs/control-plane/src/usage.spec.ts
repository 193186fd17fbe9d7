/** Metering as it is added up, and what GetUsage, UpdateUsage and the native surface say of it. */
import {
  CreateApiKeyCommand,
  CreateDeploymentCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  GetUsageCommand,
  UpdateUsageCommand,
  type GetUsageCommandOutput,
} from '@aws-sdk/client-api-gateway';
import type { MeterRow } from '@gatehouse/engine';
import { DataSource } from 'typeorm';
import { published, startAdmin, type AdminUnderTest } from './testing/admin';
import { mockApi } from './testing/mock-api';

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

const MINUTE_MS = 60_000;
const row = (at: string | number, members: Partial<MeterRow> = {}): MeterRow => ({
  accountId: '000000000000',
  apiId: 'api1',
  stage: 'dev',
  route: 'GET /',
  usagePlanId: '',
  keyId: '',
  minute: Math.floor(new Date(at).getTime() / MINUTE_MS),
  calls: 1,
  admitted: 0,
  bytesIn: 10,
  bytesOut: 100,
  cacheHits: 0,
  ...members,
});
const meter = (source: string, from: number, ...batches: MeterRow[][]): Promise<void> =>
  admin.controlPlane.meters.deliver({
    source,
    batches: batches.map((rows, i) => ({ sequence: from + i, rows })),
  });
const callsOf = async (apiId: string): Promise<number[]> => {
  const sums = ['usage_minutes', 'usage_days'].map((table) =>
    database.query<{ calls: string }[]>(
      `SELECT coalesce(sum(calls), 0) AS calls FROM ${table} WHERE api_id = $1`,
      [apiId],
    ),
  );
  return (await Promise.all(sums)).map(([one]) => Number(one?.calls));
};

describe('the roll-up', () => {
  it('counts each batch once, however often and in whatever company it comes', async () => {
    const one = [row('2026-01-01T10:00Z', { apiId: 'once' })];
    await meter('n1', 1, one, one);
    await meter('n1', 1, one, one);
    await meter('n1', 2, one, one);
    await Promise.all([1, 2, 3, 4].map(() => meter('n1', 3, one, one, one)));
    await meter('n2', 1, one);
    expect(await callsOf('once')).toEqual([6, 6]);
  });

  it('leaves nothing of a delivery that fails', async () => {
    const bad = row('2026-01-01T10:00Z', { apiId: 'half', calls: 1e300 });
    await expect(meter('n3', 1, [row('2026-01-01T10:00Z', { apiId: 'half' })], [bad])).rejects.toThrow();
    expect(await callsOf('half')).toEqual([0, 0]);
    await meter('n3', 1, [row('2026-01-01T10:00Z', { apiId: 'half' })]);
    expect(await callsOf('half')).toEqual([1, 1]);
  });

  it('adds up what many nodes tell of the same routes at once', async () => {
    const rows = Array.from({ length: 40 }, (_, i) =>
      row('2026-01-01T10:00Z', { apiId: 'many', route: `GET /${i}` }),
    );
    const sources = Array.from({ length: 8 }, (_, i) => `many-${i}`);
    await Promise.all(sources.map((source, i) => meter(source, 1, i % 2 === 0 ? rows : rows.toReversed())));
    expect(await callsOf('many')).toEqual([320, 320]);
  });

  it('keeps minutes and days apart', async () => {
    await meter('n4', 1, [
      row('2026-01-31T23:59Z', { apiId: 'days' }),
      row('2026-02-01T00:00Z', { apiId: 'days', calls: 5 }),
      row('2026-02-01T00:01Z', { apiId: 'days', calls: 2 }),
    ]);
    const count = (table: string): Promise<{ at: Date; calls: string }[]> =>
      database.query(`SELECT at, calls FROM ${table} WHERE api_id = 'days' ORDER BY at`);
    expect((await count('usage_days')).map(({ at, calls }) => [at.toISOString(), calls])).toEqual([
      ['2026-01-31T00:00:00.000Z', '1'],
      ['2026-02-01T00:00:00.000Z', '7'],
    ]);
    expect(await count('usage_minutes')).toHaveLength(3);
  });
});

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

async function planWithKeys(keys: number, quota = { limit: 100, period: 'MONTH', offset: 0 } as const) {
  const { restApiId } = await mockApi(admin);
  await admin.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
  const { id: usagePlanId = '' } = await admin.rest.send(
    new CreateUsagePlanCommand({ name: 'p', apiStages: [{ apiId: restApiId, stage: 'dev' }], quota }),
  );
  const keyIds: string[] = [];
  for (let i = 0; i < keys; i++) {
    const { id: keyId = '' } = await admin.rest.send(
      new CreateApiKeyCommand({ name: `k${i}`, enabled: true }),
    );
    await admin.rest.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }));
    keyIds.push(keyId);
  }
  return { restApiId, usagePlanId, keyIds };
}

describe('GetUsage', () => {
  it('tells of each day what was used and what was left after it, by key', async () => {
    const { usagePlanId, keyIds } = await planWithKeys(2);
    const [one = '', two = ''] = keyIds;
    const used = (at: string, keyId: string, admitted: number): MeterRow =>
      row(at, { usagePlanId, keyId, calls: admitted + 3, admitted });
    await meter('u1', 1, [
      used('2026-01-30T10:00Z', one, 7),
      used('2026-02-01T10:00Z', one, 20),
      used('2026-02-01T11:00Z', one, 10),
      used('2026-02-02T00:00Z', one, 80),
      used('2026-02-02T00:00Z', two, 1),
    ]);
    const asked = { usagePlanId, startDate: '2026-01-31', endDate: '2026-02-02' };
    const { items, startDate, endDate } = await admin.rest.send(new GetUsageCommand(asked));
    expect([startDate, endDate]).toEqual(['2026-01-31', '2026-02-02']);
    expect(items).toEqual({
      [one]: [
        [0, 93],
        [30, 70],
        [80, 0],
      ],
      [two]: [
        [0, 100],
        [0, 100],
        [1, 99],
      ],
    });
    const ofOne = await admin.rest.send(new GetUsageCommand({ ...asked, keyId: two }));
    expect(Object.keys(ofOne.items ?? {})).toEqual([two]);
  });

  it('comes in pages, in the order in which keys joined', async () => {
    const { usagePlanId, keyIds } = await planWithKeys(3);
    const asked = { usagePlanId, startDate: '2026-01-31', endDate: '2026-01-31', limit: 2 };
    const first: GetUsageCommandOutput = await admin.rest.send(new GetUsageCommand(asked));
    expect(Object.keys(first.items ?? {}).sort()).toEqual(keyIds.slice(0, 2).sort());
    const next = await admin.rest.send(new GetUsageCommand({ ...asked, position: first.position }));
    expect(Object.keys(next.items ?? {})).toEqual(keyIds.slice(2));
    expect(next.position).toBeUndefined();
  });

  it('refuses an unknown plan', async () => {
    const asked = { usagePlanId: 'nope', startDate: '2026-01-31', endDate: '2026-01-31' };
    await expect(admin.rest.send(new GetUsageCommand(asked))).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Invalid Usage Plan ID specified',
    });
  });
});

it('UpdateUsage leaves a key so many calls in the current period, and nodes hear of it', async () => {
  const { restApiId, usagePlanId, keyIds } = await planWithKeys(1);
  const [keyId = ''] = keyIds;
  await meter('u2', 1, [row(Date.now(), { usagePlanId, keyId, calls: 100, admitted: 100 })]);
  const { items } = await admin.rest.send(
    new UpdateUsageCommand({
      usagePlanId,
      keyId,
      patchOperations: [{ op: 'replace', path: '/remaining', value: '25' }],
    }),
  );
  expect(items).toEqual({ [keyId]: [[100, 25]] });
  const snapshot = await published(
    admin,
    restApiId,
    'dev',
    ({ apiKeys }) => apiKeys?.plans?.[usagePlanId]?.quota?.extra !== undefined,
  );
  const from = `${day(Date.now()).slice(0, 8)}01`;
  expect(snapshot.apiKeys?.plans?.[usagePlanId]?.quota).toEqual({
    ...{ limit: 100, period: 'MONTH', offset: 0 },
    extra: { [keyId]: { from, calls: 25 } },
  });
  const today = { usagePlanId, startDate: day(Date.now()), endDate: day(Date.now()) };
  expect((await admin.rest.send(new GetUsageCommand(today))).items).toEqual({ [keyId]: [[100, 25]] });
});

describe('the native surface', () => {
  const ask = async (query: string) => {
    const headers = { authorization: `Bearer ${admin.token}` };
    const answer = await fetch(`${admin.url}/admin/v1/usage?${query}`, { headers });
    return { status: answer.status, body: (await answer.json()) as { items: object[] } };
  };

  it('tells what is used most, of one’s own account only', async () => {
    await meter('u3', 1, [
      row('2026-03-01T10:00Z', { route: 'GET /a', calls: 5, keyId: 'k1' }),
      row('2026-03-01T10:01Z', { route: 'GET /b', calls: 9, cacheHits: 4 }),
      row('2026-03-01T10:02Z', { route: 'GET /b', calls: 7 }),
      row('2026-03-01T10:01Z', { accountId: '111111111111', calls: 99 }),
    ]);
    const range = 'from=2026-03-01T10:00Z&to=2026-03-01T10:02Z';
    const sums = { bytesIn: 10, bytesOut: 100, cacheHits: 0 };
    expect((await ask(`${range}&by=route`)).body.items).toEqual([
      { apiId: 'api1', stage: 'dev', route: 'GET /b', calls: 9, ...sums, cacheHits: 4 },
      { apiId: 'api1', stage: 'dev', route: 'GET /a', calls: 5, ...sums },
    ]);
    expect((await ask(`${range}&by=key`)).body.items).toEqual([{ keyId: 'k1', calls: 5, ...sums }]);
    expect((await ask(`${range}&by=api&limit=1`)).body.items).toMatchObject([{ apiId: 'api1', calls: 14 }]);
    expect((await ask(`${range}&apiId=other`)).body.items).toEqual([]);
  });

  it.each(['by=toString', 'from=then', 'limit=0'])('refuses %s', async (query) => {
    expect((await ask(query)).status).toBe(400);
  });
});
