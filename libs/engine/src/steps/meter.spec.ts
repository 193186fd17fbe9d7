import { createHmac } from 'node:crypto';
import { Meters, type MeterRow } from '../metering/meters';
import type { Clock } from '../ports';
import { ask, bodyOf, fakeWorld, gatewayOf, routeOf, snapshotOf } from '../testing/fake-world';

const hmac = createHmac('sha256', 's').update('k1').digest('base64url');
const apiKeys = {
  salt: 's',
  keys: [{ hmac, keyId: 'k1', usagePlanId: 'p1' }],
  plans: { p1: { quota: { limit: 2, period: 'DAY', offset: 0 } } },
} as const;

function world(throttle?: { readonly rate: number; readonly burst: number }, clock?: Clock) {
  const fake = fakeWorld();
  if (clock !== undefined) Object.assign(fake.kit, { clock });
  const metering = new Meters();
  const routes = [routeOf('GET /open'), routeOf('GET /keyed', {}, { apiKeyRequired: true })];
  const limited = { ...apiKeys, plans: { p1: { ...apiKeys.plans.p1, ...(throttle && { throttle }) } } };
  const snapshot = snapshotOf({ apiKeys: limited, routes });
  const gateway = gatewayOf({ ...fake, kit: { ...fake.kit, metering } }, snapshot);
  const call = (path: string, key?: string) =>
    ask(gateway, { path, ...(key !== undefined && { headers: ['x-api-key', key] }) });
  return { fake, metering, call };
}

const brief = ({ route, keyId, usagePlanId, calls, admitted }: MeterRow) => [
  route,
  usagePlanId,
  keyId,
  calls,
  admitted,
];

it('counts every call to a stage by route and key, refused ones too, and what counts against a quota', async () => {
  const { metering, call } = world();
  for (let i = 0; i < 3; i++) await call('/prod/open');
  for (let i = 0; i < 3; i++) await call('/prod/keyed', 'k1');
  await call('/prod/keyed', 'wrong');
  await call('/prod/nowhere');
  await call('/nostage/open');
  expect(metering.take().map(brief).sort()).toEqual([
    ['-', '', '', 1, 0],
    ['GET /keyed', '', '', 1, 0],
    ['GET /keyed', 'p1', 'k1', 3, 2],
    ['GET /open', '', '', 3, 0],
  ]);
  expect(metering.take()).toEqual([]);
});

it('counts nothing against a quota that a throttle refused', async () => {
  const { metering, call } = world({ rate: 0, burst: 1 });
  for (let i = 0; i < 3; i++) await call('/prod/keyed', 'k1');
  expect(metering.take().map(brief)).toEqual([['GET /keyed', 'p1', 'k1', 3, 1]]);
});

it('counts the bytes that the other counters see', async () => {
  const { fake, metering, call } = world();
  for (let i = 0; i < 5; i++) await call('/prod/open');
  const [row] = metering.take();
  expect([row?.bytesIn, row?.bytesOut]).toEqual([
    fake.outcomes.reduce((all, one) => all + one.requestBytes, 0),
    fake.outcomes.reduce((all, one) => all + one.responseBytes, 0),
  ]);
});

it('keeps minutes apart', async () => {
  const { fake, metering, call } = world();
  await call('/prod/open');
  fake.pass(60_000);
  await call('/prod/open');
  await call('/prod/open');
  const [first, second] = metering.take();
  expect([first?.calls, second?.calls]).toEqual([1, 2]);
  expect((second?.minute ?? 0) - (first?.minute ?? 0)).toBe(1);
});

it('keeps minutes apart to the millisecond, and follows a calendar that is set anew within a second', async () => {
  const at = { ms: 0, aheadMs: 0 };
  const clock = { now: () => at.ms + at.aheadMs, monotonicMs: () => at.ms };
  const { fake, metering, call } = world(undefined, clock);
  const minuteAt = async (ms: number): Promise<number | undefined> => {
    at.ms = ms;
    await call('/prod/open');
    return metering.take()[0]?.minute;
  };
  const minutes = [];
  for (const ms of [59_500, 59_999, 60_000, 119_999, 120_000]) minutes.push(await minuteAt(ms));
  at.aheadMs = 600_000;
  for (const ms of [120_999, 121_000]) minutes.push(await minuteAt(ms));
  expect(minutes).toEqual([0, 0, 1, 1, 2, 2, 12]);
  fake.backend = () => {
    at.ms = 180_000;
    return Promise.resolve({ status: 200, headers: [], body: bodyOf('') });
  };
  // A call is of the minute in which it ends.
  expect(await minuteAt(121_500)).toBe(13);
});

const billedBy = (rows: readonly MeterRow[]): Record<string, [calls: number, billed: number]> =>
  Object.fromEntries(
    rows.map(({ route, keyId, calls, billed }) => [`${route} ${keyId}`.trim(), [calls, billed]]),
  );

it('bills no call of a REST API that was refused for its route, its key or a limit', async () => {
  const [quotaOfTwo, burstOfOne] = [world(), world({ rate: 0, burst: 1 })];
  for (const { call } of [quotaOfTwo, burstOfOne]) {
    for (let i = 0; i < 3; i++) await call('/prod/open');
    for (let i = 0; i < 5; i++) await call('/prod/keyed', 'k1');
    await call('/prod/keyed', 'wrong');
    await call('/prod/nowhere');
  }
  const others = { 'GET /open': [3, 3], 'GET /keyed': [1, 0], '-': [1, 0] };
  expect(billedBy(quotaOfTwo.metering.take())).toEqual({ ...others, 'GET /keyed k1': [5, 2] });
  expect(billedBy(burstOfOne.metering.take())).toEqual({ ...others, 'GET /keyed k1': [5, 1] });
});

it('bills a call whose integration failed, and none that never came so far', async () => {
  const fake = fakeWorld();
  const metering = new Meters();
  const routes = [routeOf('GET /asked'), routeOf('GET /unset', { type: 'UNAVAILABLE' })];
  const gateway = gatewayOf({ ...fake, kit: { ...fake.kit, metering } }, snapshotOf({ routes }));
  fake.backend = { fault: 'timeout' };
  expect((await ask(gateway, { path: '/prod/asked' })).status).toBe(504);
  expect((await ask(gateway, { path: '/prod/unset' })).status).toBe(500);
  expect(billedBy(metering.take())).toEqual({ 'GET /asked': [1, 1], 'GET /unset': [1, 0] });
});

it('bills a call of an HTTP API once for each 512 KB, as many as it brought or took', async () => {
  const fake = fakeWorld();
  const metering = new Meters();
  const routes = [routeOf('POST /a')];
  const gateway = gatewayOf(
    { ...fake, kit: { ...fake.kit, metering } },
    snapshotOf({ kind: 'HTTP', routes }),
  );
  await ask(gateway, { method: 'POST', path: '/prod/a', body: 'x'.repeat(1300 * 1024) });
  fake.backend = { body: 'x'.repeat(600 * 1024) };
  await ask(gateway, { method: 'POST', path: '/prod/a', body: 'x' });
  await ask(gateway, { method: 'POST', path: '/prod/nowhere', body: 'x'.repeat(1300 * 1024) });
  expect(billedBy(metering.take())).toEqual({ 'POST /a': [2, 5], '-': [1, 0] });
});
