/**
 * The last good revisions on disk, so that a node serves with everything else gone: `parts/{hash}` and
 * `manifests/{revision}`, written beside their place, synced, then renamed. Two generations of the manifest stay. What is
 * read back is verified like what comes from the feed.
 */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

export interface StoredGeneration {
  readonly revision: number;
  readonly sealed: Uint8Array;
}

export interface Generation extends StoredGeneration {
  /** Hashes of its parts. */
  readonly hashes: readonly string[];
  /** Are all of its parts here? */
  readonly isComplete: boolean;
}

export class DiskStore {
  private readonly manifests: string;
  private readonly parts: string;
  /** Newest first: the newest, and the newest before it that is complete and has proved itself. */
  private kept: Generation[] = [];

  /** `folder` is made when it is first written to. A node goes back only to what has proved itself. */
  constructor(
    folder: string,
    private readonly isProven: (hash: string) => boolean,
  ) {
    this.manifests = join(folder, 'manifests');
    this.parts = join(folder, 'parts');
  }

  /** Newest first. */
  async generations(): Promise<StoredGeneration[]> {
    const names = await readdir(this.manifests).catch(() => []);
    const revisions = names.filter((name) => /^\d+$/.test(name)).map(Number);
    const found: StoredGeneration[] = [];
    for (const revision of revisions.sort((a, b) => b - a)) {
      const sealed = await readFile(join(this.manifests, String(revision))).catch(() => undefined);
      if (sealed !== undefined) found.push({ revision, sealed });
    }
    return found;
  }

  /** What was found sound after a start; the rest is removed by the next `save`. */
  adopt(generations: readonly Generation[]): void {
    this.kept = [...generations];
  }

  async part(hash: string): Promise<Uint8Array | undefined> {
    if (!/^[0-9a-f]{64}$/.test(hash)) return undefined;
    return readFile(join(this.parts, hash)).catch(() => undefined);
  }

  async holdsAll(hashes: readonly string[]): Promise<boolean> {
    const names = new Set(await readdir(this.parts).catch(() => []));
    return hashes.every((hash) => names.has(hash));
  }

  /** The parts first, then the manifest that needs them, then what nobody needs any longer is removed. */
  async save(generation: Generation, newParts: ReadonlyMap<string, Uint8Array>): Promise<void> {
    await mkdir(this.manifests, { recursive: true, mode: 0o700 });
    await mkdir(this.parts, { recursive: true, mode: 0o700 });
    for (const [hash, bytes] of newParts) await writeWhole(join(this.parts, hash), bytes);
    await writeWhole(join(this.manifests, String(generation.revision)), generation.sealed);
    await syncFolder(this.parts);
    await syncFolder(this.manifests);
    const before = this.kept.filter(({ revision }) => revision < generation.revision);
    const older = before.find((one) => one.isComplete && one.hashes.every(this.isProven)) ?? before[0];
    this.kept = older === undefined ? [generation] : [generation, older];
    await this.removeUnused();
  }

  private async removeUnused(): Promise<void> {
    const revisions = new Set(this.kept.map(({ revision }) => String(revision)));
    const hashes = new Set(this.kept.flatMap((generation) => generation.hashes));
    await removeAllBut(this.manifests, revisions);
    await removeAllBut(this.parts, hashes);
  }
}

async function removeAllBut(folder: string, names: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!names.has(name)) await rm(join(folder, name), { force: true });
  }
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** A rename is only safe from power loss once its folder is on disk too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch {
    // Some file systems cannot sync a folder.
  } finally {
    await folder.close();
  }
}
