/**
 * Unpacks a deployment package. Nothing in it is trusted: names that leave the folder, links that lead out of it, more bytes
 * than it says or than AWS allows end the whole.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (250 MB unzipped)
 */
import { createWriteStream } from 'node:fs';
import { mkdir, realpath, symlink } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import { invalidParameter } from '../lambda-fault';

export const MAX_UNZIPPED_BYTES = 262_144_000;
/** A zip of 50 MB can name half a million empty files; each costs an inode here. */
const MAX_ENTRIES = 100_000;
const MAX_LINK_BYTES = 4096;

const FILE_TYPE = 0o170000;
const SYMLINK = 0o120000;

/** Writes the files into `folder`, which exists and is empty. Throws `InvalidParameterValueException`. */
export async function unzip(zip: Buffer, folder: string): Promise<void> {
  const file = await fromBufferPromise(zip, { lazyEntries: true }).catch(() => {
    throw invalidParameter(
      'Could not unzip uploaded file. Please check your file, then try to upload again.',
    );
  });
  try {
    await extract(file, await realpath(folder));
  } catch (error) {
    throw invalidParameter(`Could not unzip uploaded file: ${reasonOfFault(error)}`);
  } finally {
    file.close();
  }
}

/** The operating system's own messages hold paths of this machine. */
function reasonOfFault(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === undefined ? message : `its entries do not fit together (${code})`;
}

interface Link {
  readonly path: string;
  readonly target: string;
}

async function extract(file: ZipFile, folder: string): Promise<void> {
  if (file.entryCount > MAX_ENTRIES) throw new Error(`it has more than ${MAX_ENTRIES} entries`);
  const links: Link[] = [];
  let bytes = 0;
  for await (const entry of file.eachEntry()) {
    bytes += entry.uncompressedSize;
    if (bytes > MAX_UNZIPPED_BYTES)
      throw new Error(`Unzipped size must be smaller than ${MAX_UNZIPPED_BYTES} bytes`);
    const path = join(folder, entry.fileName);
    if (!path.startsWith(folder + sep)) throw new Error(`an entry leaves the package: ${entry.fileName}`);
    if (isSymlink(entry)) links.push({ path, target: await readLink(file, entry) });
    else await write(file, entry, path);
  }
  await link(links, folder);
}

function isSymlink(entry: Entry): boolean {
  return (modeOf(entry) & FILE_TYPE) === SYMLINK;
}

/** Unix mode; 0 where the zip was made elsewhere. */
function modeOf(entry: Entry): number {
  return entry.externalFileAttributes >>> 16;
}

/** `wx`: an entry that is there twice, or whose folder is a file, is a fault of the package. */
async function write(file: ZipFile, entry: Entry, path: string): Promise<void> {
  if (entry.fileName.endsWith('/')) {
    await mkdir(path, { recursive: true, mode: 0o755 });
    return;
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const mode = 0o644 | (modeOf(entry) & 0o111);
  await pipeline(await file.openReadStreamPromise(entry), createWriteStream(path, { flags: 'wx', mode }));
}

async function readLink(file: ZipFile, entry: Entry): Promise<string> {
  if (entry.uncompressedSize > MAX_LINK_BYTES) throw new Error(`a link is too long: ${entry.fileName}`);
  const chunks: Buffer[] = [];
  for await (const chunk of await file.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Links come last, so that no file is written through one; where each really leads is asked once all are there. */
async function link(links: readonly Link[], folder: string): Promise<void> {
  for (const { path, target } of links) {
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    if ((await realpath(dirname(path))) !== dirname(path)) throw new Error('a link lies below another link');
    await symlink(target, path);
  }
  for (const { path } of links) {
    const real = await realpath(path);
    if (real !== folder && !real.startsWith(folder + sep)) throw new Error('a link leads out of the package');
  }
}
