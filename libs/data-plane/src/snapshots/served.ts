/**
 * What this node serves: per (API, stage) the part that the gateway runs. A manifest is taken over part by part; what
 * cannot be had or read leaves the last good of that API alone and touches no other.
 */
import type { Gateway, StageDraft } from '@gatehouse/engine';
import { SnapshotRefused, type Manifest, type ManifestEntry, type Problem } from '@gatehouse/snapshot';
import { reasonOf } from '@gatehouse/platform';
import type { Faults } from './faults';
import { PartLoader } from './part-loader';
import type { Trials } from './trials';

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
  /** Places whose newest is not admitted. */
  private leftOut: ReadonlySet<string> = new Set();

  constructor(
    private readonly gateway: Gateway,
    private readonly faults: Faults,
    private readonly trials: Trials,
    /** A stage is not served any longer. */
    private readonly onRemoved: (apiId: string, stage: string) => void = () => undefined,
    private readonly loader = new PartLoader(gateway),
  ) {}

  /** Are all parts of `manifest` what is served? */
  holds(manifest: Manifest): boolean {
    return manifest.entries.every((entry) => this.isServed(entry));
  }

  /**
   * Reads what changed, then swaps all of it between two requests. Never rejects. Resolves with the new parts. They are on
   * trial where `onTrial` says so; default: all.
   */
  async takeOver(
    manifest: Manifest,
    read: ReadPart,
    onTrial: (entry: ManifestEntry) => boolean = () => true,
  ): Promise<FetchedPart[]> {
    const changed = this.admitted(manifest.entries.filter((entry) => !this.isServed(entry)));
    await this.trials.begin(changed.filter(onTrial).map(({ hash }) => hash));
    const parts = await this.fetchAll(changed, read);
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
    const lent = older.entries.filter(
      (entry) => gaps.has(placeOf(entry)) && this.trials.refusal(entry) === undefined,
    );
    const parts = await this.fetchAll(lent, read);
    this.gateway.swap(parts.map(({ draft }) => draft));
    for (const { entry } of parts) this.entries.set(placeOf(entry), entry);
  }

  private isServed(entry: ManifestEntry): boolean {
    return this.entries.get(placeOf(entry))?.hash === entry.hash;
  }

  /** What is left out is a fault until it is taken over, or no longer published. */
  private admitted(changed: readonly ManifestEntry[]): ManifestEntry[] {
    const refused = new Map<ManifestEntry, string>();
    for (const entry of changed) {
      const refusal = this.trials.refusal(entry);
      if (refusal !== undefined) refused.set(entry, refusal);
    }
    const places = new Set([...refused.keys()].map(placeOf));
    for (const place of this.leftOut) if (!places.has(place)) this.faults.clear(place);
    for (const [entry, refusal] of refused) this.faults.set(placeOf(entry), refusal);
    this.leftOut = places;
    return changed.filter((entry) => !refused.has(entry));
  }

  private async fetchAll(entries: readonly ManifestEntry[], read: ReadPart): Promise<FetchedPart[]> {
    const parts = await inBatches(entries, (entry) => this.fetch(entry, read));
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
