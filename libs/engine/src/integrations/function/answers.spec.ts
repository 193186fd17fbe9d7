import { FunctionError, type FunctionFault } from '../../ports';
import {
  ask,
  fakeWorld,
  gatewayOf,
  routeOf,
  snapshotOf,
  valuesOf,
  type AskedFor,
} from '../../testing/fake-world';

const http = { kind: 'HTTP', stage: '$default' } as const;

async function answerTo(
  functionOf: () => unknown,
  {
    members = {},
    integration = {},
    asked = {},
  }: { members?: object; integration?: object; asked?: AskedFor } = {},
) {
  const world = fakeWorld();
  world.functionOf = functionOf;
  const isRest = (members as { kind?: string }).kind !== 'HTTP';
  const routes = [routeOf('ANY /a', { type: 'AWS_PROXY', ...integration })];
  const gateway = gatewayOf(world, snapshotOf({ ...members, routes }));
  const answer = await ask(gateway, { path: isRest ? '/prod/a' : '/a', ...asked });
  return { ...answer, world };
}

const BAD = [502, '{"message": "Internal server error"}'];

describe('REST', () => {
  it.each<[unknown, number, string]>([
    [{}, 200, ''],
    [{ statusCode: 201, body: 'x' }, 201, 'x'],
    [{ statusCode: '201' }, 201, ''],
    [{ statusCode: 200, body: null, headers: null, multiValueHeaders: null }, 200, ''],
    [{ body: 'aGk=', isBase64Encoded: true }, 200, 'aGk='],
  ])('takes %j', async (result, status, body) => {
    const answer = await answerTo(() => result);
    expect([answer.status, answer.body]).toEqual([status, body]);
    expect(valuesOf(answer.headers, 'content-type')).toEqual(['application/json']);
    expect(valuesOf(answer.headers, 'x-amzn-trace-id')).toHaveLength(1);
  });

  it.each<[unknown]>([
    ['text'],
    [null],
    [[]],
    [7],
    [{ statusCode: 'test' }],
    [{ statusCode: 99 }],
    [{ statusCode: 101 }],
    [{ statusCode: 200.5 }],
    [{ statusCode: 200, wrong: 1 }],
    [{ errorMessage: 'x' }],
    [{ body: { a: 1 } }],
    [{ body: 5 }],
    [{ headers: [] }],
    [{ headers: { a: {} } }],
    [{ headers: { a: null } }],
    [{ headers: { 'a b': 'x' } }],
    [{ headers: { a: 'x\r\nset-cookie: y' } }],
    [{ multiValueHeaders: { a: 'x' } }],
    [{ multiValueHeaders: { a: [{}] } }],
  ])('answers 502 to %j', async (result) => {
    const answer = await answerTo(() => result);
    expect([answer.status, answer.body]).toEqual(BAD);
    expect(valuesOf(answer.headers, 'x-amzn-errortype')).toEqual(['InternalServerErrorException']);
  });

  it('joins values of both maps in the spelling of the map of many, and keeps cookies apart', async () => {
    const { headers } = await answerTo(() => ({
      headers: { 'x-one': 1, 'x-true': true, 'test-multi': 'solo', 'Set-Cookie': 'c=3' },
      multiValueHeaders: { 'tesT-Multi': ['a', 'b'], 'set-cookie': ['a=1', 'b=2'] },
    }));
    expect(headers.slice(headers.indexOf('tesT-Multi'), headers.indexOf('tesT-Multi') + 2)).toEqual([
      'tesT-Multi',
      'a, b, solo',
    ]);
    expect(valuesOf(headers, 'set-cookie')).toEqual(['a=1', 'b=2', 'c=3']);
    expect([valuesOf(headers, 'x-one'), valuesOf(headers, 'x-true')]).toEqual([['1'], ['true']]);
  });

  it('lets no function speak for the connection', async () => {
    const { headers } = await answerTo(() => ({
      body: 'hi',
      headers: { 'Content-Length': '500', Connection: 'close', 'Transfer-Encoding': 'chunked' },
    }));
    expect(valuesOf(headers, 'content-length')).toEqual(['2']);
    expect([valuesOf(headers, 'connection'), valuesOf(headers, 'transfer-encoding')]).toEqual([[], []]);
  });

  it.each([
    ['image/png', ['image/png'], 'hi'],
    ['image/png,*/*', ['image/*'], 'hi'],
    ['image/webp,image/png', ['image/png'], 'aGk='],
    ['*/*', ['image/png'], 'aGk='],
    [undefined, ['image/png'], 'aGk='],
    ['*/*', ['*/*'], 'hi'],
  ])('decodes base64 for Accept %p where binary types are %j', async (accept, binaryMediaTypes, expected) => {
    const { body } = await answerTo(() => ({ body: 'aGk=', isBase64Encoded: true }), {
      members: { binaryMediaTypes },
      asked: { headers: accept === undefined ? [] : ['Accept', accept] },
    });
    expect(body).toBe(expected);
  });

  it('answers 500 to base64 that is none', async () => {
    const { status } = await answerTo(() => ({ body: 'èé+à)(', isBase64Encoded: true }), {
      members: { binaryMediaTypes: ['*/*'] },
      asked: { headers: ['Accept', 'image/png'] },
    });
    expect(status).toBe(500);
  });
});

