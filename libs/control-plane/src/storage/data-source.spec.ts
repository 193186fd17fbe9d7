import { startTestPostgres, type TestServer } from '@gatehouse/platform/testing';
import { openDatabase } from './data-source';
import { MIGRATIONS } from './migrations';

jest.setTimeout(60_000);

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

  it('gives up on a server that is not there within its deadline', async () => {
    const started = Date.now();
    await expect(openDatabase('postgres://x:x@127.0.0.1:9/none')).rejects.toThrow();
    expect(Date.now() - started).toBeLessThan(5000);
  });
});
