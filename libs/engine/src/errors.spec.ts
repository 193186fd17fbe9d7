import { GATEWAY_RESPONSES, GatewayError, httpFault, restFault, type GatewayResponseKind } from './errors';

const kinds = Object.keys(GATEWAY_RESPONSES) as GatewayResponseKind[];

test('there are 21 types, two of them class defaults without a status', () => {
  expect(kinds).toHaveLength(21);
  expect(kinds.filter((kind) => GATEWAY_RESPONSES[kind].status === null)).toEqual([
    'DEFAULT_4XX',
    'DEFAULT_5XX',
  ]);
});

test.each(kinds)('%s has a status and a type in both dialects', (kind) => {
  for (const fault of [restFault(new GatewayError(kind)), httpFault(new GatewayError(kind))]) {
    expect(fault.status).toBeGreaterThanOrEqual(400);
    expect(fault.errorType).toMatch(/Exception$/);
  }
});

test('detail replaces the message on REST; HTTP APIs say the reason of the status only', () => {
  const error = new GatewayError('INTEGRATION_FAILURE', 'Network error communicating with endpoint');
  expect(restFault(error)).toMatchObject({
    status: 500,
    message: 'Network error communicating with endpoint',
  });
  expect(httpFault(error)).toMatchObject({ status: 503, message: 'Service Unavailable' });
});
