/**
 * What this node serves: per (API, stage) the part that the gateway runs. A manifest is taken over part by part; what
 * cannot be had or read leaves the last good of that API alone and touches no other.
 */
import type { Gateway } from '@gatehouse/engine';
import {
  decodePart,
  type Manifest,
  type ManifestEntry,
  type Problem,
  type Snapshot,
} from '@gatehouse/snapshot';
import { reasonOf } from '@gatehouse/platform';
import type { Faults } from './faults';

/** Bytes of a part by its hash; `undefined` = not to be had there. */
export type ReadPart = (entry: ManifestEntry) => Promise<Uint8Array | undefined>;

const CONCURRENT_READS = 8;

export interface FetchedPart {
  readonly entry: ManifestEntry;
  readonly bytes: Uint8Array;
  readonly snapshot: Snapshot;
}

export class Served {
  private readonly entries = new Map<string, ManifestEntry>();

  constructor(
    private readonly gateway: Gateway,
    private readonly faults: Faults,
    /** A stage is not served any longer. */
    private readonly onRemoved: (apiId: string, stage: string) => void = () => undefined,
  ) {}

  /** Are all parts of `manifest` what is served? */
  holds(manifest: Manifest): boolean {
    return manifest.entries.every((entry) => this.isServed(entry));
  }

  /** Reads what changed, then swaps all of it between two requests. Never rejects. Resolves with the new parts. */
  async takeOver(manifest: Manifest, read: ReadPart): Promise<FetchedPart[]> {
    const parts = await this.fetchAll(manifest.entries, read);
    for (const part of parts) this.put(part);
    this.removeAllBut(new Set(manifest.entries.map(placeOf)));
    return parts;
  }

  /** Fills the gaps of `manifest` with what an older one names there; the faults of the gaps stay. */
  async fillGaps(manifest: Manifest, older: Manifest, read: ReadPart): Promise<void> {
    const gaps = new Set(manifest.entries.map(placeOf).filter((place) => !this.entries.has(place)));
    const lent = older.entries.filter((entry) => gaps.has(placeOf(entry)));
    for (const { entry, snapshot } of await this.fetchAll(lent, read)) {
      this.gateway.apply(snapshot);
      this.entries.set(placeOf(entry), entry);
    }
  }

  private isServed(entry: ManifestEntry): boolean {
    return this.entries.get(placeOf(entry))?.hash === entry.hash;
  }

  private async fetchAll(entries: readonly ManifestEntry[], read: ReadPart): Promise<FetchedPart[]> {
    const changed = entries.filter((entry) => !this.isServed(entry));
    const parts = await inBatches(changed, (entry) => this.fetch(entry, read));
    return parts.filter((part) => part !== undefined);
  }

  private async fetch(entry: ManifestEntry, read: ReadPart): Promise<FetchedPart | undefined> {
    try {
      const bytes = await read(entry);
      if (bytes === undefined) throw new Error(`part ${entry.hash} is missing`);
      const snapshot = decodePart({ hash: entry.hash, bytes });
      if (snapshot.apiId !== entry.apiId || snapshot.stage !== entry.stage) {
        throw new Error(`part ${entry.hash} is of another API`);
      }
      return { entry, bytes, snapshot };
    } catch (error) {
      this.faults.set(placeOf(entry), reasonOf(error));
      return undefined;
    }
  }

  /**
   * A snapshot that this node must not serve changes nothing in the gateway; asking for it again would not help. Faults of
   * single routes are not this node's: the control plane shows them as the stage's problems.
   */
  private put({ entry, snapshot }: FetchedPart): void {
    const place = placeOf(entry);
    const refusals = this.gateway.apply(snapshot).filter(({ path }) => !path.startsWith('/routes'));
    this.entries.set(place, entry);
    if (refusals.length === 0) this.faults.clear(place);
    else this.faults.set(place, told(refusals));
  }

  private removeAllBut(places: ReadonlySet<string>): void {
    for (const [place, entry] of this.entries) {
      if (places.has(place)) continue;
      this.gateway.remove(entry.apiId, entry.stage);
      this.onRemoved(entry.apiId, entry.stage);
      this.entries.delete(place);
      this.faults.clear(place);
    }
  }
}

export function placeOf({ apiId, stage }: ManifestEntry): string {
  return `${apiId}/${stage}`;
}

function told(problems: readonly Problem[]): string {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return `${first?.path ?? ''}: ${first?.message ?? ''}${more}`;
}

/** Keeps the order. */
async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += CONCURRENT_READS) {
    results.push(...(await Promise.all(items.slice(i, i + CONCURRENT_READS).map(work))));
  }
  return results;
}
