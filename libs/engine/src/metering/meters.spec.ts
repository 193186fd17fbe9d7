import { collected } from '../testing/collected';
import { Meters, type MeterKey } from './meters';

const keyOf = (keyId: string): MeterKey => ({
  accountId: 'a',
  apiId: 'b',
  stage: 'c',
  route: 'GET /',
  usagePlanId: 'p',
  keyId,
});

it('has one counter for one key, for as long as somebody holds it', async () => {
  const meters = new Meters();
  const held = meters.counter(keyOf('k1'));
  expect(meters.counter(keyOf('k1'))).toBe(held);
  expect(meters.counter(keyOf('k2'))).not.toBe(held);
  await collected(new WeakRef(meters.counter(keyOf('k3'))));
  expect(meters.counter(keyOf('k1'))).toBe(held);
});

it('loses no call of a counter that nobody holds any more', async () => {
  const meters = new Meters();
  meters.counter(keyOf('k1')).add(7, true, 1, 1, 2, false);
  meters.counter(keyOf('k1')).add(8, false, 0, 1, 2, true);
  await new Promise((resolve) => setImmediate(resolve));
  expect(meters.take()).toEqual([
    { ...keyOf('k1'), minute: 7, calls: 1, admitted: 1, billed: 1, bytesIn: 1, bytesOut: 2, cacheHits: 0 },
    { ...keyOf('k1'), minute: 8, calls: 1, admitted: 0, billed: 0, bytesIn: 1, bytesOut: 2, cacheHits: 1 },
  ]);
  expect(meters.take()).toEqual([]);
});
