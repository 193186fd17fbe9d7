import fc from 'fast-check';
import { fillPath, fillQuery, legalText, parseUri, urlOf } from './uri';

const variables = new Map([
  ['host', 'api.test'],
  ['port', 'api.test:81'],
  ['slash', 'evil.test/x'],
  ['user', 'a@evil.test'],
  ['query', 'evil.test?x'],
  ['part', 'eu'],
  ['path', 'v1/x'],
  ['colon', 'a:b'],
  ['frag', 'x#y'],
]);

describe('the host is fixed while compiling', () => {
  test.each([
    ['http://a.test', 'http://a.test:80/'],
    ['https://a.test/x', 'https://a.test:443/x'],
    ['http://A.Test:8080/x?y=1', 'http://a.test:8080/x?y=1'],
    ['http://[::1]:3000/x', 'http://::1:3000/x'],
    ['http://127.0.0.1/x#frag', 'http://127.0.0.1:80/x'],
    ['http://${stageVariables.host}/x', 'http://api.test:80/x'],
    ['http://${stageVariables.port}/x', 'http://api.test:81/x'],
    [
      'http://${stageVariables.part}.api.test/${stageVariables.path}?s=${stageVariables.part}',
      'http://eu.api.test:80/v1/x?s=eu',
    ],
    ['http://a.test?x=1', 'http://a.test:80/?x=1'],
    ['http://a.test//double//', 'http://a.test:80//double//'],
    ['http://a.test/sp ace/é/100%', 'http://a.test:80/sp%20ace/%C3%A9/100%25'],
    ['http://a.test/${stageVariables.none}x', 'http://a.test:80/x'],
  ])('%s -> %s', (uri, expected) => {
    const template = parseUri(uri, variables);
    if (typeof template === 'string') throw new Error(template);
    const { protocol, hostname, port, target } = urlOf(
      template,
      fillPath(template, () => undefined),
      fillQuery(template, () => undefined),
    );
    expect(`${protocol}//${hostname}:${port}${target}`).toBe(expected);
  });

  test.each([
    'ftp://a.test',
    'a.test',
    '//a.test',
    '',
    'http://',
    'http:///x',
    'http://u@a.test/',
    'http://u:p@a.test/',
    'http://a.test:0/',
    'http://a.test:99999/',
    'http://a.test:x/',
    'http://{h}/',
    'http://{h}.a.test/',
    'http://a.test{proxy}',
    'http://a.test:{p}/',
    'http://a..test/',
    'http://a test/',
    'http://é.test/',
    'http://a%2etest/',
    'http://a\\b/',
    'http://[::1/',
    'http://${x}/',
    'http://${stageVariables.slash}/',
    'http://${stageVariables.user}/',
    'http://${stageVariables.query}/',
    'http://${stageVariables.frag}/',
    'http://${stageVariables.none}/',
    'http://${stageVariables.colon}/',
    '${stageVariables.host}/x',
    'http://a.test/x/../y',
    'http://a.test/%2e%2e/y',
    'http://a.test/./{x}',
  ])('%s is refused', (uri) => expect(typeof parseUri(uri, variables)).toBe('string'));

  test('whatever a placeholder holds, scheme, host and port stay', () => {
    const template = parseUri('http://a.test:81/p/{x}?q={x}', variables);
    if (typeof template === 'string') throw new Error(template);
    fc.assert(
      fc.property(fc.webSegment(), (value) => {
        if (/^(?:\.|%2e){1,2}$/i.test(value)) return;
        const { target } = urlOf(
          template,
          fillPath(template, () => value),
          fillQuery(template, () => value),
        );
        const url = new URL(`http://a.test:81${target}`);
        expect([url.host, url.pathname.split('/').length]).toEqual(['a.test:81', 3]);
      }),
    );
  });
});

test.each(['..', '.', '%2e%2e', '..%2fx', 'a/../../b'])('a placeholder value %s is refused', (value) => {
  const template = parseUri('http://a.test/p/{x}', variables);
  if (typeof template === 'string') throw new Error(template);
  expect(() => fillPath(template, () => value)).toThrow('BAD_REQUEST_PARAMETERS');
});

test('legal text stays, and is reached in one step', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const legal = legalText(text);
      expect(legal).toMatch(/^[\x21-\x7e]*$/);
      expect(legalText(legal)).toBe(legal);
    }),
  );
});
