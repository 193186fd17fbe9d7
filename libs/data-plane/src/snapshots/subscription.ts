/**
 * Keeps the gateway at the newest published revision: at once on news from the feed, and on a constant timer, since news
 * can be lost. Nothing from the feed is trusted: signature, revision and hashes are checked each time. At the start the
 * last good revision comes from disk, so that a node serves with feed and control plane gone.
 */
import type { KeyObject } from 'node:crypto';
import { openManifest, requireNewer, SnapshotRefused, type Manifest } from '@gatehouse/snapshot';
import { reasonOf, type Feed, type Logger } from '@gatehouse/platform';
import { within } from './deadline';
import type { DiskStore, Generation } from './disk-store';
import type { Faults } from './faults';
import type { ReadPart, Served } from './served';
import type { Trials } from './trials';

const POLL_MS = 2000;
const FEED_TIMEOUT_MS = 2500;
const CATCH_UP_MS = 3000;
/** Places of faults that belong to no single API. */
const MANIFEST = 'manifest';
const MANIFEST_ON_DISK = 'manifest on disk';
const FEED = 'feed';
const NEWS = 'feed news';

export interface SubscriptionOptions {
  readonly feed: Feed;
  readonly publicKeys: readonly KeyObject[];
  readonly logger: Logger;
  readonly served: Served;
  readonly faults: Faults;
  readonly disk: DiskStore;
  readonly trials: Trials;
  /** Called after each revision that was applied. */
  readonly onApplied: () => void;
}

export class Subscription {
  /** -1 = none yet. */
  revision = -1;
  appliedAt = 0;
  private running: Promise<void> | undefined;
  private isStale = false;
  private readonly stopped = new AbortController();
  private isSubscribing = false;
  private timer: NodeJS.Timeout | undefined;
  private unsubscribe: (() => Promise<void>) | undefined;
  private saving: Promise<void> = Promise.resolve();
  /** Parts that disk does not hold yet. */
  private readonly unsaved = new Map<string, Uint8Array>();

  constructor(private readonly options: SubscriptionOptions) {}

  /** Newest generation whose manifest verifies; where a part of it does not, that API's part of the one before. */
  async loadFromDisk(): Promise<void> {
    const { disk, served, logger, trials } = this.options;
    await trials.load();
    const sound: { manifest: Manifest; sealed: Uint8Array }[] = [];
    for (const { sealed } of await disk.generations()) {
      const manifest = this.verified(sealed, MANIFEST_ON_DISK, -1);
      if (manifest !== undefined) sound.push({ manifest, sealed });
    }
    const [newest, ...older] = sound;
    if (newest === undefined) return;
    const read: ReadPart = (entry) => disk.part(entry.hash);
    await served.takeOver(newest.manifest, read, ({ hash }) => trials.isOnTrial(hash));
    for (const { manifest } of older) await served.fillGaps(newest.manifest, manifest, read);
    disk.adopt(await Promise.all(sound.map((one) => this.onDisk(one.manifest, one.sealed))));
    this.applied(newest.manifest);
    logger.info('serving the last good revision from disk', { revision: newest.manifest.revision });
  }

  /**
   * Resolves after the first look at the feed, with what is there applied, or without it where the feed is out of reach: who
   * serves before that may not know an API that all others know.
   */
  async start(): Promise<void> {
    this.schedule();
    this.listen();
    this.wake();
    const caughtUp = within(
      CATCH_UP_MS,
      'catching up',
      this.stopped.signal,
      this.running ?? Promise.resolve(),
    );
    await caughtUp.catch(() => undefined);
  }

