/** Deployment packages of one function on disk: `code/{sha256}.zip` as it came, and unpacked in `code/{sha256}`. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writePrivateFile } from '@gatehouse/platform';
import type { FunctionCode } from '../functions/function-record';
import { invalidParameter } from '../lambda-fault';
import { unzip } from './unzip';

/**
 * LocalStack's convention for a development folder: this bucket, and an absolute path as key. The folder is run in place.
 * https://docs.localstack.cloud/aws/tooling/lambda-tools/hot-reloading/
 */
const FOLDER_BUCKET = 'hot-reload';

export interface CodeInput {
  readonly ZipFile?: Uint8Array;
  readonly S3Bucket?: string;
  readonly S3Key?: string;
  readonly ImageUri?: string;
}

/** Stores what the client gave. Throws `InvalidParameterValueException`. */
export async function storeCode(folder: string, input: CodeInput): Promise<FunctionCode> {
  if (input.ImageUri !== undefined) {
    throw invalidParameter('Container images (PackageType Image) are not run here; give the code as a zip.');
  }
  if (input.ZipFile !== undefined) return storeZip(folder, Buffer.from(input.ZipFile));
  if (input.S3Bucket !== FOLDER_BUCKET || input.S3Key === undefined) {
    throw invalidParameter(
      `Please provide a source for function code: ZipFile, or S3Bucket=${FOLDER_BUCKET} with S3Key=<absolute folder>.`,
    );
  }
  return folderCode(input.S3Key);
}

function folderCode(path: string): FunctionCode {
  if (!isAbsolute(path) || statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw invalidParameter(`S3Key must be the absolute path of a folder on the function host: ${path}`);
  }
  return { kind: 'folder', path };
}

async function storeZip(folder: string, zip: Buffer): Promise<FunctionCode> {
  const sha256Hex = createHash('sha256').update(zip).digest('hex');
  const code: FunctionCode = { kind: 'zip', sha256Hex, sizeBytes: zip.length };
  const target = join(folder, 'code', sha256Hex);
  if (existsSync(target)) return code;
  const unpacked = join(folder, 'code', `new-${randomUUID()}`);
  mkdirSync(unpacked, { recursive: true, mode: 0o700 });
  try {
    await unzip(zip, unpacked);
    writePrivateFile(`${target}.zip`, zip);
    renameSync(unpacked, target);
  } catch (error) {
    rmSync(unpacked, { recursive: true, force: true });
    // Someone else may have stored the same bytes meanwhile.
    if (!existsSync(target)) throw error;
  }
  return code;
}

/** Where a process finds the code. */
export function taskRootOf(folder: string, code: FunctionCode): string {
  return code.kind === 'folder' ? code.path : join(folder, 'code', code.sha256Hex);
}

/** DIFFERS: `Code.Location` of GetFunction; the zip is on this machine. */
export function locationOf(folder: string, code: FunctionCode): string {
  return pathToFileURL(code.kind === 'folder' ? code.path : `${taskRootOf(folder, code)}.zip`).href;
}

/** Removes what no version uses, and what a crash left half unpacked. */
export function sweepCode(folder: string, used: readonly FunctionCode[]): void {
  const place = join(folder, 'code');
  if (!existsSync(place)) return;
  const kept = new Set(used.flatMap((code) => (code.kind === 'zip' ? [code.sha256Hex] : [])));
  for (const name of readdirSync(place)) {
    if (!kept.has(name.replace(/\.zip$/, ''))) rmSync(join(place, name), { recursive: true, force: true });
  }
}
