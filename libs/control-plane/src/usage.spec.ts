/** Metering as it is added up, and what GetUsage, UpdateUsage and the native surface say of it. */
import {
  CreateUsagePlanCommand,
  GetUsageCommand,
  UpdateUsageCommand,
  type GetUsageCommandOutput,
} from '@aws-sdk/client-api-gateway';
import type { MeterRow } from '@gatehouse/engine';
import { DataSource } from 'typeorm';
import { UsageRollup } from './services/usage-rollup';
import { startAdmin, type AdminUnderTest } from './testing/admin';
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
    const one = [meterRow('2026-01-01T10:00Z', { apiId: 'once' })];
    await meter('n1', 1, one, one);
    await meter('n1', 1, one, one);
    await meter('n1', 2, one, one);
    await Promise.all([1, 2, 3, 4].map(() => meter('n1', 3, one, one, one)));
    await meter('n2', 1, one);
    expect(await callsOf('once')).toEqual([6, 6]);
  });

  it('leaves nothing of a delivery that fails', async () => {
    // Each minute can be counted, the day cannot.
    const huge = ['10:00', '10:01'].map((time) =>
      meterRow(`2026-01-01T${time}Z`, { apiId: 'half', calls: 2 ** 62 }),
    );
    await expect(meter('n3', 1, [meterRow('2026-01-01T10:00Z', { apiId: 'half' })], huge)).rejects.toThrow();
    expect(await callsOf('half')).toEqual([0, 0]);
    await meter('n3', 1, [meterRow('2026-01-01T10:00Z', { apiId: 'half' })]);
    expect(await callsOf('half')).toEqual([1, 1]);
  });

  it('adds up what many nodes tell of the same routes at once', async () => {
    const rows = Array.from({ length: 40 }, (_, i) =>
      meterRow('2026-01-01T10:00Z', { apiId: 'many', route: `GET /${i}` }),
    );
    const sources = Array.from({ length: 8 }, (_, i) => `many-${i}`);
    await Promise.all(sources.map((source, i) => meter(source, 1, i % 2 === 0 ? rows : rows.toReversed())));
    expect(await callsOf('many')).toEqual([320, 320]);
  });

  it('forgets minutes and lives that are two months old, and no day', async () => {
    const rollup = new UsageRollup(database);
    await meter('old', 1, [meterRow('2025-01-01T10:00Z', { apiId: 'old' })]);
    await meter('old-but-alive', 1, [meterRow('2025-01-01T10:00Z', { apiId: 'old' })]);
    await database.query(
      `UPDATE meter_marks SET seen_at = now() - interval '63 days' WHERE source LIKE 'old%'`,
    );
    const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 2 * 3_600_000);
    await rollup.deliver({ source: 'old-but-alive', batches: [{ sequence: 1, rows: [] }] });
    now.mockRestore();
    expect(await callsOf('old')).toEqual([0, 2]);
    const marks = await database.query<object[]>(`SELECT source FROM meter_marks WHERE source LIKE 'old%'`);
    expect(marks).toEqual([{ source: 'old-but-alive' }]);
  });

  it('adds up what is billed, on rows from before it was counted too, where every call is', async () => {
    const at = '2026-01-05T10:00Z';
    await meter('n5', 1, [
      meterRow(at, { apiId: 'billed', calls: 4 }),
      meterRow(at, { apiId: 'fresh', calls: 9, billed: 2 }),
    ]);
    for (const table of ['usage_minutes', 'usage_days'])
      await database.query(`UPDATE ${table} SET billed = NULL WHERE api_id = 'billed'`);
    await meter('n5', 2, [meterRow(at, { apiId: 'billed', calls: 10, billed: 3 })]);
    for (const table of ['usage_minutes', 'usage_days'])
      expect(
        await database.query(
          `SELECT api_id, calls, billed FROM ${table} WHERE api_id IN ('billed', 'fresh') ORDER BY api_id`,
        ),
      ).toEqual([
        { api_id: 'billed', calls: '14', billed: '7' },
        { api_id: 'fresh', calls: '9', billed: '2' },
      ]);
  });

  it('keeps minutes and days apart', async () => {
    await meter('n4', 1, [
      meterRow('2026-01-31T23:59Z', { apiId: 'days' }),
      meterRow('2026-02-01T00:00Z', { apiId: 'days', calls: 5 }),
      meterRow('2026-02-01T00:01Z', { apiId: 'days', calls: 2 }),
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

describe('GetUsage', () => {
  it('tells of each day what was used and what was left after it, by key', async () => {
    const { usagePlanId, keyIds } = await planWithKeys(admin, 2);
    const [one = '', two = ''] = keyIds;
    const used = (at: string, keyId: string, admitted: number): MeterRow =>
      meterRow(at, { usagePlanId, keyId, calls: admitted + 3, admitted });
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
    const { usagePlanId, keyIds } = await planWithKeys(admin, 3);
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

it.each([
  [{ startDate: '2026-02-02', endDate: '2026-02-01' }, 'endDate must not be before startDate'],
  [{ startDate: '2026-01-01', endDate: '2026-04-01' }, 'at most 90 days'],
  [{ startDate: '2026-02-30', endDate: '2026-03-01' }, 'Invalid startDate'],
  [{ position: 'bm93aGVyZQ' }, 'Invalid position'],
  [{ limit: 501 }, 'Limit must be between 1 and 500'],
])('GetUsage refuses %j', async (members, message) => {
  const { usagePlanId } = await planWithKeys(admin, 1);
  const asked = { usagePlanId, startDate: '2026-02-01', endDate: '2026-02-01', ...members };
  await expect(admin.rest.send(new GetUsageCommand(asked))).rejects.toMatchObject({
    name: 'BadRequestException',
    message: expect.stringContaining(message),
  });
});

describe('the native surface', () => {
  const ask = async (query: string) => {
    const headers = { authorization: `Bearer ${admin.token}` };
    const answer = await fetch(`${admin.url}/admin/v1/usage?${query}`, { headers });
    return { status: answer.status, body: (await answer.json()) as { items: object[] } };
  };

  it('tells what is used most, of one’s own account only', async () => {
    await meter('u3', 1, [
      meterRow('2026-03-01T10:00Z', { route: 'GET /a', calls: 5, keyId: 'k1' }),
      meterRow('2026-03-01T10:01Z', { route: 'GET /b', calls: 9, billed: 6, cacheHits: 4 }),
      meterRow('2026-03-01T10:02Z', { route: 'GET /b', calls: 7 }),
      meterRow('2026-03-01T10:01Z', { accountId: '111111111111', calls: 99 }),
    ]);
    const range = 'from=2026-03-01T10:00Z&to=2026-03-01T10:02Z';
    const sums = { bytesIn: 10, bytesOut: 100, cacheHits: 0 };
    expect((await ask(`${range}&by=route`)).body.items).toEqual([
      { apiId: 'api1', stage: 'dev', route: 'GET /b', calls: 9, billed: 6, ...sums, cacheHits: 4 },
      { apiId: 'api1', stage: 'dev', route: 'GET /a', calls: 5, billed: 5, ...sums },
    ]);
    expect((await ask(`${range}&by=key`)).body.items).toEqual([
      { keyId: 'k1', calls: 5, billed: 5, ...sums },
    ]);
    expect((await ask(`${range}&by=api&limit=1`)).body.items).toMatchObject([
      { apiId: 'api1', calls: 14, billed: 11 },
    ]);
    expect((await ask(`${range}&apiId=other`)).body.items).toEqual([]);
  });

  it.each([
    ['by=toString', 'by must be one of: api, stage, route, key'],
    ['by=api&by=key', 'by must be given once'],
    ['from=then', 'from must be a day or a time with its zone'],
    ['from=5', 'from must be a day or a time with its zone'],
    ['from=2026-02-30T10:00Z', 'from must be a day or a time with its zone'],
    ['from=2026-02-01T10:00', 'from must be a day or a time with its zone'],
    ['to=2026-02-01T25:00Z', 'to must be a day or a time with its zone'],
    ['from=2026-02-01&to=2026-02-01', 'from must be before to'],
    ['limit=0', 'limit must be a whole number from 1 to 500'],
    ['limit=501', 'limit must be a whole number from 1 to 500'],
    ['limit=1e1', 'limit must be a whole number from 1 to 500'],
    ['limit=', 'limit must be a whole number from 1 to 500'],
    ['apiId=a&apiId=b', 'apiId must be given once'],
  ])('refuses %s and names what is wrong', async (query, message) => {
    const { status, body } = await ask(query);
    expect([status, body]).toEqual([
      400,
      expect.objectContaining({ status: 400, detail: expect.stringContaining(message) }),
    ]);
  });
});

describe('quotas on the native surface', () => {
  const ask = async (query: string) => {
    const headers = { authorization: `Bearer ${admin.token}` };
    const answer = await fetch(`${admin.url}/admin/v1/usage/quotas?${query}`, { headers });
    return { status: answer.status, body: (await answer.json()) as { items: object[]; next?: string } };
  };
  const nextMonth = (): string => {
    const now = new Date();
    return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)).toISOString();
  };

  it('tell of every key what it used in the period and has left, with what it was granted, and until when', async () => {
    const { usagePlanId, keyIds } = await planWithKeys(admin, 3);
    const [one = '', two = '', three = ''] = keyIds;
    const used = (keyId: string, admitted: number, at: string | number = Date.now()): MeterRow =>
      meterRow(at, { usagePlanId, keyId, calls: admitted + 3, admitted });
    await meter('q1', 1, [used(one, 7), used(two, 120), used(one, 50, '2026-01-30T10:00Z')]);
    const patchOperations = [{ op: 'replace' as const, path: '/remaining', value: '25' }];
    await admin.rest.send(new UpdateUsageCommand({ usagePlanId, keyId: two, patchOperations }));
    const { status, body } = await ask(`usagePlanId=${usagePlanId}`);
    const same = { period: 'MONTH', resetsAt: nextMonth() };
    expect([status, body]).toEqual([
      200,
      {
        usagePlanId,
        items: [
          { keyId: one, name: 'k0', ...same, limit: 100, used: 7, remaining: 93 },
          { keyId: two, name: 'k1', ...same, limit: 145, used: 120, remaining: 25 },
          { keyId: three, name: 'k2', ...same, limit: 100, used: 0, remaining: 100 },
        ],
      },
    ]);
    const first = await ask(`usagePlanId=${usagePlanId}&limit=2`);
    const next = await ask(`usagePlanId=${usagePlanId}&limit=2&cursor=${first.body.next}`);
    expect([...first.body.items, ...next.body.items]).toEqual(body.items);
  });

  it.each([
    ['', 400, 'usagePlanId must be given'],
    ['usagePlanId=nope', 404, 'Invalid Usage Plan ID specified'],
  ])('answer %j with %d', async (query, status, detail) => {
    expect(await ask(query)).toMatchObject({ status, body: { detail } });
  });

  it('of a plan without one are refused', async () => {
    const { id = '' } = await admin.rest.send(new CreateUsagePlanCommand({ name: 'free' }));
    expect(await ask(`usagePlanId=${id}`)).toMatchObject({
      status: 400,
      body: { detail: `Usage Plan ${id} has no quota` },
    });
  });
});
