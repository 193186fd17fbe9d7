/**
 * What a route has made of the headers that came last, for whoever sends the same of those that are in its keys: what else senders
 * show differs from request to request. Nothing is remembered of who shows what may be a secret: how long it takes to compare
 * that with what others sent would tell of it.
 */
import type { Fates } from '../fates';
import { ownText } from '../own-text';

interface Shown {
  readonly host: string;
  /** By place. */
  readonly values: readonly (string | undefined)[];
  /** A bit for each place that has a value. */
  readonly given: number;
}

/** A number has a bit for each. */
const MAX_PLACES = 30;
const SECRET = /auth|cookie|token|key|secret|password|credential|session|signature/;

export class RecentHeaders<Made> {
  readonly #secrets: number;
  readonly #count: number;
  #shown: Shown | undefined = undefined;
  #made: Made | undefined = undefined;

  /** `places`: names in lower case; `placeOf`: where one stands among them, -1 = it is none of them. */
  constructor(
    places: readonly string[],
    private readonly placeOf: Fates<number>,
  ) {
    this.#count = places.length;
    this.#secrets = places.reduce((bits, name, place) => (SECRET.test(name) ? bits | (1 << place) : bits), 0);
  }

  find(host: string, headers: readonly string[]): Made | undefined {
    const shown = this.#shown;
    if (shown?.host !== host) return undefined;
    let seen = 0;
    for (let i = 0; i + 1 < headers.length; i += 2) {
      const place = this.placeOf.of(headers[i] ?? '');
      if (place < 0) continue;
      const bit = 1 << place;
      if ((seen & bit) !== 0 || shown.values[place] !== headers[i + 1]) return undefined;
      seen |= bit;
    }
    return seen === shown.given ? this.#made : undefined;
  }

  keep(host: string, headers: readonly string[], made: Made): void {
    if (this.#count > MAX_PLACES) return;
    const values: (string | undefined)[] = new Array<undefined>(this.#count).fill(undefined);
    let given = 0;
    for (let i = 0; i + 1 < headers.length; i += 2) {
      const place = this.placeOf.of(headers[i] ?? '');
      if (place < 0) continue;
      const bit = 1 << place;
      // One that comes twice has no one value.
      if (((given | this.#secrets) & bit) !== 0) return;
      values[place] = ownText(headers[i + 1] ?? '');
      given |= bit;
    }
    this.#shown = { host: ownText(host), values, given };
    this.#made = made;
  }
}
