/**
 * What a node counts of its requests, by minute. Names come from configuration, and from keys that it knows, so there are no more
 * counters than those make. A request costs two look-ups and five additions.
 */

/** `route` is the route key, `-` where none matched. `keyId` and `usagePlanId` are '' where no key was needed. */
export interface MeterKey {
  readonly accountId: string;
  readonly apiId: string;
  readonly stage: string;
  readonly route: string;
  readonly usagePlanId: string;
  readonly keyId: string;
}

export interface MeterRow extends MeterKey {
  /** Epoch minutes. */
  readonly minute: number;
  readonly calls: number;
  /** Calls that count against the key's quota: neither throttle nor quota refused them. */
  readonly admitted: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly cacheHits: number;
}

export interface Counter {
  /** Arguments, not an object: nothing is allocated for a request. */
  add(minute: number, isAdmitted: boolean, bytesIn: number, bytesOut: number, isCacheHit: boolean): void;
}

export interface Metering {
  /** The same one for the same key, for as long as the process lives. */
  counter(key: MeterKey): Counter;
}

export class Meters implements Metering {
  readonly #counters = new Map<string, RowCounter>();
  /** Of minutes that are over. */
  #closed: MeterRow[] = [];

  counter(key: MeterKey): Counter {
    const { accountId, apiId, stage, route, usagePlanId, keyId } = key;
    const name = [accountId, apiId, stage, route, usagePlanId, keyId].join('\n');
    const known = this.#counters.get(name);
    if (known !== undefined) return known;
    const counter = new RowCounter(key, (row) => this.#closed.push(row));
    this.#counters.set(name, counter);
    return counter;
  }

  /** All that was counted since the last time. */
  take(): MeterRow[] {
    for (const counter of this.#counters.values()) counter.close();
    const rows = this.#closed;
    this.#closed = [];
    return rows;
  }
}

class RowCounter implements Counter {
  #minute = 0;
  #calls = 0;
  #admitted = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  #cacheHits = 0;

  constructor(
    private readonly key: MeterKey,
    private readonly put: (row: MeterRow) => void,
  ) {}

  add(minute: number, isAdmitted: boolean, bytesIn: number, bytesOut: number, isCacheHit: boolean): void {
    if (minute !== this.#minute) this.close();
    this.#minute = minute;
    this.#calls++;
    this.#bytesIn += bytesIn;
    this.#bytesOut += bytesOut;
    if (isAdmitted) this.#admitted++;
    if (isCacheHit) this.#cacheHits++;
  }

  close(): void {
    if (this.#calls === 0) return;
    this.put({
      ...this.key,
      minute: this.#minute,
      calls: this.#calls,
      admitted: this.#admitted,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      cacheHits: this.#cacheHits,
    });
    this.#calls = this.#admitted = this.#bytesIn = this.#bytesOut = this.#cacheHits = 0;
  }
}
