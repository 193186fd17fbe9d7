/** By name, for as long as somebody else holds them. */
export class Held<T extends object> {
  readonly #held = new Map<string, WeakRef<T>>();
  /** Names are dropped when there are twice as many as were left the last time. */
  #sweepAt = 1024;

  get(name: string): T | undefined {
    return this.#held.get(name)?.deref();
  }

  add(name: string, one: T): T {
    this.#held.set(name, new WeakRef(one));
    if (this.#held.size >= this.#sweepAt) this.#sweep();
    return one;
  }

  /** Those of names that are known, held or not. */
  get size(): number {
    return this.#held.size;
  }

  all(): T[] {
    return [...this.#held.values()].flatMap((held) => held.deref() ?? []);
  }

  #sweep(): void {
    for (const [name, held] of this.#held) if (held.deref() === undefined) this.#held.delete(name);
    this.#sweepAt = Math.max(1024, 2 * this.#held.size);
  }
}
