/** Everything that was used, piece by piece, each with its share of what its meter comes to over the whole account. */
import { allocate } from './allocate';
import type { Amount } from './amount';
import { UNKNOWN_CALLS, type MeterCharge } from './meters';
import type { CacheUsage, MonthUsage } from './month-usage';

export interface Use {
  /** Name of the meter. */
  readonly meter: string;
  readonly apiId: string;
  /** '' = no key. */
  readonly keyId: string;
  readonly quantity: bigint;
  /** Where it is the time of a cache. */
  readonly cache?: CacheUsage;
}

export interface PricedUse extends Use {
  readonly amount: Amount;
}

/** In order of API and key, so that the same usage always gets the same shares. */
export function usesOf({ keyed, caches, apis }: MonthUsage): Use[] {
  const ofCalls = keyed.flatMap(({ apiId, keyId, billed, bytesOut }) => {
    const kind = apis.get(apiId)?.kind;
    const meter = kind === undefined ? UNKNOWN_CALLS : `calls.${kind}`;
    return [
      { meter, apiId, keyId, quantity: billed },
      { meter: 'dataOut', apiId, keyId, quantity: bytesOut },
    ];
  });
  const ofCaches = caches.map((cache) => {
    const { apiId, size, seconds } = cache;
    return { meter: `cacheHours.${size}`, apiId, keyId: '', quantity: seconds, cache };
  });
  return [...ofCalls, ...ofCaches].sort((a, b) => order(placeOf(a), placeOf(b)));
}

const placeOf = ({ apiId, keyId, cache }: Use): string => [apiId, keyId, cache?.stage ?? ''].join('\n');

export function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** By meter's name. */
export function quantitiesOf(uses: readonly Use[]): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { meter, quantity } of uses) sums.set(meter, (sums.get(meter) ?? 0n) + quantity);
  return sums;
}

/** Each meter's amount is divided in proportion to quantity. */
export function priceUses(uses: readonly Use[], charges: readonly MeterCharge[]): PricedUse[] {
  return charges.flatMap(({ meter: { name }, amount }) => {
    const own = uses.filter(({ meter }) => meter === name);
    const shares = allocate(
      amount,
      own.map(({ quantity }) => quantity),
    );
    return own.map((use, i) => ({ ...use, amount: shares[i] ?? 0n }));
  });
}
