/** A month's quantity, split over the tiers of its price. */
import { amountIn, rounded, type Amount } from './amount';
import type { Tier } from './price-book';

/** What one price is for. */
export interface Unit {
  /** What is counted. */
  readonly of: 'call' | 'byte' | 'second';
  /** How many of them a price is for: a million calls, the bytes of a GB, the seconds of an hour. */
  readonly per: bigint;
  /** How many of them make 1 of `upTo`. */
  readonly step: bigint;
}

export interface TierCharge {
  /** From 1. */
  readonly tier: number;
  readonly quantity: bigint;
  readonly price: string;
  /** Rounded once, half up, to ten decimals. */
  readonly amount: Amount;
}

/** Tiers of which nothing was used are left out. */
export function tierCharges(tiers: readonly Tier[], unit: Unit, quantity: bigint): TierCharge[] {
  const charges: TierCharge[] = [];
  let from = 0n;
  for (const [i, { upTo, price }] of tiers.entries()) {
    const end = upTo === undefined ? quantity : smaller(quantity, BigInt(upTo) * unit.step);
    if (end <= from) break;
    const amount = rounded((end - from) * amountIn(price), unit.per);
    charges.push({ tier: i + 1, quantity: end - from, price, amount });
    from = end;
  }
  return charges;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
