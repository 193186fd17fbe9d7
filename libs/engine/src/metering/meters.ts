/**
 * What a node counts of its requests, by minute. A counter lives as long as a program holds it, so those of keys and routes that
 * are gone go too. A request costs two look-ups and six additions.
 */
import { Held } from '../limits/held';

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
  /** Calls that are charged: none that was refused, and a large one of an HTTP API more than once (`billed-calls.ts`). */
  readonly billed: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly cacheHits: number;
}

export interface Counter {
  /** Arguments, not an object: nothing is allocated for a request. */
  add(
    minute: number,
    isAdmitted: boolean,
    billed: number,
    bytesIn: number,
    bytesOut: number,
    isCacheHit: boolean,
  ): void;
}

export interface Metering {
  /** The same one for the same key, for as long as anybody holds it. */
  counter(key: MeterKey): Counter;
}

export class Meters implements Metering {
  readonly #counters = new Held<RowCounter>();
  /** Those that have counted something since the last time. */
  #open: RowCounter[] = [];
  /** Of minutes that are over. */
  #closed: MeterRow[] = [];

  counter(key: MeterKey): Counter {
    const { accountId, apiId, stage, route, usagePlanId, keyId } = key;
    const name = [accountId, apiId, stage, route, usagePlanId, keyId].join('\n');
    const known = this.#counters.get(name);
    if (known !== undefined) return known;
    const counter = new RowCounter(
      key,
      (one) => this.#open.push(one),
      (row) => this.#closed.push(row),
    );
    return this.#counters.add(name, counter);
  }

  /** All that was counted since the last time. */
  take(): MeterRow[] {
    const open = this.#open;
    this.#open = [];
    for (const counter of open) counter.close();
    const rows = this.#closed;
    this.#closed = [];
    return rows;
  }
}

class RowCounter implements Counter {
  #minute = 0;
  #calls = 0;
  #admitted = 0;
  #billed = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  #cacheHits = 0;

  constructor(
    private readonly key: MeterKey,
    private readonly begin: (counter: RowCounter) => void,
    private readonly put: (row: MeterRow) => void,
  ) {}

  add(
    minute: number,
    isAdmitted: boolean,
    billed: number,
    bytesIn: number,
    bytesOut: number,
    isCacheHit: boolean,
  ): void {
    if (minute !== this.#minute) this.close();
    if (this.#calls === 0) this.begin(this);
    this.#minute = minute;
    this.#calls++;
    this.#billed += billed;
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
      billed: this.#billed,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      cacheHits: this.#cacheHits,
    });
    this.#calls = this.#admitted = this.#billed = this.#bytesIn = this.#bytesOut = this.#cacheHits = 0;
  }
}
