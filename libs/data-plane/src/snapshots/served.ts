/**
 * What this node serves: per (API, stage) the part that the gateway runs. A manifest is taken over part by part; what
 * cannot be had or read leaves the last good of that API alone and touches no other.
 */
import type { Gateway, StageDraft } from '@gatehouse/engine';
import { SnapshotRefused, type Manifest, type ManifestEntry, type Problem } from '@gatehouse/snapshot';
import { reasonOf } from '@gatehouse/platform';
import type { Faults } from './faults';
import { PartLoader } from './part-loader';

/** Bytes of a part by its hash; `undefined` = not to be had there. */
export type ReadPart = (entry: ManifestEntry) => Promise<Uint8Array | undefined>;

const CONCURRENT_READS = 8;

export interface FetchedPart {
  readonly entry: ManifestEntry;
  readonly bytes: Uint8Array;
  readonly draft: StageDraft;
}

export class Served {
  private readonly entries = new Map<string, ManifestEntry>();

  constructor(
    private readonly gateway: Gateway,
    private readonly faults: Faults,
    /** A stage is not served any longer. */
    private readonly onRemoved: (apiId: string, stage: string) => void = () => undefined,
    private readonly loader = new PartLoader(gateway),
  ) {}

  /** Are all parts of `manifest` what is served? */
  holds(manifest: Manifest): boolean {
    return manifest.entries.every((entry) => this.isServed(entry));
  }

  /** Reads what changed, then swaps all of it between two requests. Never rejects. Resolves with the new parts. */
  async takeOver(manifest: Manifest, read: ReadPart): Promise<FetchedPart[]> {
    const parts = await this.fetchAll(manifest.entries, read);
    const places = new Set(manifest.entries.map(placeOf));
    const removed = [...this.entries].filter(([place]) => !places.has(place));
    this.gateway.swap(
      parts.map(({ draft }) => draft),
      removed.map(([, entry]) => entry),
    );
    for (const part of parts) this.put(part);
    for (const [place, entry] of removed) this.forget(place, entry);
    return parts;
  }

  /** Fills the gaps of `manifest` with what an older one names there; the faults of the gaps stay. */
  async fillGaps(manifest: Manifest, older: Manifest, read: ReadPart): Promise<void> {
    const gaps = new Set(manifest.entries.map(placeOf).filter((place) => !this.entries.has(place)));
    const lent = older.entries.filter((entry) => gaps.has(placeOf(entry)));
    const parts = await this.fetchAll(lent, read);
    this.gateway.swap(parts.map(({ draft }) => draft));
    for (const { entry } of parts) this.entries.set(placeOf(entry), entry);
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
      const draft = await this.loader.load({ hash: entry.hash, bytes });
      if (draft.head.apiId !== entry.apiId || draft.head.stage !== entry.stage) {
        throw new Error(`part ${entry.hash} is of another API`);
      }
      return { entry, bytes, draft };
    } catch (error) {
      this.faults.set(placeOf(entry), reasonOf(error));
      // To ask for it again would not help.
      if (error instanceof SnapshotRefused && error.reason === 'unsupported')
        this.entries.set(placeOf(entry), entry);
      return undefined;
    }
  }

  /**
   * A snapshot that this node must not serve changes nothing in the gateway; asking for it again would not help. Faults of
   * single routes are not this node's: the control plane shows them as the stage's problems.
   */
  private put({ entry, draft }: FetchedPart): void {
    const place = placeOf(entry);
    this.entries.set(place, entry);
    if (draft.isRefused) this.faults.set(place, told(draft.problems));
    else this.faults.clear(place);
  }

  private forget(place: string, entry: ManifestEntry): void {
    this.onRemoved(entry.apiId, entry.stage);
    this.entries.delete(place);
    this.faults.clear(place);
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
