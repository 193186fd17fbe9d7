/**
 * Golden documents: a snapshot, then requests with what the backend was sent and what the client got, to the byte.
 * `UPDATE_GOLDEN=1` writes them anew; the diff is then read by a person.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Route, Snapshot } from '@gatehouse/snapshot';
import {
  ask,
  fakeWorld,
  gatewayOf,
  routeOf,
  snapshotOf,
  type AskedFor,
  type Backend,
} from './testing/fake-world';

interface GoldenCase {
  readonly name: string;
  readonly request: AskedFor;
  readonly backend?: Backend;
  upstream?: unknown;
  reply?: unknown;
}

interface Golden {
  readonly about: string;
  readonly snapshot: Partial<Omit<Snapshot, 'routes'>>;
  readonly routes: Record<string, { integration?: Route['integration'] } & Partial<Route>>;
  problems?: string[];
  readonly cases: GoldenCase[];
}

const DIRECTORY = join(__dirname, '../testdata');
const isUpdating = process.env.UPDATE_GOLDEN === '1';

for (const file of readdirSync(DIRECTORY).filter((name) => name.endsWith('.golden.json'))) {
  const golden = JSON.parse(readFileSync(join(DIRECTORY, file), 'utf8')) as Golden;
  const snapshot = snapshotOf({ ...golden.snapshot, routes: routesOf(golden) });

  describe(`${file}: ${golden.about}`, () => {
    test('problems are those that are listed', () => {
      const problems = gatewayOf(fakeWorld()).apply(snapshot);
      const found = problems.map(({ code, path }) => `${code} ${path}`);
      if (isUpdating) golden.problems = found;
      expect(found).toEqual(golden.problems ?? []);
    });

    test.each(golden.cases.map((golden) => [golden.name, golden] as const))('%s', async (_name, golden) => {
      const world = fakeWorld();
      world.backend = golden.backend ?? {};
      const reply = await ask(gatewayOf(world, snapshot), golden.request);
      const upstream = world.sent.map(({ method, url, headers, body }) => ({
        method,
        url: `${url.protocol}//${url.hostname}:${url.port}${url.target}`,
        headers: linesOf(headers),
        body,
      }));
      const actual = { upstream: upstream[0] ?? null, reply: { ...reply, headers: linesOf(reply.headers) } };
      if (isUpdating) Object.assign(golden, actual);
      expect(actual).toEqual({ upstream: golden.upstream, reply: golden.reply });
      expect(world.outcomes).toHaveLength(1);
      expect(world.defects).toEqual([]);
    });

    afterAll(() => {
      if (isUpdating) writeFileSync(join(DIRECTORY, file), `${JSON.stringify(golden, null, 2)}\n`);
    });
  });
}

function routesOf({ routes }: Golden): Route[] {
  return Object.entries(routes).map(([key, { integration, ...rest }]) => routeOf(key, integration, rest));
}

function linesOf(headers: readonly string[]): string[] {
  return headers.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${headers[index + 1]}`] : []));
}
