/**
 * What is under way, by key. A Map that grows and shrinks all the time moves from table to table, and old tables keep what they
 * held until all of the heap is collected; here what is over leaves an empty place, and a new Map comes now and then.
 */
const MOST_EMPTY = 256;

export class UnderWay<T> {
  #places = new Map<string, T | undefined>();
  #empty = 0;

  get(key: string): T | undefined {
    return this.#places.get(key);
  }

  /** Where nothing is under way by this key. */
  begin(key: string, what: T): void {
    if (this.#places.has(key)) this.#empty--;
    this.#places.set(key, what);
  }

  end(key: string): void {
    this.#places.set(key, undefined);
    this.#empty++;
    if (this.#empty < MOST_EMPTY || this.#empty * 2 < this.#places.size) return;
    this.#places = new Map([...this.#places].filter(([, what]) => what !== undefined));
    this.#empty = 0;
  }

  /** Places, empty ones included. */
  get size(): number {
    return this.#places.size;
  }
}
