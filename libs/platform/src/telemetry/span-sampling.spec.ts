import fc from 'fast-check';
import { rootSampler } from './span-sampling';

const digits = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 });

it('samples by the last 56 bits of the id, whatever stands before them', () => {
  fc.assert(
    fc.property(digits, fc.double({ min: 0, max: 1, noNaN: true }), (traceId, ratio) => {
      const value = BigInt(`0x${traceId.slice(-14)}`);
      const isSampled = value < BigInt(Math.ceil(ratio * 2 ** 56));
      expect(rootSampler({ sampler: 'traceidratio', ratio })({ traceId })).toBe(isSampled);
    }),
    { numRuns: 1000 },
  );
});

it.each([
  [0, '00000000000000', false],
  [0.5, '7fffffffffffff', true],
  [0.5, '80000000000000', false],
  [1, 'ffffffffffffff', true],
  [2 ** -56, '00000000000000', true],
  [2 ** -56, '00000000000001', false],
])('of %d %s is sampled: %p', (ratio, random, isSampled) => {
  const sampled = rootSampler({ sampler: 'traceidratio', ratio });
  expect(sampled({ traceId: `0123456789abcdef01${random}` })).toBe(isSampled);
});

it.each(['always_on', 'always_off'] as const)('%s needs no id', (sampler) => {
  const trace = {
    get traceId(): string {
      throw new Error('it is made where it is read');
    },
  };
  expect(rootSampler({ sampler, ratio: 1 })(trace)).toBe(sampler === 'always_on');
});
