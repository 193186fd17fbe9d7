/** Values for their time, bounded by bytes: what was not used for longest leaves first. Times are monotonic milliseconds. */
export interface CacheEntry<T> {
  readonly value: T;
  readonly bytes: number;
  readonly untilMs: number;
}

export class BoundedCache<T> {
  /** In order of last use. */
  readonly #entries = new Map<string, CacheEntry<T>>();
  #bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** Whatever its age; a look is no use of it. */
  peek(key: string): CacheEntry<T> | undefined {
    return this.#entries.get(key);
  }

  /** `undefined` = there is none that holds until then. */
  use(key: string, nowMs: number): T | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.untilMs <= nowMs) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** What is larger than all room is not kept. */
  keep(key: string, entry: CacheEntry<T>): void {
    this.drop(key);
    if (entry.bytes > this.maxBytes) return;
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.maxBytes) break;
      this.drop(oldest);
    }
  }

  drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}
