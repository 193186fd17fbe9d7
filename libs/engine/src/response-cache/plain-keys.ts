/**
 * Keys of requests that show no credentials, by their path: what many ask for in the same way is found without its key being made
 * anew, which is a tenth of a hit. Of each path the last such request is remembered; one that differs costs what it would
 * cost without.
 */
import type { Exchange } from '../exchange';
import type { Fates } from '../fates';
import { ownText } from '../own-text';
import type { Keyed } from './keyed-fields';

/** Fields of a request that are in its key, once each. */
interface Shown {
  /** By place. */
  readonly values: readonly (string | undefined)[];
  /** A bit for each place that has a value. */
  readonly given: number;
}

/** What is remembered of a path. */
interface Remembered extends Shown {
  readonly method: string;
  readonly host: string;
  readonly secure: boolean;
  readonly apiPath: string;
  readonly key: string;
  /** So many requests in a row were others. */
  news: number;
}

/** What is asked for in so many ways is not worth a comparison. */
const MANY_NEWS = 100;
const MAX_PATHS = 10_000;
/** A number has a bit for each. */
const MAX_PLACES = 30;
/** What may be a secret is neither kept nor compared with what others sent: how long that takes would tell of it. */
const SECRET = /auth|cookie|token|key|secret|password|credential|session|signature/;

/** Of the whole process: what is remembered is bounded however many routes there are. */
export class PathBudget {
  readonly #maps = new Set<Map<string, Remembered>>();
  #count = 0;

  /** Ahead of one more in `map`. Where there are too many, all are forgotten. */
  spend(map: Map<string, Remembered>): void {
    if (++this.#count > MAX_PATHS) {
      for (const one of this.#maps) one.clear();
      this.#maps.clear();
      this.#count = 1;
    }
    this.#maps.add(map);
  }
}

/** Of one route. */
export class PlainKeys {
  readonly #paths = new Map<string, Remembered>();
  readonly #placeOf: Fates<number>;
  readonly #count: number;
  /** A bit for each place that may hold a secret. */
  readonly #secrets: number;

  constructor(
    private readonly budget: PathBudget,
    { placeOf, places }: Pick<Keyed, 'placeOf' | 'places'>,
    private readonly make: (x: Exchange) => string,
  ) {
    this.#placeOf = placeOf;
    this.#count = places.length;
    this.#secrets = places.reduce((bits, name, place) => (SECRET.test(name) ? bits | (1 << place) : bits), 0);
  }

  /** `query`: as it was sent; empty where nothing of it is in the key. */
  of(query: string, x: Exchange): string {
    const path = query === '' ? x.path : `${x.path}?${query}`;
    const known = this.#paths.get(path);
    if (known !== undefined && this.#isSame(known, x)) {
      known.news = 0;
      return known.key;
    }
    const key = this.make(x);
    if (known !== undefined && ++known.news >= MANY_NEWS) return key;
    const shown = this.#shownBy(x);
    if (shown === undefined) return key;
    if (known === undefined) this.budget.spend(this.#paths);
    const { host, secure } = x.request;
    const place = { method: x.method, host: ownText(host), secure, apiPath: ownText(x.apiPath) };
    const what = { ...place, key, news: known?.news ?? 0 };
    this.#paths.set(ownText(path), { ...what, ...shown });
    return key;
  }

  #isSame({ method, host, secure, apiPath, values, given }: Remembered, x: Exchange): boolean {
    const { request } = x;
    if (method !== x.method || secure !== request.secure || host !== request.host) return false;
    if (apiPath !== x.apiPath) return false;
    const { headers } = request;
    let seen = 0;
    for (let i = 0; i + 1 < headers.length; i += 2) {
      const place = this.#placeOf.of(headers[i] ?? '');
      if (place < 0) continue;
      const bit = 1 << place;
      if (((seen | this.#secrets) & bit) !== 0 || values[place] !== headers[i + 1]) return false;
      seen |= bit;
    }
    return seen === given;
  }

  /** `undefined` = it shows what is not to be compared, or one field twice. */
  #shownBy({ request: { headers } }: Exchange): Shown | undefined {
    if (this.#count > MAX_PLACES) return undefined;
    const values: (string | undefined)[] = new Array<undefined>(this.#count).fill(undefined);
    let given = 0;
    for (let i = 0; i + 1 < headers.length; i += 2) {
      const place = this.#placeOf.of(headers[i] ?? '');
      if (place < 0) continue;
      const bit = 1 << place;
      if (((given | this.#secrets) & bit) !== 0) return undefined;
      values[place] = ownText(headers[i + 1] ?? '');
      given |= bit;
    }
    return { values, given };
  }
}
