/** What of a call is charged, for every way in which it may end. */
import * as fc from 'fast-check';
import { GATEWAY_RESPONSES, GatewayError, httpFault, restFault, type GatewayResponseKind } from '../errors';
import { billedCalls, type BilledExchange } from './billed-calls';

const KIB = 1024;
const CALL: BilledExchange = {
  facts: { kind: 'REST' },
  fault: undefined,
  integrationStatus: undefined,
  requestBytes: 0,
  responseBytes: 0,
};
const ofHttp = (requestBytes: number, responseBytes: number): number =>
  billedCalls({ ...CALL, facts: { kind: 'HTTP' }, integrationStatus: 200, requestBytes, responseBytes });

/** Those that are charged: [where the integration had not answered, where it had]. */
const CHARGED: Partial<Record<GatewayResponseKind, readonly [number, number]>> = {
  INTEGRATION_FAILURE: [1, 1],
  INTEGRATION_TIMEOUT: [1, 1],
  API_CONFIGURATION_ERROR: [0, 1],
  DEFAULT_5XX: [0, 1],
};

it.each(Object.keys(GATEWAY_RESPONSES) as GatewayResponseKind[])(
  '%s costs what it should, in either kind of API',
  (kind) => {
    const error = new GatewayError(kind);
    for (const [api, fault] of [['REST', restFault(error)] as const, ['HTTP', httpFault(error)] as const]) {
      const billed = [undefined, 200].map((integrationStatus) =>
        billedCalls({ ...CALL, facts: { kind: api }, fault, integrationStatus }),
      );
      expect(billed).toEqual(CHARGED[kind] ?? [0, 0]);
    }
  },
);

it('what belongs to no API is nobody’s to pay', () => {
  const fault = { status: 403, errorType: 'ForbiddenException', message: 'Forbidden' };
  expect(billedCalls({ ...CALL, fault, integrationStatus: 200 })).toBe(0);
});

it('a call of a REST API that was not refused is one call, of whatever size', () => {
  expect(billedCalls(CALL)).toBe(1);
  expect(billedCalls({ ...CALL, requestBytes: 10_000_000, responseBytes: 10_000_000 })).toBe(1);
});

it.each([
  [0, 0, 1],
  [1, 1, 1],
  [512 * KIB, 0, 1],
  [512 * KIB, 512 * KIB, 1],
  [512 * KIB + 1, 0, 2],
  [0, 512 * KIB + 1, 2],
  [1300 * KIB, 10, 3],
  [10, 1300 * KIB, 3],
])('a call of an HTTP API with %d bytes in and %d out is %d', (bytesIn, bytesOut, billed) => {
  expect(ofHttp(bytesIn, bytesOut)).toBe(billed);
});

it('of an HTTP API, each 512 KB that were begun of the larger body are a call', () => {
  const size = fc.nat(20 * KIB * KIB);
  fc.assert(
    fc.property(size, size, (bytesIn, bytesOut) => {
      const billed = ofHttp(bytesIn, bytesOut);
      const larger = Math.max(bytesIn, bytesOut);
      expect(billed).toBeGreaterThanOrEqual(1);
      expect(billed * 512 * KIB).toBeGreaterThanOrEqual(larger);
      expect((billed - 1) * 512 * KIB).toBeLessThanOrEqual(Math.max(0, larger - 1));
    }),
  );
});