  /** There may be something new. Calls during a run lead to one more run. */
  wake(): void {
    if (this.stopped.signal.aborted) return;
    this.isStale = true;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      if (this.isStale) this.wake();
    });
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    clearTimeout(this.timer);
    await this.unsubscribe?.().catch(() => undefined);
    await this.running;
    await this.saving;
    await this.options.trials.close();
  }

  private schedule(): void {
    const jitteredMs = POLL_MS * (0.9 + Math.random() * 0.2);
    this.timer = setTimeout(() => {
      this.listen();
      this.wake();
      this.schedule();
    }, jitteredMs);
  }

  /** Nobody waits for it: without news the timer still finds what is new. */
  private listen(): void {
    if (this.isSubscribing || this.unsubscribe !== undefined) return;
    this.isSubscribing = true;
    this.options.feed
      .subscribe(() => this.wake())
      .then((unsubscribe) => {
        this.unsubscribe = unsubscribe;
        this.options.faults.clear(NEWS);
        return this.stopped.signal.aborted ? unsubscribe() : undefined;
      })
      .catch((error: unknown) => this.options.faults.set(NEWS, reasonOf(error)))
      .finally(() => (this.isSubscribing = false));
  }

  private async run(): Promise<void> {
    while (this.isStale && !this.stopped.signal.aborted) {
      this.isStale = false;
      try {
        await this.refresh();
      } catch (error) {
        if (!this.stopped.signal.aborted) this.options.faults.set(FEED, reasonOf(error));
      }
    }
  }

  private async refresh(): Promise<void> {
    const { feed, served, faults } = this.options;
    const sealed = await this.ask('reading the manifest', feed.manifest());
    faults.clear(FEED);
    if (sealed === undefined) return;
    const manifest = this.verified(sealed, MANIFEST, this.revision);
    if (manifest === undefined) return;
    const isNew = manifest.revision > this.revision;
    if (!isNew && served.holds(manifest)) return;
    const parts = await served.takeOver(manifest, ({ hash }) =>
      this.ask(`reading part ${hash}`, feed.part(hash)),
    );
    if (!isNew && parts.length === 0) return;
    for (const { entry, bytes } of parts) this.unsaved.set(entry.hash, bytes);
    this.applied(manifest);
    this.save(this.generation(manifest, sealed));
  }

  private ask<T>(what: string, work: Promise<T>): Promise<T> {
    return within(FEED_TIMEOUT_MS, what, this.stopped.signal, work);
  }

  private verified(sealed: Uint8Array, place: string, revision: number): Manifest | undefined {
    const { faults, publicKeys } = this.options;
    try {
      const manifest = openManifest(sealed, publicKeys);
      requireNewer(manifest, revision);
      faults.clear(place);
      return manifest;
    } catch (error) {
      const reason = error instanceof SnapshotRefused ? `${error.reason}: ${error.message}` : reasonOf(error);
      faults.set(place, reason);
      return undefined;
    }
  }

  private applied(manifest: Manifest): void {
    if (manifest.revision !== this.revision) this.appliedAt = Date.now();
    this.revision = manifest.revision;
    this.options.onApplied();
  }

  private generation(manifest: Manifest, sealed: Uint8Array): Generation {
    const isComplete = this.options.served.holds(manifest);
    return { revision: manifest.revision, sealed, hashes: hashesOf(manifest), isComplete };
  }

  private async onDisk(manifest: Manifest, sealed: Uint8Array): Promise<Generation> {
    const hashes = hashesOf(manifest);
    const isComplete = await this.options.disk.holdsAll(hashes);
    return { revision: manifest.revision, sealed, hashes, isComplete };
  }

  /** Off the request path, one after the other. A full disk costs the next start its copy, not this node its traffic. */
  private save(generation: Generation): void {
    this.saving = this.saving
      .then(async () => {
        // Only this generation's: parts of a newer one that waits behind it would be removed again as unused.
        const parts = new Map([...this.unsaved].filter(([hash]) => generation.hashes.includes(hash)));
        await this.options.disk.save(generation, parts);
        for (const hash of parts.keys()) this.unsaved.delete(hash);
      })
      .catch((error: unknown) =>
        this.options.logger.warn('the revision could not be saved to disk', { reason: reasonOf(error) }),
      );
  }
}

function hashesOf({ entries }: Manifest): string[] {
  return entries.map(({ hash }) => hash);
}
