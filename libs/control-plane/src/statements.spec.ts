/** Monthly statements over a real database, held against the metered rows. */
import { CreateApiKeyCommand, DeleteApiKeyCommand, DeleteRestApiCommand } from '@aws-sdk/client-api-gateway';
import { CreateApiCommand } from '@aws-sdk/client-apigatewayv2';
import type { Statement } from '@gatehouse/catalog';
import type { MeterRow } from '@gatehouse/engine';
import { problemOf, startBilling, type BillingUnderTest } from './testing/billing';
import { meterRow } from './testing/meter-row';
import { mockApi } from './testing/mock-api';

jest.setTimeout(60_000);
let billing: BillingUnderTest;
beforeAll(async () => {
  billing = await startBilling();
});
afterAll(() => billing.stop());

const OWN = '000000000000';

describe('a statement', () => {
  it('has the metered calls of its month in UTC and of its account, to the call', async () => {
    const account = billing.freshAccount();
    const of = (at: string, members: Partial<MeterRow>): MeterRow =>
      meterRow(at, { accountId: account, ...members });
    await billing.meter(
      of('2024-01-31T23:59Z', { calls: 1_000 }),
      of('2024-02-01T00:00Z', { calls: 3, keyId: 'k1', usagePlanId: 'p1', cacheHits: 2 }),
      of('2024-02-15T12:00Z', { calls: 5, route: 'GET /b', keyId: 'k1', usagePlanId: 'p2' }),
      of('2024-02-29T23:59Z', { calls: 7, stage: 'prod' }),
      of('2024-02-29T23:59Z', { calls: 11, apiId: 'api2', keyId: 'k1' }),
      of('2024-03-01T00:00Z', { calls: 10_000 }),
      meterRow('2024-02-10T00:00Z', { calls: 100_000, accountId: billing.freshAccount() }),
    );
    const { totals, apis, keys } = await billing.statementAt('2024-06-01T00:00Z', '2024-02', account);
    expect(totals).toMatchObject({ calls: 26, bytesIn: 40, bytesOut: 400, cacheHits: 2 });
    expect(apis.map(({ apiId, calls }) => [apiId, calls])).toEqual([
      ['api1', 15],
      ['api2', 11],
    ]);
    expect(apis[0]?.keys.map(({ keyId, calls }) => [keyId, calls])).toEqual([
      [undefined, 7],
      ['k1', 8],
    ]);
    expect(keys.map(({ keyId, calls }) => [keyId, calls])).toEqual([
      [undefined, 7],
      ['k1', 19],
    ]);
  });

  it('prices what is billed and shows all calls beside it, those from before it was counted in full', async () => {
    const account = billing.freshAccount();
    const of = (members: Partial<MeterRow>): MeterRow =>
      meterRow('2024-02-10T00:00Z', { accountId: account, apiId: restApi, ...members });
    const { restApiId: restApi } = await mockApi(billing.admin);
    await billing.meter(
      of({ calls: 100, billed: 40, keyId: 'k1' }),
      of({ calls: 30, billed: 0 }),
      of({ calls: 5, apiId: 'old' }),
    );
    await billing.database.query(
      `UPDATE usage_days SET billed = NULL WHERE account_id = $1 AND api_id = 'old'`,
      [account],
    );
    const { totals, lines, apis, keys } = await billing.statementAt('2024-06-01T00:00Z', '2024-02', account);
    expect(totals).toMatchObject({ calls: 135, billed: 45 });
    expect(lines.filter(({ unit }) => unit === 'call').reduce((sum, { quantity }) => sum + quantity, 0)).toBe(
      45,
    );
    expect(Object.fromEntries(apis.map(({ apiId, calls, billed }) => [apiId, [calls, billed]]))).toEqual({
      [restApi]: [130, 40],
      old: [5, 5],
    });
    expect(
      keys.map(({ keyId, calls, billed, charges }) => [keyId, calls, billed, charges.calls === '0.00']),
    ).toEqual([
      [undefined, 35, 5, true],
      ['k1', 100, 40, true],
    ]);
  });

  it('names APIs and keys, also when they are gone, and prices each kind by itself', async () => {
    const { restApiId } = await mockApi(billing.admin);
    const { ApiId: httpApiId = '' } = await billing.admin.http.send(
      new CreateApiCommand({ Name: 'web', ProtocolType: 'HTTP', Target: 'http://127.0.0.1:9' }),
    );
    const [gone, kept] = await Promise.all(
      ['gone', 'kept'].map(
        async (name) => (await billing.admin.rest.send(new CreateApiKeyCommand({ name }))).id ?? '',
      ),
    );
    await billing.meter(
      meterRow('2023-05-01T00:00Z', { apiId: restApiId, keyId: gone ?? '', calls: 2_000_000 }),
      meterRow('2023-05-01T00:00Z', { apiId: httpApiId, keyId: kept ?? '', calls: 3_000_000 }),
      meterRow('2023-05-01T00:00Z', { apiId: 'unheard', calls: 7 }),
    );
    const alive = await billing.statementAt('2023-07-01T00:00Z', '2023-05', OWN);
    await billing.admin.rest.send(new DeleteRestApiCommand({ restApiId }));
    await billing.admin.rest.send(new DeleteApiKeyCommand({ apiKey: gone }));
    const after = await billing.statementAt('2023-07-01T00:00Z', '2023-05', OWN);
    const shown = ({ apis, keys }: Statement): Record<string, unknown> => ({
      ...Object.fromEntries(
        apis.map(({ apiId, kind, name, isDeleted, charges }) => [
          apiId,
          [kind, name, isDeleted, charges.calls],
        ]),
      ),
      ...Object.fromEntries(keys.map(({ keyId, name, isDeleted }) => [keyId ?? '', [name, isDeleted]])),
    });
    const expected = (isDeleted?: true): Record<string, unknown> => ({
      [restApiId]: ['REST', 'mock', isDeleted, '7.00'],
      [httpApiId]: ['HTTP', 'web', undefined, '3.00'],
      unheard: [undefined, undefined, undefined, '0.00'],
      '': [undefined, undefined],
      [gone ?? '']: ['gone', isDeleted],
      [kept ?? '']: ['kept', undefined],
    });
    expect([shown(alive), shown(after)]).toEqual([expected(), expected(true)]);
    expect(after.totals).toEqual(alive.totals);
  });

  it('of the running month is an estimate with a projection', async () => {
    const account = billing.freshAccount();
    await billing.meter(meterRow('2024-04-10T00:00Z', { accountId: account, calls: 10 }));
    const { status, upTo, projection } = await billing.statementAt('2024-04-11T00:00Z', '2024-04', account);
    expect([status, upTo]).toEqual(['estimate', '2024-04-11T00:00:00.000Z']);
    expect(projection?.lines[0]).toMatchObject({ quantity: 30 });
  });
});

