/** What an account charges for what was metered. */
import type { CacheSize } from '../rest/cache-size';

/** A step of a price. Steps follow each other: each begins where the one before ends, the first at 0. */
export interface Tier {
  /** Up to how much of the month, in the tier's unit; only the last one has none. */
  readonly upTo?: number;
  /** Decimal text in the book's currency, `3.50`, for one `per`. */
  readonly price: string;
}

export interface PriceBook {
  /** ISO 4217. */
  readonly currency: string;
  /** `upTo` in calls, `price` for a million of them. */
  readonly calls: Readonly<Record<'REST' | 'HTTP', readonly Tier[]>>;
  /** Bytes of response bodies. `upTo` and `price` in GB of 2^30 bytes. */
  readonly dataOut: readonly Tier[];
  /** By cache size: price of an hour for which a stage has its cache switched on. */
  readonly cacheHours: Readonly<Record<CacheSize, string>>;
  /** Not metered yet. `upTo` in messages and minutes, `price` for a million of them. */
  readonly webSocket: { readonly messages: readonly Tier[]; readonly connectionMinutes: readonly Tier[] };
}

/**
 * AWS's list prices of us-east-1 as far as we remember them; an example, no offer. It prices past months of accounts without a
 * book of their own, so it is never edited.
 */
export const EXAMPLE_PRICE_BOOK: PriceBook = {
  currency: 'USD',
  calls: {
    REST: [
      { upTo: 333_000_000, price: '3.50' },
      { upTo: 1_000_000_000, price: '2.80' },
      { upTo: 20_000_000_000, price: '2.38' },
      { price: '1.51' },
    ],
    HTTP: [{ upTo: 300_000_000, price: '1.00' }, { price: '0.90' }],
  },
  dataOut: [{ price: '0.09' }],
  cacheHours: {
    '0.5': '0.02',
    '1.6': '0.038',
    '6.1': '0.20',
    '13.5': '0.25',
    '28.4': '0.50',
    '58.2': '1.00',
    '118': '1.90',
    '237': '3.80',
  },
  webSocket: {
    messages: [{ upTo: 1_000_000_000, price: '1.00' }, { price: '0.80' }],
    connectionMinutes: [{ price: '0.25' }],
  },
};
