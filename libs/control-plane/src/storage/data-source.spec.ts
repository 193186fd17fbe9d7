import { startTestPostgres, type TestServer } from '@gatehouse/platform/testing';
import { openDatabase } from './data-source';
import { MIGRATIONS } from './migrations';

jest.setTimeout(60_000);

/** Migrations before 0005, and before 0006. */
const BEFORE_BILLING = 4;
const BEFORE_BILLED_CALLS = 5;

describe('database', () => {
  let postgres: TestServer;
  beforeAll(async () => {
    postgres = await startTestPostgres();
  });
  afterAll(() => postgres.stop());

  it('has after the migrations exactly the schema of the entities', async () => {
    const source = await openDatabase(postgres.url);
    const drift = await source.driver.createSchemaBuilder().log();
    expect(drift.upQueries.map(({ query }) => query)).toEqual([]);
    await source.destroy();
  });

  it('lets several control planes start at once', async () => {
    const sources = await Promise.all([1, 2, 3].map(() => openDatabase(postgres.url)));
    const rows = await Promise.all(sources.map((source) => source.query('SELECT count(*) FROM migrations')));
    expect(rows.every((row) => JSON.stringify(row) === JSON.stringify(rows[0]))).toBe(true);
    await Promise.all(sources.map((source) => source.destroy()));
  });

  it('goes down and up again without a trace', async () => {
    const source = await openDatabase(postgres.url);
    for (let i = 0; i < MIGRATIONS.length; i++) await source.undoLastMigration();
    expect(await source.query(`SELECT to_regclass('apis') AS t`)).toEqual([{ t: null }]);
    await source.runMigrations();
    await source.destroy();
  });

  it('counts caches that are on already from the upgrade on, and no other', async () => {
    const source = await openDatabase(postgres.url);
    for (let i = BEFORE_BILLING; i < MIGRATIONS.length; i++) await source.undoLastMigration();
    await source.query(
      `INSERT INTO apis (id, account_id, region, kind, document) VALUES ('a1', '1', 'r', 'REST', '{}'), ('a2', '1', 'r', 'HTTP', '{}')`,
    );
    const on = { cacheClusterEnabled: true, cacheClusterSize: '1.6' };
    for (const [api, stage, document] of [
      ['a1', 'on', on],
      ['a1', 'off', { ...on, cacheClusterEnabled: false }],
      ['a2', 'http', {}],
    ])
      await source.query('INSERT INTO stages (api_id, name, document) VALUES ($1, $2, $3)', [
        api,
        stage,
        document,
      ]);
    const before = Date.now();
    await source.runMigrations();
    const rows = await source.query<{ stage: string; size: string; from_at: Date; to_at: null }[]>(
      'SELECT stage, size, from_at, to_at FROM stage_cache_periods',
    );
    expect(rows).toEqual([{ stage: 'on', size: '1.6', from_at: expect.any(Date), to_at: null }]);
    expect(Math.abs((rows[0]?.from_at.getTime() ?? 0) - before)).toBeLessThan(5000);
    await source.destroy();
  });

  it('keeps what was metered before an upgrade, and lets the version before write beside it', async () => {
    const source = await openDatabase(postgres.url);
    for (let i = BEFORE_BILLED_CALLS; i < MIGRATIONS.length; i++) await source.undoLastMigration();
    const write = (route: string): Promise<unknown> =>
      source.query(
        `INSERT INTO usage_days (at, account_id, api_id, stage, route, plan_id, key_id, calls, admitted, bytes_in, bytes_out, cache_hits)
         VALUES ('2026-01-01Z', '1', 'a1', 's', $1, '', '', 12, 0, 0, 0, 0)`,
        [route],
      );
    await write('GET /before');
    await source.runMigrations();
    await write('GET /beside');
    const rows = await source.query('SELECT coalesce(billed, calls) AS billed FROM usage_days');
    expect(rows).toEqual([{ billed: '12' }, { billed: '12' }]);
    await source.destroy();
  });

  it('gives up on a server that is not there within its deadline', async () => {
    const started = Date.now();
    await expect(openDatabase('postgres://x:x@127.0.0.1:9/none')).rejects.toThrow();
    expect(Date.now() - started).toBeLessThan(5000);
  });
});
