/**
 * The monthly statement of an account. Amounts are decimal texts in `currency`, with up to ten decimals, and all of them sum up:
 * `lines`, `apis`, and `keys` with what caches cost, to `totals.amount`; the `keys` of an API, with its cache, to the API.
 */

/** `bytesIn` and `bytesOut` are of bodies. */
export interface StatementCounts {
  /** Every call, refused ones too. */
  readonly calls: number;
  /** What of them is charged; large calls of HTTP APIs more than once. */
  readonly billed: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly cacheHits: number;
}

/** What one tier of one price comes to: `quantity` / `per` x `price`. */
export interface StatementLine {
  /** Where the price is in the book: `calls.REST`, `dataOut`, `cacheHours.0.5`. */
  readonly meter: string;
  /** From 1. */
  readonly tier: number;
  readonly quantity: number;
  readonly unit: 'call' | 'byte' | 'second';
  readonly price: string;
  readonly per: number;
  readonly amount: string;
}

export interface StatementCharges {
  readonly calls: string;
  readonly dataOut: string;
}

export interface StatementKey extends StatementCounts {
  /** Absent: calls that needed no key. */
  readonly keyId?: string;
  readonly name?: string;
  readonly isDeleted?: true;
  readonly charges: StatementCharges;
  readonly amount: string;
}

export interface StatementCache {
  readonly stage: string;
  /** In GB. */
  readonly size: string;
  /** For which it was switched on. */
  readonly seconds: number;
  readonly amount: string;
}

export interface StatementApi extends StatementCounts {
  readonly apiId: string;
  readonly name?: string;
  /** Absent: deleted before kinds were kept; its calls are counted and free. */
  readonly kind?: 'REST' | 'HTTP';
  readonly isDeleted?: true;
  readonly charges: StatementCharges & { readonly cacheHours: string };
  readonly amount: string;
  readonly keys: readonly StatementKey[];
  readonly caches: readonly StatementCache[];
}

/** What the month comes to if it goes on as it did so far: quantities grow in proportion to time, then prices are applied. */
export interface StatementProjection {
  readonly method: 'linear';
  readonly lines: readonly StatementLine[];
  readonly amount: string;
  readonly payable: string;
}

export interface Statement {
  readonly accountId: string;
  /** `2026-11`, in UTC. */
  readonly month: string;
  /** `estimate` while the month runs. */
  readonly status: 'estimate' | 'final';
  /** Of an estimate: up to when it counts. ISO 8601. */
  readonly upTo?: string;
  readonly currency: string;
  /** `validFrom`: since when the account's own book is valid. ISO 8601. */
  readonly priceBook: { readonly source: 'own' | 'example'; readonly validFrom?: string };
  /** `payable`: `amount`, rounded half up to the currency's minor unit. */
  readonly totals: StatementCounts & {
    readonly cacheSeconds: number;
    readonly amount: string;
    readonly payable: string;
  };
  readonly lines: readonly StatementLine[];
  /** By id. */
  readonly apis: readonly StatementApi[];
  /** Each over all APIs, by id. */
  readonly keys: readonly StatementKey[];
  readonly projection?: StatementProjection;
}
