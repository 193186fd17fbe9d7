import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres';

jest.setTimeout(60_000);

async function query(url: string, text: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe('embedded PostgreSQL', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-pg-'));
  let server: EmbeddedPostgres | undefined;
  afterAll(async () => {
    await server?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('starts in a folder that only its owner may enter, keeps its data over a restart, and refuses a wrong password', async () => {
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    server = await startEmbeddedPostgres({ dataDir, volatile: true });
    await query(server.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await expect(query(server.url.replace(/:[0-9a-f]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(/password/);
    await server.stop();
    server = await startEmbeddedPostgres({ dataDir, volatile: true });
    expect(await query(server.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('finds the server of a killed launcher again instead of failing on its lock', async () => {
    const again = await startEmbeddedPostgres({ dataDir, volatile: true });
    expect(again.url).toBe(server?.url);
    expect(await query(again.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });
});