describe('HTTP API, payload 2.0', () => {
  const options = { members: http, integration: { payloadFormat: '2.0' } };

  it.each<[unknown, number, string]>([
    [{ statusCode: 201, body: 'x', anything: 1 }, 201, 'x'],
    ['text', 200, 'text'],
    [{ a: 1 }, 200, '{"a":1}'],
    [[1], 200, '[1]'],
    [null, 200, 'null'],
    [{ statusCode: 200, body: { a: 1 } }, 200, '{"a":1}'],
    [{ statusCode: 200, body: 'aGk=', isBase64Encoded: true }, 200, 'hi'],
  ])('takes %j', async (result, status, body) => {
    const answer = await answerTo(() => result, options);
    expect([answer.status, answer.body]).toEqual([status, body]);
    expect(valuesOf(answer.headers, 'content-type')).toEqual(['application/json']);
  });

  it.each<[unknown]>([
    [{ statusCode: 'no' }],
    [{ statusCode: 200, cookies: 'a=1' }],
    [{ statusCode: 200, headers: { a: {} } }],
    [{ statusCode: 200, body: 'é', isBase64Encoded: true }],
  ])('answers 500 to %j', async (result) => {
    const answer = await answerTo(() => result, options);
    expect([answer.status, answer.body]).toEqual([500, '{"message":"Internal Server Error"}']);
  });

  it('sends each cookie by itself, before the other fields', async () => {
    const { headers } = await answerTo(
      () => ({ statusCode: 200, cookies: ['a=1', 'b=2'], headers: { 'Set-Cookie': 'c=3' } }),
      options,
    );
    expect(valuesOf(headers, 'set-cookie')).toEqual(['a=1', 'b=2', 'c=3']);
  });
});

it('takes unknown members in payload 1.0 of an HTTP API', async () => {
  expect((await answerTo(() => ({ statusCode: 200, other: 1 }), { members: http })).status).toBe(200);
});

describe('a call that fails', () => {
  const failing = (fault: FunctionFault) => () => {
    throw new FunctionError(fault, fault);
  };

  it.each<[FunctionFault, number, number]>([
    ['timeout', 504, 503],
    ['forbidden', 500, 500],
    ['missing', 500, 500],
    ['throttled', 502, 500],
    ['broken', 502, 500],
    ['too-large', 413, 413],
  ])('%s is %d on REST and %d on HTTP APIs', async (fault, rest, httpStatus) => {
    expect((await answerTo(failing(fault))).status).toBe(rest);
    expect(
      (await answerTo(failing(fault), { members: http, integration: { payloadFormat: '2.0' } })).status,
    ).toBe(httpStatus);
  });

  it('is 502 where the function threw, without a word of what it said', async () => {
    const { status, body } = await answerTo(() => {
      throw new Error('secret');
    });
    expect([status, body]).toEqual(BAD);
  });

  it('is nobody to answer where the client has gone', async () => {
    const gone = AbortSignal.abort();
    const { status } = await answerTo(failing('aborted'), { asked: { signal: gone } });
    expect(status).toBe(499);
  });
});

