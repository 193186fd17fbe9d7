import { ask, fakeWorld, gatewayOf, routeOf, snapshotOf, valuesOf } from '../testing/fake-world';

const SEEN = 'by=_gatehouse;for=198.51.100.7;host=api1.execute-api.localhost;proto=http';

async function forwarded(headers: string[], host?: string): Promise<string[]> {
  const world = fakeWorld();
  const gateway = gatewayOf(
    world,
    snapshotOf({ kind: 'HTTP', stage: '$default', routes: [routeOf('GET /')] }),
  );
  await ask(gateway, { path: '/', headers, ...(host === undefined ? {} : { host }) });
  const sent = world.sent[0]?.headers ?? [];
  for (const name of [
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-port',
    'x-real-ip',
  ]) {
    expect(valuesOf(sent, name)).toEqual([]);
  }
  return valuesOf(sent, 'forwarded');
}

test.each([
  ['nothing claimed', [], SEEN],
  ['one hop', ['X-Forwarded-For', '203.0.113.9'], `for=203.0.113.9, ${SEEN}`],
  [
    'hops, host and scheme',
    [
      'X-Forwarded-For',
      'a, b',
      'X-Forwarded-Host',
      'h:8',
      'X-Forwarded-Proto',
      'HTTPS',
      'X-Forwarded-Port',
      '1',
    ],
    `for=a;host="h:8";proto=https, for=b, ${SEEN}`,
  ],
  ['IPv6', ['x-forwarded-for', '2001:db8::1, [::1]:80'], `for="[2001:db8::1]", for="[::1]:80", ${SEEN}`],
  ['Forwarded stays in front', ['Forwarded', 'for=1.2.3.4;by="[::1]"'], `for=1.2.3.4;by="[::1]", ${SEEN}`],
  ['an open quote cannot swallow ours', ['Forwarded', 'for="1.2.3.4'], SEEN],
  ['an injected element is no address', ['X-Forwarded-For', 'x;for="y"'], SEEN],
  ['an endless chain', ['X-Forwarded-For', 'a,'.repeat(1000)], SEEN],
])('%s', async (_name, headers, expected) => expect(await forwarded(headers)).toEqual([expected]));
