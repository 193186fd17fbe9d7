/**
 * The manifest: which part each (API, stage) is served from, at one revision, signed with Ed25519 (RFC 8032). It holds
 * the parts' hashes, so one signature covers all that a node serves. Revisions only grow; an older one is refused.
 */
import { sign, verify, type KeyObject } from 'node:crypto';
import { canonicalJson } from './canonical-json';
import { SnapshotRefused } from './part';

export const MANIFEST_SCHEMA = 1;

export interface ManifestEntry {
  readonly accountId: string;
  readonly apiId: string;
  readonly stage: string;
  /** Hash of the part. */
  readonly hash: string;
  /** Revision at which this entry last changed. */
  readonly revision: number;
}

export interface Manifest {
  readonly schema: typeof MANIFEST_SCHEMA;
  readonly revision: number;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  readonly entries: readonly ManifestEntry[];
}

/** Envelope on the wire and on disk: `{"payload": <manifest as text>, "signature": <base64>}`. */
export function sealManifest(manifest: Manifest, key: KeyObject): Uint8Array {
  const payload = canonicalJson(manifest);
  const signature = sign(null, Buffer.from(payload, 'utf8'), key).toString('base64');
  return Buffer.from(JSON.stringify({ payload, signature }), 'utf8');
}

/** Verifies with any of `keys` (more than one while a key is rotated). Throws `SnapshotRefused`. */
export function openManifest(sealed: Uint8Array, keys: readonly KeyObject[]): Manifest {
  const { payload, signature } = envelope(sealed);
  const bytes = Buffer.from(payload, 'utf8');
  const proof = Buffer.from(signature, 'base64');
  if (!keys.some((key) => verify(null, bytes, key, proof))) {
    throw new SnapshotRefused('forged', 'the manifest is not signed by a known key');
  }
  const manifest = JSON.parse(payload) as Manifest;
  if (manifest.schema !== MANIFEST_SCHEMA) {
    throw new SnapshotRefused('unsupported', `the manifest has schema ${String(manifest.schema)}`);
  }
  // No later one would ever be newer than 1e300.
  if (!Number.isSafeInteger(manifest.revision) || manifest.revision < 0 || !Array.isArray(manifest.entries)) {
    throw new SnapshotRefused('corrupt', 'the manifest has no revision, or no entries');
  }
  if (!manifest.entries.every(isEntry))
    throw new SnapshotRefused('corrupt', 'the manifest has an entry that is none');
  return manifest;
}

function isEntry(value: unknown): value is ManifestEntry {
  const entry = value as Partial<Record<keyof ManifestEntry, unknown>> | null;
  const names = [entry?.accountId, entry?.apiId, entry?.stage];
  const isHash = typeof entry?.hash === 'string' && /^[0-9a-f]{64}$/.test(entry.hash);
  return isHash && names.every((name) => typeof name === 'string') && Number.isSafeInteger(entry.revision);
}

/** Throws `SnapshotRefused` unless `next` is newer than what is applied. Equal revisions are no news, not a fault. */
export function requireNewer(next: Manifest, appliedRevision: number): void {
  if (next.revision < appliedRevision) {
    throw new SnapshotRefused('older', `revision ${next.revision} is older than ${appliedRevision}`);
  }
}

function envelope(sealed: Uint8Array): { payload: string; signature: string } {
  try {
    const value = JSON.parse(Buffer.from(sealed).toString('utf8')) as {
      payload?: unknown;
      signature?: unknown;
    } | null;
    if (typeof value?.payload === 'string' && typeof value.signature === 'string') {
      return { payload: value.payload, signature: value.signature };
    }
  } catch {
    // falls through to the refusal below
  }
  throw new SnapshotRefused('corrupt', 'the manifest is not a sealed document');
}
