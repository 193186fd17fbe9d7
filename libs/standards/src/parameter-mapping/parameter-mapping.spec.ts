import {
  isReservedHeader,
  parseHttpTarget,
  parseHttpValue,
  parseRestRequestSource,
  parseRestRequestTarget,
  parseRestResponseSource,
  parseRestResponseTarget,
} from './index';

describe('REST', () => {
  test.each([
    ["'it''s'", { from: 'literal', value: "it''s" }],
    ["''", { from: 'literal', value: '' }],
    ['method.request.path.id', { from: 'path', name: 'id' }],
    ['method.request.querystring.a$b', { from: 'querystring', name: 'a$b' }],
    ['method.request.multivaluequerystring.q', { from: 'multivaluequerystring', name: 'q' }],
    ['method.request.header.X-A.b', { from: 'header', name: 'X-A.b' }],
    ['method.request.multivalueheader.__proto__', { from: 'multivalueheader', name: '__proto__' }],
    ['method.request.body', { from: 'body' }],
    ['method.request.body.a.b[0]', { from: 'body', path: 'a.b[0]' }],
    ['stageVariables.x', { from: 'stageVariable', name: 'x' }],
    ['context.identity.sourceIp', { from: 'context', name: 'identity.sourceIp' }],
    ['integration.response.header.x', undefined],
    ['method.request.cookie.x', undefined],
    ['method.request.header.', undefined],
    ['method.request.header.a b', undefined],
    ["'", undefined],
    ['', undefined],
  ])('request source %s', (text, expected) => expect(parseRestRequestSource(text)).toEqual(expected));

  test.each([
    ['integration.response.header.x', { from: 'header', name: 'x' }],
    ['integration.response.multivalueheader.x', { from: 'multivalueheader', name: 'x' }],
    ['integration.response.body.a', { from: 'body', path: 'a' }],
    ['context.stage', { from: 'context', name: 'stage' }],
    ['method.request.header.x', undefined],
    ['integration.response.querystring.x', undefined],
  ])('response source %s', (text, expected) => expect(parseRestResponseSource(text)).toEqual(expected));

  test('targets', () => {
    expect(parseRestRequestTarget('integration.request.header.X-A')).toEqual({
      place: 'header',
      name: 'X-A',
    });
    expect(parseRestRequestTarget('integration.request.cookie.a')).toBeUndefined();
    expect(parseRestResponseTarget('method.response.header.X-A')).toBe('X-A');
    expect(parseRestResponseTarget('integration.request.header.a')).toBeUndefined();
  });
});

describe('HTTP', () => {
  test.each([
    ['append:header.X-A', 'request', { action: 'append', place: 'header', name: 'X-A' }],
    ['remove:querystring.q', 'request', { action: 'remove', place: 'querystring', name: 'q' }],
    ['overwrite:path', 'request', { action: 'overwrite', place: 'path' }],
    ['overwrite:statuscode', 'response', { action: 'overwrite', place: 'statuscode' }],
    ['overwrite:statuscode', 'request', undefined],
    ['overwrite:path', 'response', undefined],
    ['append:path', 'request', undefined],
    ['remove:querystring.q', 'response', undefined],
    ['set:header.x', 'request', undefined],
    ['append:header.', 'request', undefined],
  ] as const)('target %s of a %s', (key, side, expected) =>
    expect(parseHttpTarget(key, side)).toEqual(expected),
  );

  test.each([
    ['static', 'request', ['static']],
    ['', 'request', []],
    ['$request.header.X-A', 'request', [{ from: 'header', name: 'X-A' }]],
    ['$request.querystring.q', 'request', [{ from: 'querystring', name: 'q' }]],
    ['$request.path', 'request', [{ from: 'wholePath' }]],
    ['$request.path.id', 'request', [{ from: 'path', name: 'id' }]],
    ['$request.body.a.b', 'request', [{ from: 'body', path: 'a.b' }]],
    ['$request.body', 'request', [{ from: 'body' }]],
    ['$context.authorizer.x', 'request', [{ from: 'context', name: 'authorizer.x' }]],
    ['$stageVariables.v', 'response', [{ from: 'stageVariable', name: 'v' }]],
    ['$response.header.X', 'response', [{ from: 'header', name: 'X' }]],
    [
      'a-${request.path.id}-${context.stage}',
      'request',
      ['a-', { from: 'path', name: 'id' }, '-', { from: 'context', name: 'stage' }],
    ],
    ['price: $5', 'request', ['price: $5']],
    ['$5', 'request', ['$5']],
    ['$response.header.X', 'request', { unknown: '$response.header.X' }],
    ['$request.header.X', 'response', { unknown: '$request.header.X' }],
    ['$response.path', 'response', { unknown: '$response.path' }],
    ['x${nope.y}', 'request', { unknown: '${nope.y}' }],
  ] as const)('value %s of a %s', (text, side, expected) =>
    expect(parseHttpValue(text, side)).toEqual(expected),
  );

  test('reserved headers', () => {
    const reserved = [
      'Authorization',
      'VIA',
      'x-amz-date',
      'X-Amzn-Y',
      'apigw-x',
      'Access-Control-Allow-Origin',
      'x-forwarded-for',
    ];
    expect(reserved.filter((name) => !isReservedHeader(name))).toEqual([]);
    expect(['X-A', 'Content-Type', 'x-forwarded-port', 'Cookie'].filter(isReservedHeader)).toEqual([]);
  });
});
