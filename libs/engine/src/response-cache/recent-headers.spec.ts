import fc from 'fast-check';
import { Fates } from '../fates';
import { RecentHeaders } from './recent-headers';

const PLACES = ['accept', 'x-colour', 'authorization'];

function recentHeaders(places = PLACES) {
  const recent = new RecentHeaders<string>(places, new Fates((lower) => places.indexOf(lower)));
  let made = 0;
  return (host: string, ...headers: string[]): string => {
    const found = recent.find(host, headers);
    if (found !== undefined) return found;
    const text = `${++made}: ${shownBy(host, headers)}`;
    recent.keep(host, headers, text);
    return text;
  };
}

/** All that a route makes something of. */
function shownBy(host: string, headers: readonly string[]): string {
  const ofPlace = (name: string): string[] =>
    headers.filter((_value, i) => i % 2 === 1 && headers[i - 1]?.toLowerCase() === name);
  return JSON.stringify([host, PLACES.map(ofPlace)]);
}

it('are never taken for others', () => {
  const name = fc.constantFrom('Accept', 'accept', 'Authorization', 'X-Colour', 'X-Other');
  const field = fc.tuple(name, fc.constantFrom('', 'a', 'b'));
  const one = fc.tuple(fc.constantFrom('h', 'i'), fc.array(field, { maxLength: 4 }));
  fc.assert(
    fc.property(fc.array(one, { minLength: 2, maxLength: 40 }), (all) => {
      const of = recentHeaders();
      for (const [host, pairs] of all) {
        const headers = pairs.flat();
        expect(of(host, ...headers).replace(/^\d+: /, '')).toBe(shownBy(host, headers));
      }
    }),
    { numRuns: 500 },
  );
});

it('are known again, whatever is shown beside them', () => {
  const of = recentHeaders();
  const first = of('h', 'Accept', 'a', 'X-Other', '1');
  expect(of('h', 'X-Other', '2', 'accept', 'a', 'X-More', '3')).toBe(first);
  expect(of('h', 'X-Other', '2')).not.toBe(first);
});

it('are not remembered where they show what may be a secret, nor compared with it', () => {
  const of = recentHeaders();
  expect(of('h', 'Authorization', 'a')).not.toBe(of('h', 'Authorization', 'a'));
});

it('are made each time where there are more than a number has bits', () => {
  const of = recentHeaders(Array.from({ length: 33 }, (_none, i) => `x-${i}`));
  expect(of('h', 'X-32', 'a')).not.toBe(of('h', 'X-32', 'a'));
});
