/**
 * Statements: a golden document (usage in, JSON and CSV out; `UPDATE_GOLDEN=1` writes them anew, the diff is read by a person), and
 * that everything in a statement sums up, whatever was used.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { CACHE_SIZES, type CacheSize } from '../rest/cache-size';
import { amountIn } from './amount';
import { billingMonth } from './billing-month';
import { makeStatement, type StatementTerms } from './make-statement';
import type { MonthUsage, Named, NamedApi } from './month-usage';
import { EXAMPLE_PRICE_BOOK } from './price-book';
import type { Statement } from './statement';
import { statementCsv } from './statement-csv';

const TESTDATA = join(__dirname, '../../testdata/statement');
const textOf = (file: string): string => readFileSync(join(TESTDATA, file), 'utf8');
const isUpdating = process.env.UPDATE_GOLDEN === '1';

interface GoldenUsage {
  readonly month: string;
  readonly now: string;
  readonly keyed: readonly (readonly [apiId: string, keyId: string, ...counts: number[]])[];
  readonly caches: readonly (readonly [apiId: string, stage: string, size: CacheSize, seconds: number])[];
  readonly apis: Readonly<Record<string, NamedApi>>;
  readonly keys: Readonly<Record<string, Named>>;
}

function usageIn({ keyed, caches, apis, keys }: GoldenUsage): MonthUsage {
  return {
    keyed: keyed.map(([apiId, keyId, ...counts]) => {
      const [calls = 0n, billed = 0n, bytesIn = 0n, bytesOut = 0n, cacheHits = 0n] = counts.map(BigInt);
      return { apiId, keyId, calls, billed, bytesIn, bytesOut, cacheHits };
    }),
    caches: caches.map(([apiId, stage, size, seconds]) => ({ apiId, stage, size, seconds: BigInt(seconds) })),
    apis: new Map(Object.entries(apis)),
    keys: new Map(Object.entries(keys)),
  };
}

const terms = (month: string, nowMs: number): StatementTerms => ({
  accountId: '000000000000',
  month: billingMonth(month),
  nowMs,
  book: EXAMPLE_PRICE_BOOK,
  priceBook: { source: 'example' },
});

function golden(file: string, text: string): void {
  if (isUpdating) writeFileSync(join(TESTDATA, file), text);
  expect(text).toBe(textOf(file));
}

it.each(['running', 'past'])('the %s month is the golden document, as JSON and as CSV', (name) => {
  const usage = JSON.parse(textOf(`${name}.usage.json`)) as GoldenUsage;
  const statement = makeStatement(terms(usage.month, Date.parse(usage.now)), usageIn(usage));
  golden(`${name}.golden.json`, `${JSON.stringify(statement, null, 2)}\n`);
  golden(`${name}.golden.csv`, statementCsv(statement));
});

const count = fc.bigInt({ min: 0n, max: 10n ** 12n });
const keyed = fc
  .uniqueArray(
    fc.record({
      apiId: fc.constantFrom('a1', 'a2', 'a3', 'a4'),
      keyId: fc.constantFrom('', 'k1', 'k2', 'k3'),
      calls: count,
      billed: count,
      bytesIn: count,
      bytesOut: count,
      cacheHits: count,
    }),
    { selector: ({ apiId, keyId }) => `${apiId} ${keyId}` },
  )
  .map((all) => all.map((one) => ({ ...one })));
const caches = fc.uniqueArray(
  fc.record({
    apiId: fc.constantFrom('a1', 'a5'),
    stage: fc.constantFrom('dev', 'prod'),
    size: fc.constantFrom(...CACHE_SIZES),
    seconds: fc.bigInt({ min: 1n, max: 2_678_400n }),
  }),
  { selector: ({ apiId, stage, size }) => `${apiId} ${stage} ${size}` },
);
const usage = fc.record({ keyed, caches }).map((used): MonthUsage => ({
  ...used,
  apis: new Map([
    ['a1', { kind: 'REST' }],
    ['a2', { kind: 'REST' }],
    ['a3', { kind: 'HTTP' }],
  ]),
  keys: new Map(),
}));
const past = (used: MonthUsage): Statement => makeStatement(terms('2024-02', Date.parse('2024-06-01')), used);

describe('whatever was used', () => {
  const sum = (all: readonly { readonly amount: string }[]): bigint =>
    all.reduce((so, { amount }) => so + amountIn(amount), 0n);

  it('lines, APIs, and keys with caches sum to the total, and keys with caches to their API', () => {
    fc.assert(
      fc.property(usage, (used) => {
        const { totals, lines, apis, keys } = past(used);
        const whole = amountIn(totals.amount);
        const ofCaches = apis.reduce((so, { charges }) => so + amountIn(charges.cacheHours), 0n);
        expect([sum(lines), sum(apis), sum(keys) + ofCaches]).toEqual([whole, whole, whole]);
        for (const api of apis) {
          expect(sum(api.keys) + sum(api.caches)).toBe(amountIn(api.amount));
          const { calls, dataOut, cacheHours } = api.charges;
          expect(amountIn(calls) + amountIn(dataOut) + amountIn(cacheHours)).toBe(amountIn(api.amount));
        }
      }),
    );
  });

  it('counts are those that were metered, to the call: in all, of each API, of each key', () => {
    fc.assert(
      fc.property(usage, (used) => {
        const { totals, lines, apis, keys } = past(used);
        const sums = (of: (one: MonthUsage['keyed'][number]) => boolean): [number, number] => {
          const own = used.keyed.filter(of);
          const [calls, billed] = [own.map((one) => one.calls), own.map((one) => one.billed)];
          return [
            Number(calls.reduce((so, one) => so + one, 0n)),
            Number(billed.reduce((so, one) => so + one, 0n)),
          ];
        };
        expect([totals.calls, totals.billed]).toEqual(sums(() => true));
        const inLines = lines.filter(({ unit }) => unit === 'call').reduce((so, one) => so + one.quantity, 0);
        expect(inLines).toBe(totals.billed);
        for (const { apiId, calls, billed } of apis)
          expect([calls, billed]).toEqual(sums((one) => one.apiId === apiId));
        for (const { keyId = '', calls, billed } of keys)
          expect([calls, billed]).toEqual(sums((one) => one.keyId === keyId));
      }),
    );
  });

  it('only billed calls cost: nothing changes for calls that are not', () => {
    fc.assert(
      fc.property(usage, (used) => {
        const more = { ...used, keyed: used.keyed.map((one) => ({ ...one, calls: one.calls + 7n })) };
        expect(past(more).lines).toEqual(past(used).lines);
        expect(past(more).totals.amount).toBe(past(used).totals.amount);
      }),
    );
  });

  it('the order of what was metered changes nothing', () => {
    fc.assert(
      fc.property(usage, (used) => {
        const turned = { ...used, keyed: used.keyed.toReversed(), caches: used.caches.toReversed() };
        expect(past(turned)).toEqual(past(used));
      }),
    );
  });
});

describe('a running month', () => {
  const used: MonthUsage = {
    keyed: [
      {
        apiId: 'a',
        keyId: '',
        calls: 200_000_001n,
        billed: 200_000_000n,
        bytesIn: 0n,
        bytesOut: 0n,
        cacheHits: 0n,
      },
    ],
    caches: [],
    apis: new Map([['a', { kind: 'REST' }]]),
    keys: new Map(),
  };

  it('is projected through the tiers: half of it over, twice the calls', () => {
    const { projection, status, upTo } = makeStatement(terms('2025-04', Date.parse('2025-04-16')), used);
    expect([status, upTo]).toEqual(['estimate', '2025-04-16T00:00:00.000Z']);
    expect(projection).toMatchObject({ method: 'linear', amount: '1353.10', payable: '1353.10' });
    expect(projection?.lines.map(({ quantity }) => quantity)).toEqual([333_000_000, 67_000_000]);
  });

  it('has no projection at its first moment, and is final with its last', () => {
    const { startMs, endMs } = billingMonth('2025-04');
    expect(makeStatement(terms('2025-04', startMs), used).projection).toBeUndefined();
    expect(makeStatement(terms('2025-04', endMs - 1), used).status).toBe('estimate');
    const final = makeStatement(terms('2025-04', endMs), used);
    expect([final.status, final.upTo, final.projection]).toEqual(['final', undefined, undefined]);
  });
});

describe('CSV', () => {
  const csvOf = (name: string): string =>
    statementCsv(
      past({
        keyed: [],
        caches: [{ apiId: 'a', stage: 'dev', size: '0.5', seconds: 1n }],
        apis: new Map([['a', { kind: 'REST', name }]]),
        keys: new Map(),
      }),
    );

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '\u00a0=1', '\uff1d1', '"=1"\n'])(
    'shows the name %j and runs no formula',
    (name) => {
      const guarded = /^["\n]/.test(name) ? name : `'${name}`;
      const field = /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
      expect(csvOf(name)).toContain(`,a,${field},REST,dev,`);
    },
  );

  it('has as many fields in every row, and CRLF after each', () => {
    const rows = csvOf('plain').split('\r\n');
    expect(rows.pop()).toBe('');
    expect(new Set(rows.map((row) => row.split(',').length))).toEqual(new Set([19]));
  });
});