describe('the native surface of statements', () => {
  const thisMonth = new Date().toISOString().slice(0, 7);

  it('answers JSON by default, and CSV by Accept or by format', async () => {
    await billing.meter(meterRow(new Date().toISOString()));
    const json = await billing.native(`statements/${thisMonth}`);
    expect(json.headers.get('content-type')).toContain('application/json');
    expect(await json.json()).toMatchObject({ month: thisMonth, status: 'estimate', accountId: OWN });
    for (const csv of [
      await billing.native(`statements/${thisMonth}`, { headers: { accept: 'text/csv' } }),
      await billing.native(`statements/${thisMonth}?format=csv`, { headers: { accept: 'application/json' } }),
    ]) {
      expect([csv.status, csv.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
      expect(csv.headers.get('content-disposition')).toBe(`attachment; filename=statement-${thisMonth}.csv`);
      expect(await csv.text()).toMatch(/^month,status,.*\r\n(.*\r\n)+$/);
    }
    const asked = await billing.native(`statements/${thisMonth}?format=json`, {
      headers: { accept: 'text/csv' },
    });
    expect(asked.headers.get('content-type')).toContain('application/json');
  });

  it.each([
    ['2024-13', 400, 'yyyy-mm'],
    ['next', 400, 'yyyy-mm'],
    [`${Number(thisMonth.slice(0, 4)) + 1}-01`, 404, 'has not begun'],
    [`${thisMonth}?format=xml`, 400, 'format must be json or csv'],
  ])('answers %s with %d', async (path, status, message) => {
    expect(await problemOf(await billing.native(`statements/${path}`))).toEqual([
      status,
      expect.stringContaining(message),
    ]);
  });

  it('shows the account of who asks, and no other', async () => {
    const other = billing.freshAccount();
    await billing.meter(meterRow('2023-03-01T00:00Z', { accountId: other, apiId: 'theirs' }));
    expect(await (await billing.native('statements/2023-03')).json()).toMatchObject({
      totals: { calls: 0 },
      apis: [],
    });
    expect((await billing.native('price-book', { headers: { authorization: 'Bearer none' } })).status).toBe(
      403,
    );
  });

  it('describes its routes', async () => {
    const { paths } = (await (await billing.native('openapi.json')).json()) as { paths: object };
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        '/admin/v1/price-book',
        '/admin/v1/statements/{month}',
        '/admin/v1/usage/quotas',
      ]),
    );
  });
});
