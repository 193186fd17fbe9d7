import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig, Sealer, type Config } from '@gatehouse/platform';
import { startTestPostgres, type TestServer } from '@gatehouse/platform/testing';
import type { DataSource } from 'typeorm';
import { openDatabase } from '../storage/data-source';
import { CredentialRow } from '../storage/entities';
import { credentialFiles, Credentials } from './credentials';

jest.setTimeout(60_000);

describe('the first credential', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-credentials-'));
  let postgres: TestServer;
  let database: DataSource;
  beforeAll(async () => {
    postgres = await startTestPostgres();
    database = await openDatabase(postgres.url);
  });
  afterAll(async () => {
    await database.destroy();
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const config = (environment: NodeJS.ProcessEnv = {}): Config =>
    readConfig({ GATEHOUSE_DATA_DIR: dataDir, ...environment });
  const start = async (settings: Config): Promise<Credentials> => {
    const credentials = new Credentials(
      database,
      Sealer.loadOrCreate(settings.masterKeyFile),
      settings.region,
    );
    await credentials.ensureFirst(settings);
    return credentials;
  };
  const token = (): string => readFileSync(credentialFiles(dataDir).token, 'utf8').trim();
  const keyId = (): string =>
    /aws_access_key_id = (\S+)/.exec(readFileSync(credentialFiles(dataDir).credentials, 'utf8'))?.[1] ?? '';

  it('is generated once and stays over restarts', async () => {
    await start(config());
    const [first, firstToken] = [keyId(), token()];
    const again = await start(config());
    expect([keyId(), token()]).toEqual([first, firstToken]);
    expect(again.callerOfToken(firstToken)).toMatchObject({ accountId: '000000000000', accessKeyId: first });
  });

  it('gets its lost files back with the same key and a new token', async () => {
    const [key, oldToken] = [keyId(), token()];
    rmSync(credentialFiles(dataDir).token);
    const credentials = await start(config());
    expect(keyId()).toBe(key);
    expect(credentials.callerOfToken(oldToken)).toBeUndefined();
    expect(credentials.callerOfToken(token())).toBeDefined();
  });

  it('is replaced by the one that settings name, so that a key can be taken back', async () => {
    const old = keyId();
    const settings = config({
      GATEHOUSE_ADMIN_ACCESS_KEY_ID: 'AKIANEW',
      GATEHOUSE_ADMIN_SECRET_ACCESS_KEY: 'new-secret',
      GATEHOUSE_ADMIN_TOKEN: 'new-token',
    });
    const credentials = await start(settings);
    expect(credentials.secretOf(old)).toBeUndefined();
    expect([credentials.secretOf('AKIANEW'), credentials.callerOfToken('new-token')?.accessKeyId]).toEqual([
      'new-secret',
      'AKIANEW',
    ]);
    expect(await database.manager.count(CredentialRow)).toBe(1);
  });
});
