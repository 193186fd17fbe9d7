/**
 * Functions on disk, all of them in memory: `{folder}/{account}/{name}/function.json`, written beside its place, synced and
 * renamed, so that a crash leaves the old or the new one.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from '@gatehouse/platform';
import type { FunctionRecord } from './function-record';

export class FunctionStore {
  private readonly records = new Map<string, FunctionRecord>();

  /** Reads what is there. Throws where a file cannot be read: a function must not vanish in silence. */
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const accounts = readdirSync(folder).filter((name) => /^\d{12}$/.test(name));
    for (const accountId of accounts) {
      for (const name of readdirSync(join(folder, accountId))) {
        const file = this.fileOf(accountId, name);
        if (!existsSync(file)) continue;
        this.records.set(`${accountId}/${name}`, JSON.parse(readFileSync(file, 'utf8')) as FunctionRecord);
      }
    }
  }

  find(accountId: string, name: string): FunctionRecord | undefined {
    return this.records.get(`${accountId}/${name}`);
  }

  /** By name. */
  ofAccount(accountId: string): FunctionRecord[] {
    return this.all()
      .filter((record) => record.accountId === accountId)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  all(): FunctionRecord[] {
    return [...this.records.values()];
  }

  save(record: FunctionRecord): void {
    writePrivateFile(this.fileOf(record.accountId, record.name), `${JSON.stringify(record, null, 2)}\n`);
    this.records.set(`${record.accountId}/${record.name}`, record);
  }

  /** With its code and its logs. */
  delete({ accountId, name }: FunctionRecord): void {
    rmSync(this.fileOf(accountId, name), { force: true });
    this.records.delete(`${accountId}/${name}`);
    rmSync(this.folderOf(accountId, name), { recursive: true, force: true });
  }

  folderOf(accountId: string, name: string): string {
    return join(this.folder, accountId, name);
  }

  private fileOf(accountId: string, name: string): string {
    return join(this.folderOf(accountId, name), 'function.json');
  }
}
