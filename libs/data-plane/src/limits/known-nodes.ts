/**
 * How many nodes there are, as this one knew it last. It survives a restart, so that a node that starts while it cannot ask takes
 * no more than its share of a limit. A disk that fails costs that and nothing else.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export class KnownNodes {
  private readonly file: string;

  constructor(dataDir: string) {
    this.file = join(dataDir, 'snapshots', 'known-nodes');
  }

  /** 1 at least; `undefined` = it never knew, or what it wrote cannot be read. */
  read(): number | undefined {
    try {
      const nodes = Number(readFileSync(this.file, 'utf8'));
      return Number.isSafeInteger(nodes) && nodes >= 1 ? nodes : undefined;
    } catch {
      return undefined;
    }
  }

  write(nodes: number): void {
    try {
      mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
      writeFileSync(`${this.file}.new`, `${nodes}\n`, { mode: 0o600 });
      renameSync(`${this.file}.new`, this.file);
    } catch {
      // The next change is written again.
    }
  }
}
