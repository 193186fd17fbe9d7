/** Values for their time, bounded by bytes: what was not used for longest leaves first, to the second. Times are monotonic milliseconds. */
import { UnderWay } from './under-way';

/**
 * Of one key: what is kept there, and the calls for it that are under way. One object for both, since most of what a new value costs
 * is to find and to make objects; a value in the place of another needs none.
 */
export class Place {
  /** What it counts for; 0 = nothing is kept here. */
  bytes = 0;
  /** -Infinity = nothing is kept here. */
  untilMs = -Infinity;
  /** When it was put at the end of the order; -Infinity = it was never used. */
  movedAtMs = -Infinity;
  /** Something was kept here. */
  isListed = false;
  /** Its neighbours by last use. */
  older: this | undefined = undefined;
  newer: this | undefined = undefined;

  constructor(readonly key: string) {}

  /** Is it needed though nothing is kept here? */
  get isUnderWay(): boolean {
    return false;
  }

  /** Forgets what was kept, of a place that may be needed longer. */
  clear(): void {
    return undefined;
  }
}

/** A use so soon after the last one moves nothing: popular values are found without a write. */
const MOVED_FOR_MS = 1000;

export class BoundedCache<P extends Place> {
  /**
   * The order is a list of its own. A Map has one too, but keeps the places of what has left it, and whoever looks for its oldest
   * entry walks over all of those.
   */
  readonly #places = new Map<string, P>();
  /** Where nothing was kept yet. Of many calls nothing ever is, and those come and go with every request. */
  readonly #awaited = new UnderWay<P>();
  #oldest: P | undefined = undefined;
  #newest: P | undefined = undefined;
  #bytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly placeFor: (key: string) => P,
  ) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether anything is kept there or not, and whatever its age; a look is no use of it. */
  peek(key: string): P | undefined {
    return this.#places.get(key) ?? this.#awaited.get(key);
  }

  /** A new one is there until `settle` finds it without use. */
  place(key: string): P {
    const known = this.peek(key);
    if (known !== undefined) return known;
    const place = this.placeFor(key);
    this.#awaited.begin(key, place);
    return place;
  }

  /** `undefined` = nothing is kept there that holds until then. */
  use(key: string, nowMs: number): P | undefined {
    const place = this.#places.get(key);
    if (place === undefined || place.untilMs <= nowMs) return undefined;
    this.#touch(place, nowMs);
    return place;
  }

  /** Of what was put there; others leave for it. What is larger than all room is not kept. A value in the place of another is a use. */
  keep(place: P, bytes: number, untilMs: number, nowMs: number): void {
    const isNew = place.bytes === 0;
    this.#bytes += bytes - place.bytes;
    place.bytes = bytes;
    place.untilMs = untilMs;
    if (!place.isListed) this.#list(place);
    if (isNew) this.#append(place);
    else this.#touch(place, nowMs);
    if (bytes > this.maxBytes) this.drop(place);
    while (this.#bytes > this.maxBytes && this.#oldest !== undefined) this.drop(this.#oldest);
  }

  /** Nothing is kept there any more. */
  drop(place: P): void {
    if (place.bytes > 0) {
      this.#unlink(place);
      this.#bytes -= place.bytes;
      place.bytes = 0;
      place.untilMs = place.movedAtMs = -Infinity;
      place.clear();
    }
    this.settle(place);
  }

  /** To be called when something under way there is over. */
  settle(place: P): void {
    if (place.bytes > 0 || place.isUnderWay) return;
    if (place.isListed) this.#places.delete(place.key);
    else this.#awaited.end(place.key);
  }

  #list(place: P): void {
    place.isListed = true;
    this.#awaited.end(place.key);
    this.#places.set(place.key, place);
  }

  #touch(place: P, nowMs: number): void {
    if (nowMs - place.movedAtMs < MOVED_FOR_MS) return;
    place.movedAtMs = nowMs;
    this.#unlink(place);
    this.#append(place);
  }

  #append(place: P): void {
    place.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = place;
    else this.#newest.newer = place;
    this.#newest = place;
  }

  /** It keeps no neighbour alive. */
  #unlink(place: P): void {
    const { older, newer } = place;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    place.older = place.newer = undefined;
  }
}
