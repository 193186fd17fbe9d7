/** What is shared within one process, or by the workers that it serves over their channels. Its times are monotonic. */
import {
  BoundedCache,
  Place,
  type EntryClaim,
  type SharedEntries,
  type SharedEntry,
} from '@gatehouse/engine';

interface Claim {
  readonly untilMs: number;
  /** Who waits to hear what becomes of it. */
  readonly waiting: Set<() => void>;
}

/** Of a key and what holds an entry. */
const ENTRY_BYTES = 200;

class KeptText extends Place {
  text = '';
}

export class MemoryEntries implements SharedEntries {
  private readonly kept: BoundedCache<KeptText>;
  private readonly claims = new Map<string, Claim>();
  private readonly listeners = new Set<(key: string) => void>();

  constructor(maxBytes: number) {
    this.kept = new BoundedCache(maxBytes, (key) => new KeptText(key));
  }

  async obtain(key: string, waitMs: number): Promise<SharedEntry | EntryClaim> {
    const untilMs = performance.now() + waitMs;
    do {
      const entry = this.find(key);
      if (entry !== undefined) return entry;
      const claim = this.claims.get(key);
      if (claim === undefined || claim.untilMs <= performance.now()) return this.claim(key, waitMs);
      await settledOr(claim, untilMs);
    } while (performance.now() < untilMs);
    return NO_CLAIM;
  }

  replace(key: string, entry: SharedEntry): void {
    this.keep(key, entry);
    for (const listener of this.listeners) listener(key);
  }

  onReplaced(listener: (key: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private find(key: string): SharedEntry | undefined {
    const place = this.kept.use(key, performance.now());
    return place && { text: place.text, untilMs: Date.now() + place.untilMs - performance.now() };
  }

  private claim(key: string, waitMs: number): EntryClaim {
    const claim: Claim = { untilMs: performance.now() + waitMs, waiting: new Set() };
    this.claims.set(key, claim);
    const release = (): void => {
      if (this.claims.get(key) === claim) this.claims.delete(key);
      for (const goOn of claim.waiting) goOn();
    };
    return {
      release,
      keep: (entry) => {
        this.keep(key, entry);
        release();
      },
    };
  }

  private keep(key: string, { text, untilMs }: SharedEntry): void {
    const leftMs = untilMs - Date.now();
    if (leftMs <= 0) return;
    const bytes = ENTRY_BYTES + 2 * text.length;
    const nowMs = performance.now();
    const place = this.kept.place(key);
    place.text = text;
    this.kept.keep(place, bytes, nowMs + leftMs, nowMs);
  }
}

function settledOr({ waiting, untilMs: claimedMs }: Claim, untilMs: number): Promise<void> {
  return new Promise((resolve) => {
    const goOn = (): void => {
      clearTimeout(timer);
      waiting.delete(goOn);
      resolve();
    };
    const timer = setTimeout(goOn, Math.max(1, Math.min(claimedMs, untilMs) - performance.now()));
    waiting.add(goOn);
  });
}

const NO_CLAIM: EntryClaim = { keep: () => undefined, release: () => undefined };
