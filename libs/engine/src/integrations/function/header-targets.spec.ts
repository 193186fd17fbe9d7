import { ask, fakeWorld, gatewayOf, routeOf, snapshotOf } from '../../testing/fake-world';

const BROKEN = [500, '{"message": "Internal server error"}'];

async function mapped(type: 'AWS' | 'AWS_PROXY', field: string, source: string, headers: string[] = []) {
  const world = fakeWorld();
  let calls = 0;
  world.functionOf = () => {
    calls++;
    return {};
  };
  const requestParameters = { [`integration.request.header.${field}`]: source };
  const responses = [{ statusCode: '200', responseParameters: {}, responseTemplates: {} }];
  const route = routeOf('GET /a', { type, requestParameters, responses });
  const { status, body } = await ask(gatewayOf(world, snapshotOf({ routes: [route] })), {
    path: '/prod/a',
    headers,
  });
  return { calls, answer: [status, body] };
}

describe.each(['AWS', 'AWS_PROXY'] as const)('a mapping of %s', (type) => {
  it.each([
    ...['Content-Length', 'Transfer-Encoding', 'X-Amzn-Trace-Id', 'X-Amzn-Apigateway-Api-Id'],
    ...['Authorization', 'Connection', 'Expect', 'Proxy-Authenticate', 'TE'],
  ])('to %s fails the call, and no function is asked', async (field) => {
    expect(await mapped(type, field, "'x'")).toEqual({ calls: 0, answer: BROKEN });
  });

  it.each([['Accept'], ['Max-Forwards'], ['Upgrade'], ['Via'], ['X-Own']])(
    'to %s does not',
    async (field) => {
      expect(await mapped(type, field, "'x'")).toMatchObject({ calls: 1 });
    },
  );

  it('without a value fails nothing', async () => {
    const source = 'method.request.header.X-From';
    expect(await mapped(type, 'Authorization', source)).toMatchObject({ calls: 1 });
    expect((await mapped(type, 'Authorization', source, ['X-From', 'a'])).answer).toEqual(BROKEN);
  });
});

it('AWS_PROXY does not so much as read the others', async () => {
  expect(await mapped('AWS_PROXY', 'X-Own', 'method.request.body.a')).toMatchObject({ calls: 1 });
  expect((await mapped('AWS', 'X-Own', 'method.request.body.a')).answer).toEqual(BROKEN);
});
