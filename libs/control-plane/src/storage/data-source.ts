/** The connection to PostgreSQL. Migrations run at start, under a lock, so that several control planes may start at once. */
import { DataSource } from 'typeorm';
import { ENTITIES } from './entities';
import { MIGRATIONS } from './migrations';

/** Deadlines so that a silent server can never hang a call: connect 3 s, statement 10 s. */
export function createDataSource(url: string): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    entities: ENTITIES,
    migrations: MIGRATIONS,
    migrationsRun: false,
    synchronize: false,
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    applicationName: 'gatehouse-control-plane',
    connectTimeoutMS: 3000,
    poolSize: 10,
    // Without a listener an idle client that loses its connection would end the process (pg's own rule).
    poolErrorHandler: () => undefined,
    extra: { statement_timeout: 10_000, query_timeout: 12_000, idle_in_transaction_session_timeout: 30_000 },
  });
}

const MIGRATION_LOCK = 4_736_512;

export async function openDatabase(url: string): Promise<DataSource> {
  const source = await createDataSource(url).initialize();
  const runner = source.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await source.runMigrations({ transaction: 'each' });
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await runner.release();
  }
  return source;
}
