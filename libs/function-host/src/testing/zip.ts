/** Makes zips for tests, sound ones and hostile ones: entries are written as told, nothing is checked. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly content: string | Buffer;
  /** Unix mode with file type; a plain file of mode 0644 where absent. */
  readonly mode?: number;
  /** What the zip says of the unpacked size, where that is a lie. */
  readonly claimedBytes?: number;
}

export const SYMLINK_MODE = 0o120777;
export const PROGRAM_MODE = 0o100755;

export function zipOf(files: Readonly<Record<string, string>> | readonly ZipEntry[]): Buffer {
  const entries: readonly ZipEntry[] = Array.isArray(files)
    ? (files as readonly ZipEntry[])
    : Object.entries(files as Record<string, string>).map(([name, content]) => ({ name, content }));
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const [local, directory] = render(entry, offset);
    locals.push(local);
    central.push(directory);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

function render(
  { name, content, mode = 0o100644, claimedBytes }: ZipEntry,
  offset: number,
): [Buffer, Buffer] {
  const raw = Buffer.from(content as string);
  const data = deflateRawSync(raw);
  const fileName = Buffer.from(name);
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(8, 4);
  fields.writeUInt32LE(crc32(raw), 10);
  fields.writeUInt32LE(data.length, 14);
  fields.writeUInt32LE(claimedBytes ?? raw.length, 18);
  fields.writeUInt16LE(fileName.length, 22);
  const local = Buffer.concat([signature(0x04034b50), fields, fileName, data]);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE((mode << 16) >>> 0, 6);
  rest.writeUInt32LE(offset, 10);
  const madeByUnix = Buffer.from([20, 3]);
  return [local, Buffer.concat([signature(0x02014b50), madeByUnix, fields, rest, fileName])];
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
