/**
 * A part: the bytes of one snapshot, addressed by their SHA-256. Reading trusts nothing: the hash must match, the
 * document must be a snapshot of a schema that this build reads.
 */
import { hash } from 'node:crypto';
import { canonicalJson } from './canonical-json';
import { SNAPSHOT_SCHEMA, type Snapshot } from './schema';

export interface Part {
  /** Lower-case hex SHA-256 of `bytes`. */
  readonly hash: string;
  readonly bytes: Uint8Array;
}

/** Why a part or a manifest was refused. */
export class SnapshotRefused extends Error {
  constructor(
    readonly reason: 'corrupt' | 'forged' | 'older' | 'unsupported',
    message: string,
  ) {
    super(message);
    this.name = 'SnapshotRefused';
  }
}

export function encodePart(snapshot: Snapshot): Part {
  const bytes = Buffer.from(canonicalJson(snapshot), 'utf8');
  return { bytes, hash: hashOf(bytes) };
}

/** Throws `SnapshotRefused`. */
export function decodePart(part: Part): Snapshot {
  if (hashOf(part.bytes) !== part.hash)
    throw new SnapshotRefused('corrupt', `part ${part.hash} does not match its hash`);
  const value = parse(part.bytes, part.hash);
  if (value.schema !== SNAPSHOT_SCHEMA) {
    throw new SnapshotRefused('unsupported', `part ${part.hash} has schema ${String(value.schema)}`);
  }
  if (typeof value.apiId !== 'string' || typeof value.stage !== 'string' || !hasRoutes(value)) {
    throw new SnapshotRefused('corrupt', `part ${part.hash} is no snapshot`);
  }
  return value as unknown as Snapshot;
}

function hasRoutes({ routes, canary }: Record<string, unknown>): boolean {
  const ofCanary = (canary as { routes?: unknown } | null | undefined)?.routes;
  return Array.isArray(routes) && (ofCanary === undefined || Array.isArray(ofCanary));
}

function parse(bytes: Uint8Array, name: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // falls through to the refusal below
  }
  throw new SnapshotRefused('corrupt', `part ${name} is not a JSON object`);
}

function hashOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}
