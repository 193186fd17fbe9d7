import fc from 'fast-check';
import { nameOfHost } from './host';

it.each([
  ['gw', 'gw'],
  ['GW.Example:8080', 'gw.example'],
  ['gw.example.', 'gw.example'],
  ['gw:', 'gw'],
  ['[::1]:80', '[::1]'],
  ['127.0.0.1', '127.0.0.1'],
  ['', undefined],
  ['a b', undefined],
  ['a/b', undefined],
  ['a:123456', undefined],
  ['user@gw', undefined],
])('%j is %s', (host, name) => {
  expect(nameOfHost(host)).toBe(name);
  expect(nameOfHost(host)).toBe(name);
});

it('says the same of a host whatever it was asked before, however much', () => {
  const host = fc
    .tuple(fc.constantFrom('a', 'A', 'a b', 'b.'), fc.nat(1000))
    .map(([start, n]) => `${start}${n}`);
  fc.assert(
    fc.property(fc.array(host, { minLength: 2000, maxLength: 2000 }), (hosts) => {
      for (const one of hosts)
        expect(nameOfHost(one)).toBe(one.includes(' ') ? undefined : one.toLowerCase());
    }),
    { numRuns: 5 },
  );
});
