import fc from 'fast-check';
import { inBlock, parseBlock } from './ip-block';

const contains = (block: string, address: string): boolean | undefined => {
  const parsed = parseBlock(block);
  return parsed && inBlock(address, parsed);
};

const ipv4 = (value: bigint) => [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
const ipv6 = (value: bigint) =>
  Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16)).join(':');
/** Not IPv4 inside IPv6, which is IPv4. */
const isPlain = (value: bigint) => value >> 32n !== 0xffffn;

describe.each([
  ['IPv4', 32, ipv4],
  ['IPv6', 128, ipv6],
])('%s', (_, bits, written) => {
  const size = 1n << BigInt(bits);
  const block = fc.tuple(fc.bigInt({ min: 0n, max: size - 1n }), fc.integer({ min: 0, max: bits }));

  it('a block holds its own addresses, and not its neighbours', () => {
    fc.assert(
      fc.property(block, fc.bigInt({ min: 0n, max: size - 1n }), ([any, prefix], within) => {
        const span = 1n << BigInt(bits - prefix);
        const first = any - (any % span);
        const text = `${written(first)}/${prefix}`;
        for (const own of [first, first + span - 1n, first + (within % span)].filter(isPlain))
          expect([own, contains(text, written(own))]).toEqual([own, true]);
        for (const other of [first - 1n, first + span].filter(
          (one) => one >= 0n && one < size && isPlain(one),
        ))
          expect([other, contains(text, written(other))]).toEqual([other, false]);
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  it('every block has an end at every length', () => {
    const first = size / 2n;
    for (let prefix = 2; prefix <= bits; prefix++) {
      const behind = first + (1n << BigInt(bits - prefix));
      expect([prefix, contains(`${written(first)}/${prefix}`, written(behind - 1n))]).toEqual([prefix, true]);
      expect([prefix, contains(`${written(first)}/${prefix}`, written(behind))]).toEqual([prefix, false]);
    }
  });
});

it.each([
  ['::', '0:0:0:0:0:0:0:0'],
  ['::1', '0:0:0:0:0:0:0:1'],
  ['1::', '1:0:0:0:0:0:0:0'],
  ['1::8', '1:0:0:0:0:0:0:8'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ['::ffff:192.0.2.33', '192.0.2.33'],
  ['::ffff:c000:221', '192.0.2.33'],
])('%s and %s are one address', (one, other) => {
  expect(contains(one, other)).toBe(true);
  expect(contains(other, one)).toBe(true);
});

it.each([
  '',
  ':',
  ':::',
  '1',
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.x',
  '::1.2.3',
  '::1.2.3.4:5',
  'g::',
  '12345::',
  '::1/129',
  '1.2.3.4/-1',
  ' 1.2.3.4',
  '1.2.3.4/08',
])('%j is no block', (text) => expect(parseBlock(text)).toBeUndefined());

it('a block of IPv6 that is wider than all of IPv4 inside it has none of it', () => {
  expect(contains('::/0', '::ffff:1.2.3.4')).toBe(false);
  expect(contains('::ffff:0:0/95', '1.2.3.4')).toBe(false);
  expect(contains('::ffff:0:0/96', '1.2.3.4')).toBe(true);
});
