/** Values for their time, bounded by bytes: what was not used for longest leaves first, to the second. Times are monotonic milliseconds. */
export interface CacheEntry<T> {
  readonly value: T;
  readonly bytes: number;
  readonly untilMs: number;
}

/** A use so soon after the last one moves nothing: popular entries are found without a write. */
const MOVED_FOR_MS = 1000;

/** Of one entry, between its neighbours by last use. */
interface Slot<T> {
  readonly key: string;
  entry: CacheEntry<T>;
  /** When it was put at the end; -Infinity = never used. */
  movedAtMs: number;
  older: Slot<T> | undefined;
  newer: Slot<T> | undefined;
}

export class BoundedCache<T> {
  /**
   * The order is a list of its own. A Map has one too, but keeps the places of what has left it, and whoever looks for its oldest
   * entry walks over all of those.
   */
  readonly #slots = new Map<string, Slot<T>>();
  #oldest: Slot<T> | undefined = undefined;
  #newest: Slot<T> | undefined = undefined;
  #bytes = 0;

  /** `onGone`: told of each value that leaves, or is not kept. */
  constructor(
    private readonly maxBytes: number,
    private readonly onGone?: (value: T) => void,
  ) {}

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
    this.#touch(slot, nowMs);
    return slot.entry.value;
  }

  /** What is larger than all room is not kept. An entry in the place of another is a use of it. */
  keep(key: string, entry: CacheEntry<T>, nowMs: number): void {
    if (entry.bytes > this.maxBytes) {
      this.drop(key);
      this.onGone?.(entry.value);
      return;
    }
    const slot = this.#slots.get(key);
    this.#bytes += entry.bytes;
    if (slot === undefined) this.#add(key, entry);
    else this.#replace(slot, entry, nowMs);
    while (this.#bytes > this.maxBytes && this.#oldest !== undefined) this.#remove(this.#oldest);
  }

  drop(key: string): void {
    const slot = this.#slots.get(key);
    if (slot !== undefined) this.#remove(slot);
  }

  #add(key: string, entry: CacheEntry<T>): void {
    const slot: Slot<T> = { key, entry, movedAtMs: -Infinity, older: undefined, newer: undefined };
    this.#slots.set(key, slot);
    this.#append(slot);
  }

  #replace(slot: Slot<T>, entry: CacheEntry<T>, nowMs: number): void {
    const { bytes, value } = slot.entry;
    slot.entry = entry;
    this.#touch(slot, nowMs);
    this.#gone(bytes, value);
  }

  #remove(slot: Slot<T>): void {
    this.#slots.delete(slot.key);
    this.#unlink(slot);
    this.#gone(slot.entry.bytes, slot.entry.value);
  }

  #gone(bytes: number, value: T): void {
    this.#bytes -= bytes;
    this.onGone?.(value);
  }

  #touch(slot: Slot<T>, nowMs: number): void {
    if (nowMs - slot.movedAtMs < MOVED_FOR_MS) return;
    slot.movedAtMs = nowMs;
    this.#unlink(slot);
    this.#append(slot);
  }

  #append(slot: Slot<T>): void {
    slot.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = slot;
    else this.#newest.newer = slot;
    this.#newest = slot;
  }

  /** It keeps no neighbour alive. */
  #unlink(slot: Slot<T>): void {
    const { older, newer } = slot;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    slot.older = slot.newer = undefined;
  }
}
