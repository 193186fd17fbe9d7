import { startTestPostgres, type TestServer } from '@gatehouse/platform/testing';
import { openDatabase } from './data-source';
import { MIGRATIONS } from './migrations';

jest.setTimeout(60_000);

/** Migrations before 0005. */
const BEFORE_BILLING = 4;

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

  it('gives up on a server that is not there within its deadline', async () => {
    const started = Date.now();
    await expect(openDatabase('postgres://x:x@127.0.0.1:9/none')).rejects.toThrow();
    expect(Date.now() - started).toBeLessThan(5000);
  });
});
