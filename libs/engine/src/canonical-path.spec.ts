import fc from 'fast-check';
import { pathFault } from './canonical-path';

describe('passes, unchanged', () => {
  test.each([
    '/',
    '/a',
    '/a/',
    '//',
    '/a//b',
    '/a%2Fb',
    '/a%2fb/c',
    '/%25ff',
    '/%252e%252e',
    '/a.b',
    '/.well-known/x',
    '/...',
    '/..a',
    '/a;v=1/b',
    '/%C3%A9',
    '/%E2%82%AC',
    '/a%20b',
    '/%7Eann/a%40b/%7Bx%7D/%5B%5D%60',
    "/!$&'()*+,=:@~_-",
    '/{x}',
    '/a|b',
    `/${'a'.repeat(8191)}`,
    '/x'.repeat(100),
  ])('%s', (path) => expect(pathFault(path)).toBeUndefined());
});

describe('is refused', () => {
  test.each([
    ['no leading slash', 'a'],
    ['empty', ''],
    ['absolute form', 'http://x/'],
    ['asterisk', '*'],
    ['space', '/a b'],
    ['tab', '/a\tb'],
    ['NUL', '/a\0'],
    ['DEL', '/a\x7f'],
    ['8-bit', '/caf\xe9'],
    ['beyond latin1', '/／'],
    ['fragment', '/a#b'],
    ['backslash', '/a\\b'],
    ['escaped backslash', '/a%5Cb'],
    ['escaped backslash, lower case', '/a%5cb'],
    ['escaped NUL', '/a%00'],
    ['escaped line end', '/a%0d%0a'],
    ['escaped US', '/a%1F'],
    ['escaped DEL', '/a%7f'],
    ['lone percent', '/100%'],
    ['half an escape', '/a%2'],
    ['no hex', '/a%zz'],
    ['overlong slash', '/%c0%af'],
    ['overlong dot', '/%c0%ae%c0%ae/'],
    ['lone continuation', '/%80'],
    ['surrogate', '/%ed%a0%80'],
    ['dot', '/a/./b'],
    ['dots', '/a/../b'],
    ['dots at the end', '/a/..'],
    ['dot at the end', '/a/.'],
    ['escaped dots', '/a/%2e%2E/b'],
    ['half-escaped dots', '/a/.%2e'],
    ['dots with parameters', '/a/..;x=1/b'],
    ['dot with parameters', '/a/.;/b'],
    ['dots with escaped parameters', '/a/..%3bx/b'],
    ['dots before an escaped slash', '/a/..%2fb'],
    ['dots after one', '/a%2f../b'],
    ['dots before an escaped blank', '/a/..%20/b'],
    ['dots before blanks and parameters', '/a/..%20%20;x/b'],
    ['escaped letters', '/%61dmin'],
    ['escaped capitals', '/%5A'],
    ['an escaped digit', '/v%31'],
    ['an escaped hyphen', '/a%2Db'],
    ['an escaped dot within a name', '/a%2eb'],
    ['an escaped underscore', '/a%5fb'],
    ['too long', `/${'a'.repeat(8192)}`],
    ['too many segments', '/x'.repeat(101)],
  ])('%s', (_name, path) => expect(pathFault(path)).toBeDefined());
});

test('what passes reads the same to an origin that resolves dot segments, decodes once, or both', () => {
  const piece = fc.constantFrom(
    '/',
    '.',
    '..',
    '%2e',
    '%2E',
    '%2f',
    '%252e',
    ';',
    'a',
    'admin',
    '%5c',
    '\\',
    '%',
    '#',
    '?',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
      const path = `/${pieces.join('').replaceAll('?', '')}`;
      if (pathFault(path) !== undefined) return;
      const bare = path.split('/').map((segment) => decodeURIComponent(segment).split(';')[0]);
      // A resolver of dots, before or after decoding, finds none; URL is one that real origins use.
      expect(bare.some((segment) => segment === '.' || segment === '..')).toBe(false);
      expect(new URL(`http://x${path}`).pathname.split('/').length).toBe(path.split('/').length);
    }),
    { numRuns: 20_000 },
  );
});
