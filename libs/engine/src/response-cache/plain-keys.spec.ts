import fc from 'fast-check';
import type { Exchange } from '../exchange';
import { Fates } from '../fates';
import { PathBudget, PlainKeys } from './plain-keys';

interface Asked {
  readonly path: string;
  readonly apiPath: string;
  readonly method: string;
  readonly host: string;
  readonly secure: boolean;
  readonly headers: readonly string[];
}

const PLACES = ['accept', 'authorization', 'x-colour'];
const asked = (members: Partial<Asked>): Asked => ({
  ...{ path: '/a', apiPath: '/prod/a', method: 'GET', host: 'h', secure: false, headers: [] },
  ...members,
});

/** A key says all that it stands for. */
function keyOf({ path, apiPath, method, host, secure, headers }: Asked): string {
  const ofPlace = (name: string): string[] =>
    headers.filter((_value, i) => i % 2 === 1 && headers[i - 1]?.toLowerCase() === name);
  return JSON.stringify([path, apiPath, method, host, secure, PLACES.map(ofPlace)]);
}

function plainKeys(places = PLACES, budget = new PathBudget()) {
  let made = 0;
  const placeOf = new Fates((lower) => places.indexOf(lower));
  const keys = new PlainKeys(budget, { placeOf, places }, (x) => {
    made++;
    return keyOf((x as unknown as { asked: Asked }).asked);
  });
  const of = (one: Asked): string => {
    const { path, apiPath, method, host, secure, headers } = one;
    const x = { path, apiPath, method, request: { host, secure, headers }, asked: one };
    return keys.of('', x as unknown as Exchange);
  };
  return { of, made: () => made };
}

it('is the key of each request, whatever was asked for before', () => {
  const field = fc.tuple(
    fc.constantFrom('Accept', 'accept', 'Authorization', 'X-Colour', 'X-Other'),
    fc.constantFrom('', 'a', 'b'),
  );
  const one = fc.record({
    path: fc.constantFrom('/a', '/b'),
    apiPath: fc.constantFrom('/prod/a', '/prod/b'),
    method: fc.constantFrom('GET', 'HEAD'),
    host: fc.constantFrom('h', 'i'),
    secure: fc.boolean(),
    headers: fc.array(field, { maxLength: 4 }).map((pairs) => pairs.flat()),
  });
  fc.assert(
    fc.property(fc.array(one, { minLength: 2, maxLength: 40 }), (all) => {
      const { of } = plainKeys();
      for (const request of all) expect(of(request)).toBe(keyOf(request));
    }),
    { numRuns: 500 },
  );
});

it('is made once for what is asked for in the same way', () => {
  const { of, made } = plainKeys();
  for (const other of ['x', 'y']) of(asked({ headers: ['Accept', 'text/html', 'X-Other', other] }));
  expect(made()).toBe(1);
});

it('is not remembered where credentials are shown', () => {
  const { of, made } = plainKeys();
  for (let i = 0; i < 2; i++) of(asked({ headers: ['Authorization', 'a'] }));
  expect(made()).toBe(2);
});

it('is remembered no more where every request is another', () => {
  const { of, made } = plainKeys();
  for (let i = 0; i < 200; i++) of(asked({ headers: ['X-Colour', String(i)] }));
  of(asked({ headers: ['X-Colour', '199'] }));
  expect(made()).toBe(201);
});

it('is forgotten with all others where there are too many paths', () => {
  const budget = new PathBudget();
  const [first, second] = [plainKeys(PLACES, budget), plainKeys(PLACES, budget)];
  first.of(asked({}));
  for (let i = 0; i < 10_000; i++) second.of(asked({ path: `/${i}` }));
  first.of(asked({}));
  expect(first.made()).toBe(2);
});

it('of a route with more fields than a number has bits is made each time', () => {
  const places = Array.from({ length: 33 }, (_none, i) => `x-${i}`);
  const { of, made } = plainKeys(places);
  for (let i = 0; i < 2; i++) of(asked({ headers: ['X-32', 'a'] }));
  expect(made()).toBe(2);
});
