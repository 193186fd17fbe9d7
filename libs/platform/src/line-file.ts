/**
 * A file of lines with one writer. Lines are written within one system call and not synced, so they outlive the process, though
 * not the machine. A line that was cut off by a full disk or a death spoils none that follow it.
 */
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  mkdirSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

export class LineFile {
  private file: number | undefined;
  private isTorn = false;
  private size = 0;

  constructor(private readonly path: string) {}

  /** Bytes that this writer has put there. */
  get bytes(): number {
    return this.size;
  }

  /** Throws where the disk does not take it whole. */
  append(line: string): void {
    const file = (this.file ??= opened(this.path));
    const bytes = Buffer.from(`${this.isTorn ? '\n' : ''}${line}\n`);
    this.isTorn = true;
    this.size += writeWhole(file, bytes);
    this.isTorn = false;
  }

  /** All that it holds, at once or not at all. */
  replace(lines: readonly string[]): void {
    const beside = `${this.path}.new`;
    const file = opened(beside, 'w');
    let size = 0;
    try {
      size = writeWhole(file, Buffer.from(lines.map((line) => `${line}\n`).join('')));
    } finally {
      closeSync(file);
    }
    renameSync(beside, this.path);
    this.close();
    this.size = size;
    this.isTorn = false;
    this.file = opened(this.path);
  }

  empty(): void {
    if (this.file !== undefined) ftruncateSync(this.file, 0);
    this.size = 0;
    this.isTorn = false;
  }

  /** A sign of life for others. False = somebody has removed the file. */
  touch(): boolean {
    if (this.file === undefined) return true;
    const now = new Date();
    futimesSync(this.file, now, now);
    return fstatSync(this.file).nlink > 0;
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }
}

/** Appending even after it was emptied. */
function opened(path: string, flags: 'a' | 'w' = 'a'): number {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return openSync(path, flags, 0o600);
}

function writeWhole(file: number, bytes: Buffer): number {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
  return bytes.length;
}
