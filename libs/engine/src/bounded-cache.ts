/** Values for their time, bounded by bytes: what was not used for longest leaves first, to the second. Times are monotonic milliseconds. */
export interface CacheEntry<T> {
  readonly value: T;
  readonly bytes: number;
  readonly untilMs: number;
}

/**
 * A use so soon after the last one moves nothing: to move an entry costs more than to find it, and a Map whose entries come and go
 * leaves tables that keep the entries of before alive until all of the heap is collected.
 */
const MOVED_FOR_MS = 1000;

interface Slot<T> {
  entry: CacheEntry<T>;
  /** When it was put at the end; -Infinity = never used. */
  movedAtMs: number;
}

export class BoundedCache<T> {
  /** In order of last use. */
  readonly #slots = new Map<string, Slot<T>>();
  #bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** Whatever its age; a look is no use of it. */
  peek(key: string): CacheEntry<T> | undefined {
    return this.#slots.get(key)?.entry;
  }

  /** `undefined` = there is none that holds until then. */
  use(key: string, nowMs: number): T | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined || slot.entry.untilMs <= nowMs) return undefined;
    this.#touch(key, slot, nowMs);
    return slot.entry.value;
  }

  /** What is larger than all room is not kept. An entry in the place of another is a use of it. */
  keep(key: string, entry: CacheEntry<T>, nowMs: number): void {
    if (entry.bytes > this.maxBytes) return this.drop(key);
    const slot = this.#slots.get(key);
    this.#bytes += entry.bytes - (slot?.entry.bytes ?? 0);
    if (slot === undefined) this.#slots.set(key, { entry, movedAtMs: -Infinity });
    else {
      slot.entry = entry;
      this.#touch(key, slot, nowMs);
    }
    for (const oldest of this.#slots.keys()) {
      if (this.#bytes <= this.maxBytes) break;
      this.drop(oldest);
    }
  }

  #touch(key: string, slot: Slot<T>, nowMs: number): void {
    if (nowMs - slot.movedAtMs < MOVED_FOR_MS) return;
    slot.movedAtMs = nowMs;
    this.#slots.delete(key);
    this.#slots.set(key, slot);
  }

  drop(key: string): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    this.#slots.delete(key);
    this.#bytes -= slot.entry.bytes;
  }
}
