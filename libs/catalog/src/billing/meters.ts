/** What is charged for: each meter with its unit and its price in a book. */
import { CACHE_SIZES } from '../rest/cache-size';
import type { Amount } from './amount';
import type { PriceBook, Tier } from './price-book';
import { tierCharges, type TierCharge, type Unit } from './tiers';

export interface Meter {
  /** `calls.REST`, `dataOut`, `cacheHours.0.5`: the place of its price in the book. */
  readonly name: string;
  readonly unit: Unit;
  tiersIn(book: PriceBook): readonly Tier[];
}

const GB = 1n << 30n;
const CALLS: Unit = { of: 'call', per: 1_000_000n, step: 1n };
const DATA: Unit = { of: 'byte', per: GB, step: GB };
const HOURS: Unit = { of: 'second', per: 3600n, step: 3600n };

/** Calls of an API of which it is not known any more whether it was REST or HTTP: counted, and free. */
export const UNKNOWN_CALLS = 'calls.unknown';

/** In the order of a statement's lines. */
export const METERS: readonly Meter[] = [
  { name: 'calls.REST', unit: CALLS, tiersIn: ({ calls }) => calls.REST },
  { name: 'calls.HTTP', unit: CALLS, tiersIn: ({ calls }) => calls.HTTP },
  { name: UNKNOWN_CALLS, unit: CALLS, tiersIn: () => [{ price: '0.00' }] },
  { name: 'dataOut', unit: DATA, tiersIn: ({ dataOut }) => dataOut },
  ...CACHE_SIZES.map((size) => ({
    name: `cacheHours.${size}`,
    unit: HOURS,
    tiersIn: ({ cacheHours }: PriceBook) => [{ price: cacheHours[size] }],
  })),
];

export interface MeterCharge {
  readonly meter: Meter;
  readonly tiers: readonly TierCharge[];
  /** The sum of its tiers. */
  readonly amount: Amount;
}

/** `quantities` by meter's name. Meters of which nothing was used are left out. */
export function meterCharges(quantities: ReadonlyMap<string, bigint>, book: PriceBook): MeterCharge[] {
  return METERS.map((meter) => {
    const tiers = tierCharges(meter.tiersIn(book), meter.unit, quantities.get(meter.name) ?? 0n);
    return { meter, tiers, amount: tiers.reduce((sum, one) => sum + one.amount, 0n) };
  }).filter(({ tiers }) => tiers.length > 0);
}
