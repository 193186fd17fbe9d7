/**
 * Who may call the admin listener. The first credential is made at the first start (or comes from settings) and is
 * written to the data folder in the AWS INI format; the database holds the secret sealed and the token as a hash.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile, type Config, type Sealer } from '@gatehouse/platform';
import type { DataSource } from 'typeorm';
import { CredentialRow } from '../storage/entities';
import { newAccessKeyId, newSecretAccessKey } from './access-key';

export interface Caller {
  readonly accountId: string;
  readonly region: string;
  readonly accessKeyId: string;
}

interface Known {
  readonly accountId: string;
  readonly secret: string;
}

/** All credentials, in memory: looking one up never waits. */
export class Credentials {
  private byKey = new Map<string, Known>();
  private byToken = new Map<string, string>();

  constructor(
    private readonly database: DataSource,
    private readonly sealer: Sealer,
    private readonly region: string,
  ) {}

  async load(): Promise<void> {
    const rows = await this.database.manager.find(CredentialRow);
    this.byKey = new Map(
      rows.map((row) => [row.accessKeyId, { accountId: row.accountId, secret: this.open(row) }]),
    );
    this.byToken = new Map(rows.map((row) => [row.tokenHash, row.accessKeyId]));
  }

  private open(row: CredentialRow): string {
    return this.sealer.open(row.sealedSecret, `credential/${row.accessKeyId}`);
  }

  find(accessKeyId: string): Known | undefined {
    return this.byKey.get(accessKeyId);
  }

  secretOf(accessKeyId: string): string | undefined {
    return this.byKey.get(accessKeyId)?.secret;
  }

  callerOf(accessKeyId: string): Caller | undefined {
    const known = this.byKey.get(accessKeyId);
    return known && { accountId: known.accountId, region: this.region, accessKeyId };
  }

  /** The token is looked up by its hash, so the time taken tells nothing of it. */
  callerOfToken(token: string): Caller | undefined {
    const accessKeyId = this.byToken.get(hashToken(token));
    return accessKeyId === undefined ? undefined : this.callerOf(accessKeyId);
  }

  /**
   * The first start makes a credential. Settings that name another one replace it, so that a key can be taken back. On one
   * machine lost files are written again; the token is then a new one, since only its hash is stored.
   */
  async ensureFirst(config: Config): Promise<void> {
    await this.load();
    if (this.byKey.size === 0 || this.settingsDiffer(config)) await this.replaceAll(config);
    else if (config.databaseUrl === undefined && !credentialFiles(config.dataDir).exist) {
      const [[accessKeyId, known]] = [...this.byKey] as [[string, Known]];
      await this.replaceAll({ ...config, adminAccessKeyId: accessKeyId, adminSecretAccessKey: known.secret });
    }
  }

  private settingsDiffer({ adminAccessKeyId, adminSecretAccessKey, adminToken }: Config): boolean {
    const isOtherKey =
      adminAccessKeyId !== undefined && this.secretOf(adminAccessKeyId) !== adminSecretAccessKey;
    return isOtherKey || (adminToken !== undefined && this.callerOfToken(adminToken) === undefined);
  }

  private async replaceAll(config: Config): Promise<void> {
    const accessKeyId = config.adminAccessKeyId ?? newAccessKeyId();
    const secret = config.adminSecretAccessKey ?? newSecretAccessKey();
    const token = config.adminToken ?? randomBytes(32).toString('base64url');
    const row = {
      accessKeyId,
      accountId: config.accountId,
      sealedSecret: this.sealer.seal(secret, `credential/${accessKeyId}`),
      tokenHash: hashToken(token),
      createdAt: new Date(),
    };
    await this.database.transaction(async (db) => {
      await db.deleteAll(CredentialRow);
      await db.insert(CredentialRow, row);
    });
    writeCredentialFiles(config, { accessKeyId, secret, token });
    await this.load();
  }
}

function writeCredentialFiles(
  config: Config,
  one: { accessKeyId: string; secret: string; token: string },
): void {
  const { credentials, token } = credentialFiles(config.dataDir);
  writePrivateFile(
    credentials,
    `[default]\naws_access_key_id = ${one.accessKeyId}\naws_secret_access_key = ${one.secret}\nregion = ${config.region}\n`,
  );
  writePrivateFile(token, `${one.token}\n`);
}

export function credentialFiles(dataDir: string): { credentials: string; token: string; exist: boolean } {
  const credentials = join(dataDir, 'credentials');
  const token = join(dataDir, 'admin-token');
  return { credentials, token, exist: existsSync(credentials) && existsSync(token) };
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
