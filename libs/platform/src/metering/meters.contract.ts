/** What every way of carrying metering promises. An adapter's spec is one call. */
import type { MeterRow } from '@gatehouse/engine';
import { until } from '../testing';
import type { MeterDelivery, MeterStore } from './meter-store';

export const ROW: MeterRow = {
  accountId: 'a',
  apiId: 'b',
  stage: 'c',
  route: 'GET /ü',
  usagePlanId: '',
  keyId: '',
  minute: 29_000_000,
  calls: 3,
  admitted: 0,
  billed: 2,
  bytesIn: 1,
  bytesOut: 2 ** 40,
  cacheHits: 0,
};

export const deliveryOf = (source: string, ...sequences: number[]): MeterDelivery => ({
  source,
  batches: sequences.map((sequence) => ({ sequence, rows: [ROW] })),
});

export interface CarrierUnderTest {
  /** A node's end whose deliveries come to `store`. */
  readonly open: (store: MeterStore) => Promise<{ carrier: MeterStore; close: () => Promise<void> }>;
}

export function metersContract(name: string, { open }: CarrierUnderTest): void {
  describe(`carrier of metering: ${name}`, () => {
    const seen: MeterDelivery[] = [];
    let isWell = true;
    let carrier: MeterStore;
    let close: () => Promise<void>;
    beforeEach(async () => {
      seen.length = 0;
      isWell = true;
      ({ carrier, close } = await open({
        deliver: async (delivery) => {
          if (!isWell) throw new Error('away');
          seen.push(delivery);
        },
      }));
    });
    afterEach(() => close());

    it('brings deliveries as they are, and says so when they are counted', async () => {
      await carrier.deliver(deliveryOf('n1', 1, 2));
      expect(seen).toEqual([deliveryOf('n1', 1, 2)]);
      await Promise.all([carrier.deliver(deliveryOf('n1', 3)), carrier.deliver(deliveryOf('n2', 1))]);
      expect(seen).toHaveLength(3);
    });

    it('brings what a node without a count of billed calls has counted, with all of them billed', async () => {
      const { billed: _unknown, ...old } = ROW;
      const batches = [{ sequence: 1, rows: [old as MeterRow, ROW] }];
      await carrier.deliver({ source: 'old', batches });
      const rows = [{ ...ROW, billed: ROW.calls }, ROW];
      expect(seen).toEqual([{ source: 'old', batches: [{ sequence: 1, rows }] }]);
    });

    it('says of nothing that it is counted which is not, and brings it when it is sent again', async () => {
      isWell = false;
      const sent = carrier.deliver(deliveryOf('n1', 1)).then(
        () => 'counted',
        () => 'unknown',
      );
      expect(await sent).toBe('unknown');
      isWell = true;
      await until('it is counted', () =>
        carrier.deliver(deliveryOf('n1', 1)).then(
          () => true,
          () => false,
        ),
      );
      expect(seen[0]).toEqual(deliveryOf('n1', 1));
    });
  });
}
