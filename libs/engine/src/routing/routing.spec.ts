import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseRoutePath, type PathSegment } from '@gatehouse/standards';
import { fit, slowHttp, slowRest, type ListedRoute } from '../testing/slow-matcher';
import { HttpRouter } from './http-router';
import { RestRouter } from './rest-router';
import type { Match, Router } from './router';
import { emptyNode } from './trie';

type Case = [method: string, path: string, expected: string | null, values?: string[]];

const read = (name: string): unknown =>
  JSON.parse(readFileSync(join(__dirname, '../../testdata', name), 'utf8'));

function segmentsOf(path: string): readonly PathSegment[] {
  const segments = parseRoutePath(path);
  if (typeof segments === 'string') throw new Error(`${path}: ${segments}`);
  return segments;
}

function restRouter(keys: readonly string[]): RestRouter<string> {
  const router = new RestRouter<string>();
  for (const key of keys) {
    const [method = '', path = ''] = key.split(' ');
    router.add(segmentsOf(path), method, key);
  }
  return router;
}

function httpRouter(keys: readonly string[]): HttpRouter<string> {
  const router = new HttpRouter<string>();
  for (const key of keys) {
    const [method = '', path = ''] = key.split(' ');
    if (key === '$default') router.addDefault(key);
    else router.add(segmentsOf(path), method, key);
  }
  return router;
}

function check(router: Router<string>, [method, path, expected, values]: Case): void {
  const match: Match<string> | undefined = router.find(method, path);
  expect(match ?? null).toEqual(expected === null ? null : { route: expected, values });
}

describe('REST: the recorded table', () => {
  const { tree, cases } = read('rest-routing.json') as { tree: string[]; cases: Case[] };
  const forward = restRouter(tree);
  const backward = restRouter([...tree].reverse());

  test('holds at least 60 cases', () => expect(cases.length).toBeGreaterThanOrEqual(60));
  test.each(cases)('%s %s -> %s', (...row) => {
    check(forward, row);
    // The order in which routes are added means nothing.
    check(backward, row);
  });
});

describe('HTTP: the recorded table', () => {
  const { trees } = read('http-routing.json') as { trees: { routes: string[]; cases: Case[] }[] };
  describe.each(trees)('$routes', ({ routes, cases }) => {
    test.each(cases)('%s %s -> %s', (...row) => {
      check(httpRouter(routes), row);
      check(httpRouter([...routes].reverse()), row);
    });
  });
});

const literal = fc
  .constantFrom('a', 'b', 'c', '__proto__')
  .map((text) => ({ kind: 'literal', text }) as const);
const param = fc.constant({ kind: 'param', name: 'p' } as const);
const greedy = fc.constant({ kind: 'greedy', name: 'g' } as const);
const method = fc.constantFrom('GET', 'POST', 'ANY');
const listed: fc.Arbitrary<ListedRoute> = fc
  .tuple(method, fc.array(fc.oneof(literal, param), { maxLength: 4 }), fc.option(greedy))
  .map(([verb, inner, last]) => ({ method: verb, segments: last === null ? inner : [...inner, last] }));
const requestPath = fc
  .array(fc.constantFrom('a', 'b', 'c', 'x', '', '__proto__', '%2F'), { maxLength: 5 })
  .map((segments) => `/${segments.join('/')}`);
const requestMethod = fc.constantFrom('GET', 'POST', 'PUT');

const keyOf = ({ method: verb, segments }: ListedRoute): string =>
  `${verb} ${segments.map((segment) => (segment.kind === 'literal' ? segment.text : segment.kind)).join('/')}`;

describe('routers and the slow matcher choose the same route', () => {
  const routes = fc.uniqueArray(listed, { maxLength: 12, selector: keyOf });

  test('REST', () => {
    fc.assert(
      fc.property(routes, requestMethod, requestPath, (all, verb, path) => {
        const router = new RestRouter<ListedRoute>();
        for (const route of all) expect(router.add(route.segments, route.method, route)).toBe(true);
        const found = router.find(verb, path);
        expect(found?.route).toBe(slowRest(all, verb, path));
        const trimmed = path.replace(/^\/+/, '/').replace(/(.)\/$/, '$1');
        if (found !== undefined) expect(found.values).toEqual(fit(found.route, split(trimmed)));
      }),
      { numRuns: 5000 },
    );
  });

  test('HTTP', () => {
    fc.assert(
      fc.property(routes, requestMethod, requestPath, (all, verb, path) => {
        const router = new HttpRouter<ListedRoute>();
        for (const route of all) expect(router.add(route.segments, route.method, route)).toBe(true);
        const found = router.find(verb, path);
        expect(found?.route).toBe(slowHttp(all, verb, path));
        if (found !== undefined) expect(found.values).toEqual(fit(found.route, split(path)));
      }),
      { numRuns: 5000 },
    );
  });
});

const split = (path: string): string[] => (path === '/' ? [] : path.slice(1).split('/'));

test('a place can be taken once', () => {
  const router = restRouter(['GET /a/{x}']);
  expect(router.add(segmentsOf('/a/{y}'), 'GET', 'again')).toBe(false);
  expect(router.add(segmentsOf('/a/{y}'), 'ANY', 'other verb')).toBe(true);
  const http = httpRouter(['$default']);
  expect(http.addDefault('again')).toBe(false);
});

test('a lookup looks at the nodes on its path only, with 1 route or 50,000', () => {
  const nodesSeen = (count: number): number => {
    const router = new RestRouter<number>();
    for (let i = 0; i < count; i++) router.add(segmentsOf(`/r${i}/{id}/end`), 'GET', i);
    let seen = 0;
    const get = jest.spyOn(Map.prototype, 'get').mockImplementation(function (
      this: Map<unknown, unknown>,
      key,
    ) {
      seen++;
      return this.has(key) ? [...this.entries()].find(([known]) => known === key)?.[1] : undefined;
    });
    try {
      expect(router.find('GET', '/r0/7/end')).toEqual({ route: 0, values: ['7'] });
    } finally {
      get.mockRestore();
    }
    return seen;
  };
  expect(nodesSeen(50_000)).toBe(nodesSeen(1));
});

test('an empty tree matches nothing', () => {
  expect(emptyNode()).toEqual({ literals: undefined, param: undefined, greedy: undefined, here: undefined });
  expect(new RestRouter<string>().find('GET', '/')).toBeUndefined();
  expect(new HttpRouter<string>().find('GET', '/')).toBeUndefined();
});
