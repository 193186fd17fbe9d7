/**
 * From usage and prices to a statement. Tiers are those of the whole account over the month; what a meter comes to is then divided
 * over APIs and keys in proportion to their use (`allocate`).
 */
import { decimalText, payableText, rounded, type Amount } from './amount';
import type { BillingMonth } from './billing-month';
import { grouped } from './grouped';
import { meterCharges, type MeterCharge } from './meters';
import { sumCounts, type KeyedUsage, type MonthUsage, type UsageCounts } from './month-usage';
import type { PriceBook } from './price-book';
import { order, priceUses, quantitiesOf, usesOf, type PricedUse } from './priced-use';
import type {
  Statement,
  StatementApi,
  StatementCache,
  StatementCharges,
  StatementCounts,
  StatementKey,
  StatementLine,
  StatementProjection,
} from './statement';

export interface StatementTerms {
  readonly accountId: string;
  readonly month: BillingMonth;
  /** Epoch milliseconds, not before the month. Within it the statement is an estimate. */
  readonly nowMs: number;
  readonly book: PriceBook;
  readonly priceBook: Statement['priceBook'];
}

export function makeStatement(terms: StatementTerms, usage: MonthUsage): Statement {
  const { accountId, month, nowMs, book, priceBook } = terms;
  const isRunning = nowMs < month.endMs;
  const uses = usesOf(usage);
  const charges = meterCharges(quantitiesOf(uses), book);
  const priced = priceUses(uses, charges);
  return {
    accountId,
    month: month.name,
    status: isRunning ? 'estimate' : 'final',
    ...(isRunning && { upTo: new Date(nowMs).toISOString() }),
    currency: book.currency,
    priceBook,
    totals: {
      ...shown(sumCounts(usage.keyed)),
      cacheSeconds: Number(usage.caches.reduce((sum, { seconds }) => sum + seconds, 0n)),
      ...sumOf(charges, book),
    },
    lines: linesOf(charges),
    apis: apisOf(usage, priced),
    keys: keysOf(usage, usage.keyed, priced),
    ...(isRunning && nowMs > month.startMs && { projection: projectionOf(terms, quantitiesOf(uses)) }),
  };
}

function sumOf(
  charges: readonly MeterCharge[],
  { currency }: PriceBook,
): { amount: string; payable: string } {
  const amount = sumAmounts(charges);
  return { amount: decimalText(amount), payable: payableText(amount, currency) };
}

function sumAmounts(all: readonly { readonly amount: Amount }[]): Amount {
  return all.reduce((sum, { amount }) => sum + amount, 0n);
}

function linesOf(charges: readonly MeterCharge[]): StatementLine[] {
  return charges.flatMap(({ meter: { name, unit }, tiers }) =>
    tiers.map(({ tier, quantity, price, amount }) => ({
      meter: name,
      tier,
      quantity: Number(quantity),
      unit: unit.of,
      price,
      per: Number(unit.per),
      amount: decimalText(amount),
    })),
  );
}

function apisOf(usage: MonthUsage, priced: readonly PricedUse[]): StatementApi[] {
  const pricedOf = grouped(priced, ({ apiId }) => apiId);
  const keyedOf = grouped(usage.keyed, ({ apiId }) => apiId);
  const ids = new Set([...usage.keyed, ...usage.caches].map(({ apiId }) => apiId));
  return [...ids].sort(order).map((apiId) => {
    const [keyed, own] = [keyedOf.get(apiId) ?? [], pricedOf.get(apiId) ?? []];
    return {
      apiId,
      ...usage.apis.get(apiId),
      ...shown(sumCounts(keyed)),
      charges: { ...chargesOf(own), cacheHours: chargeOf(own, 'cacheHours') },
      amount: decimalText(sumAmounts(own)),
      keys: keysOf(usage, keyed, own),
      caches: own.flatMap(cacheOf),
    };
  });
}

function cacheOf({ cache, amount }: PricedUse): StatementCache[] {
  if (cache === undefined) return [];
  const { stage, size, seconds } = cache;
  return [{ stage, size, seconds: Number(seconds), amount: decimalText(amount) }];
}

/** A cache belongs to no key. */
function keysOf(
  { keys }: MonthUsage,
  keyed: readonly KeyedUsage[],
  priced: readonly PricedUse[],
): StatementKey[] {
  const withoutCaches = priced.filter(({ cache }) => cache === undefined);
  const pricedOf = grouped(withoutCaches, ({ keyId }) => keyId);
  const keyedOf = grouped(keyed, ({ keyId }) => keyId);
  return [...keyedOf.keys()].sort(order).map((keyId) => {
    const own = pricedOf.get(keyId) ?? [];
    return {
      ...(keyId !== '' && { keyId, ...keys.get(keyId) }),
      ...shown(sumCounts(keyedOf.get(keyId) ?? [])),
      charges: chargesOf(own),
      amount: decimalText(sumAmounts(own)),
    };
  });
}

function chargesOf(priced: readonly PricedUse[]): StatementCharges {
  return { calls: chargeOf(priced, 'calls'), dataOut: chargeOf(priced, 'dataOut') };
}

function chargeOf(priced: readonly PricedUse[], section: string): string {
  return decimalText(sumAmounts(priced.filter(({ meter }) => meter.split('.')[0] === section)));
}

function shown({ calls, billed, bytesIn, bytesOut, cacheHits }: UsageCounts): StatementCounts {
  return {
    calls: Number(calls),
    billed: Number(billed),
    bytesIn: Number(bytesIn),
    bytesOut: Number(bytesOut),
    cacheHits: Number(cacheHits),
  };
}

function projectionOf(
  { month: { startMs, endMs }, nowMs, book }: StatementTerms,
  quantities: ReadonlyMap<string, bigint>,
): StatementProjection {
  const [whole, sofar] = [BigInt(endMs - startMs), BigInt(nowMs - startMs)];
  const grown = [...quantities].map(
    ([meter, quantity]) => [meter, rounded(quantity * whole, sofar)] as const,
  );
  const charges = meterCharges(new Map(grown), book);
  return { method: 'linear', lines: linesOf(charges), ...sumOf(charges, book) };
}
