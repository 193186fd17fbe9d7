/** Watches the development folders of functions. */
import { watch, type FSWatcher } from 'node:fs';
import { reasonOf, type Logger } from '@gatehouse/platform';
import type { FunctionRecord } from '../functions/function-record';

export class FolderWatch {
  private readonly watchers = new Map<string, FSWatcher[]>();

  /**
   * `onChange` is called for every change, several times for one save. Nothing is gathered first: whoever listens throws away
   * what began before the change, and the last of the events comes after the last write.
   */
  constructor(
    private readonly onChange: (functionKey: string) => void,
    private readonly logger: Logger,
  ) {}

  /** Watches the folders that the function's versions run in, and no longer those that they ran in. */
  follow(functionKey: string, { latest, versions }: Pick<FunctionRecord, 'latest' | 'versions'>): void {
    this.forget(functionKey);
    const folders = [latest, ...versions].flatMap(({ code }) => (code.kind === 'folder' ? [code.path] : []));
    const watchers = [...new Set(folders)].flatMap((folder) => this.watch(functionKey, folder));
    if (watchers.length > 0) this.watchers.set(functionKey, watchers);
  }

  forget(functionKey: string): void {
    for (const watcher of this.watchers.get(functionKey) ?? []) watcher.close();
    this.watchers.delete(functionKey);
  }

  stop(): void {
    for (const functionKey of [...this.watchers.keys()]) this.forget(functionKey);
  }

  private watch(functionKey: string, folder: string): FSWatcher[] {
    const fail = (error: unknown): void =>
      this.logger.warn('a function folder is not watched', { folder, reason: reasonOf(error) });
    try {
      const watcher = watch(folder, { recursive: true, persistent: false }, () => this.onChange(functionKey));
      return [watcher.on('error', fail)];
    } catch (error) {
      fail(error);
      return [];
    }
  }
}