describe('the ARN', () => {
  const calledWith = async (functionArn: string, stageVariables: Record<string, string>) => {
    const { status, world } = await answerTo(() => ({}), {
      members: { stageVariables },
      integration: { functionArn },
    });
    return [status, world.calls[0]?.functionArn];
  };
  const base = 'arn:aws:lambda:eu-west-1:111122223333:function:';

  it('takes stage variables', async () => {
    expect(
      await calledWith(`${base}\${stageVariables.f}:\${stageVariables.q}`, { f: 'one', q: 'live' }),
    ).toEqual([200, `${base}one:live`]);
  });

  it.each([`${base}\${stageVariables.f}`, 'arn:aws:sqs:eu-west-1:111122223333:q', 'http://x'])(
    'calls nothing where it makes none: %s',
    async (arn) => expect(await calledWith(arn, { f: '../x' })).toEqual([500, undefined]),
  );
});

describe('AWS (mapped)', () => {
  const responses = [
    { statusCode: '200', responseParameters: {}, responseTemplates: {} },
    {
      statusCode: '405',
      selectionPattern: '.*four hundred.*',
      responseParameters: {},
      responseTemplates: {},
    },
    { statusCode: '502', selectionPattern: '.*', responseParameters: {}, responseTemplates: {} },
  ];
  const mapped = (functionOf: () => unknown, integration: object = {}, asked: AskedFor = {}) =>
    answerTo(functionOf, { integration: { type: 'AWS', responses, ...integration }, asked });

  it('passes the body in and the result out', async () => {
    const { status, body, world, headers } = await mapped(
      () => ({ a: [1] }),
      {},
      { method: 'POST', body: '{"b":2}' },
    );
    expect([status, body]).toEqual([200, '{"a":[1]}']);
    expect(Buffer.from(world.calls[0]?.payload as Uint8Array).toString()).toBe('{"b":2}');
    expect(valuesOf(headers, 'x-amzn-trace-id')).toHaveLength(1);
  });

  it('sends a constant template, and {} where there is no body', async () => {
    expect(
      (await mapped(() => 1, { requestTemplates: { 'application/json': '{"c":3}' } })).world.calls[0]
        ?.payload,
    ).toBe('{"c":3}');
    expect((await mapped(() => 1)).world.calls[0]?.payload).toBe('{}');
  });

  it.each([
    ['has four hundred in it', 405],
    ['anything else', 502],
  ])('chooses the response by the error message: %s', async (message, status) => {
    const answer = await mapped(() => {
      throw new Error(message);
    });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ errorMessage: message });
  });

  it.each([
    ["'Event'", true],
    ["'RequestResponse'", false],
    ['method.request.header.x-async', true],
  ])('starts it and does not wait where X-Amz-Invocation-Type is %s', async (value, isAsync) => {
    const { world } = await mapped(
      () => '',
      { requestParameters: { 'integration.request.header.X-Amz-Invocation-Type': value } },
      { headers: ['X-Async', 'Event'] },
    );
    expect(world.calls[0]?.isAsync).toBe(isAsync);
  });
});

it.each([
  ['answers', () => ({}), false],
  [
    'throws',
    () => {
      throw new Error('down');
    },
    true,
  ],
])('is a span of a sampled trace where it %s', async (_how, functionOf, error) => {
  const world = fakeWorld();
  world.sampleRoots = true;
  world.functionOf = functionOf;
  const gateway = gatewayOf(world, snapshotOf({ routes: [routeOf('GET /a', { type: 'AWS_PROXY' })] }));
  await ask(gateway, { path: '/prod/a' });
  const [call, server] = world.spans;
  expect(call).toMatchObject({
    kind: 'client',
    name: 'pets',
    error,
    parentSpanId: server?.spanId,
    traceId: server?.traceId,
    attributes: { 'faas.invoked_name': 'pets', 'faas.invoked_region': 'eu-west-1' },
  });
});
