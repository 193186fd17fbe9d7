import fc from 'fast-check';
import { UnderWay } from './under-way';

it('knows what is under way and nothing else, and holds few empty places', () => {
  const act = fc.tuple(fc.boolean(), fc.nat(2000));
  fc.assert(
    fc.property(fc.array(act, { minLength: 500, maxLength: 3000, size: 'max' }), (acts) => {
      const known = new Map<string, number>();
      const underWay = new UnderWay<number>();
      acts.forEach(([begins, n], i) => {
        const key = `k${n}`;
        if (known.has(key)) {
          underWay.end(key);
          known.delete(key);
        } else if (begins) {
          underWay.begin(key, i);
          known.set(key, i);
        }
        expect(underWay.get(key)).toBe(known.get(key));
      });
      for (let n = 0; n <= 2000; n++) expect(underWay.get(`k${n}`)).toBe(known.get(`k${n}`));
      expect(underWay.size).toBeLessThanOrEqual(Math.max(256 + known.size, 2 * known.size));
    }),
    { numRuns: 20 },
  );
});
