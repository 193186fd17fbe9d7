/** The arithmetic of money: amounts, tiers, shares. Held against plain sums, call by call, that need no rule. */
import * as fc from 'fast-check';
import { allocate } from './allocate';
import { amountIn, decimalText, payableText, rounded } from './amount';
import { METERS } from './meters';
import { EXAMPLE_PRICE_BOOK, type Tier } from './price-book';
import { tierCharges, type Unit } from './tiers';

const price = fc
  .tuple(fc.nat({ max: 999_999_999 }), fc.integer({ min: 0, max: 10 }), fc.nat({ max: 9_999_999_999 }))
  .map(([whole, digits, fraction]) => {
    const behind = String(fraction).padStart(10, '0').slice(0, digits);
    return behind === '' ? String(whole) : `${whole}.${behind}`;
  });

describe('amounts', () => {
  it('come back as the decimal that they were read from', () => {
    const plain = (text: string): string => {
      const [whole = '', fraction = ''] = text.split('.');
      return `${BigInt(whole)}.${fraction.replace(/0+$/, '').padEnd(2, '0')}`;
    };
    fc.assert(fc.property(price, (text) => expect(decimalText(amountIn(text))).toBe(plain(text))));
  });

  it.each([
    ['0.004999', 'USD', '0.00'],
    ['0.005', 'USD', '0.01'],
    ['12.345', 'USD', '12.35'],
    ['1999999.9999999999', 'USD', '2000000.00'],
    ['0.5', 'JPY', '1'],
    ['12.3455', 'KWD', '12.346'],
  ])('%s %s is paid as %s', (text, currency, paid) => {
    expect(payableText(amountIn(text), currency)).toBe(paid);
  });

  it('are rounded half up, by less than one', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 30n }),
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        (a, b) => {
          const off = 2n * (rounded(a, b) * b - a);
          return off > -b && off <= b;
        },
      ),
    );
  });
});

const one: Unit = { of: 'call', per: 1n, step: 1n };
const total = (tiers: readonly Tier[], quantity: bigint, unit = one): bigint =>
  tierCharges(tiers, unit, quantity).reduce((sum, { amount }) => sum + amount, 0n);
const tiers = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 300 }), { maxLength: 5 }),
    fc.array(price, { minLength: 6, maxLength: 6 }),
  )
  .map(([borders, prices]): Tier[] => [
    ...borders.toSorted((a, b) => a - b).map((upTo, i) => ({ upTo, price: prices[i] ?? '0' })),
    { price: prices[5] ?? '0' },
  ]);

describe('tiers', () => {
  it('charge what each unit costs by itself, summed one by one', () => {
    fc.assert(
      fc.property(tiers, fc.nat({ max: 400 }), (list, quantity) => {
        let sum = 0n;
        for (let i = 1; i <= quantity; i++)
          sum += amountIn(list.find(({ upTo = Infinity }) => i <= upTo)?.price ?? '0');
        expect(total(list, BigInt(quantity))).toBe(sum);
      }),
    );
  });

  it('split a quantity without a rest, and cost no less for more', () => {
    const million: Unit = { of: 'call', per: 1_000_000n, step: 1n };
    fc.assert(
      fc.property(tiers, fc.nat({ max: 400 }), fc.nat({ max: 9 }), (list, quantity, more) => {
        const parts = tierCharges(list, million, BigInt(quantity));
        expect(parts.reduce((sum, part) => sum + part.quantity, 0n)).toBe(BigInt(quantity));
        return total(list, BigInt(quantity), million) <= total(list, BigInt(quantity + more), million);
      }),
    );
  });

  it.each([
    ['the last call below a border', 332_999_999n, '1165.4999965'],
    ['the call at the border', 333_000_000n, '1165.50'],
    ['the first call above it', 333_000_001n, '1165.5000028'],
    ['a billion', 1_000_000_000n, '3033.10'],
    ['twenty billion and a call', 20_000_000_001n, '48253.10000151'],
  ])('of the example book charge to the call: %s', (_what, calls, amount) => {
    const rest = METERS.find(({ name }) => name === 'calls.REST');
    if (!rest) throw new Error('no such meter');
    expect(decimalText(total(rest.tiersIn(EXAMPLE_PRICE_BOOK), calls, rest.unit))).toBe(amount);
  });

  it('of data have their borders in whole GB', () => {
    const data = METERS.find(({ name }) => name === 'dataOut');
    if (!data) throw new Error('no such meter');
    const list = [{ upTo: 2, price: '1.00' }, { price: '0.50' }];
    const parts = tierCharges(list, data.unit, 3n * 2n ** 30n);
    expect(parts.map(({ quantity, amount }) => [quantity, decimalText(amount)])).toEqual([
      [2n ** 31n, '2.00'],
      [2n ** 30n, '0.50'],
    ]);
  });
});

describe('shares', () => {
  const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 15n }), { maxLength: 30 });
  const amount = fc.bigInt({ min: 0n, max: 10n ** 20n });
  const sum = (all: readonly bigint[]): bigint => all.reduce((so, far) => so + far, 0n);

  it('sum to the amount, wherever somebody used anything', () => {
    fc.assert(
      fc.property(amount, weights, (whole, used) => {
        expect(sum(allocate(whole, used))).toBe(sum(used) === 0n ? 0n : whole);
      }),
    );
  });

  it('are less than a ten-billionth off, alone and for every run of neighbours', () => {
    fc.assert(
      fc.property(amount, weights, fc.nat({ max: 30 }), fc.nat({ max: 30 }), (whole, used, from, to) => {
        const all = sum(used);
        const off = sum(allocate(whole, used).slice(from, to)) * all - sum(used.slice(from, to)) * whole;
        return all === 0n || (off > -all && off < all);
      }),
    );
  });

  it('are nothing for who used nothing, and never less than nothing', () => {
    fc.assert(
      fc.property(amount, weights, (whole, used) =>
        allocate(whole, used).every((share, i) => (used[i] === 0n ? share === 0n : share >= 0n)),
      ),
    );
  });
});
