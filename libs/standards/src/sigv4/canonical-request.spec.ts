import * as fc from 'fast-check';
import { canonicalPath, canonicalQuery, canonicalRequest } from './canonical-request';
import { parseAuthorization } from './authorization';
import { formatTimestamp, parseHttpDate, parseTimestamp } from './timestamp';

describe('the canonical path', () => {
  it.each([
    ['', '/'],
    ['/', '/'],
    ['/a//b/', '/a/b/'],
    ['/a/./b/../c', '/a/c'],
    ['/../..', '/'],
    ['/tags/arn%3Aaws%2Fx', '/tags/arn%253Aaws%252Fx'],
    ['/tags/arn:aws', '/tags/arn%3Aaws'],
    ["/a~b_c-d.e!'()*", '/a~b_c-d.e%21%27%28%29%2A'],
  ])('of %s is %s', (path, canonical) => {
    expect(canonicalPath(path)).toBe(canonical);
  });
});

describe('the canonical query', () => {
  it.each([
    ['', ''],
    ['b=2&a=1&a=0', 'a=0&a=1&b=2'],
    ['a', 'a='],
    ['a=b=c', 'a=b%3Dc'],
    ['a=%2B%20+', 'a=%2B%20%20'],
    ['a=%2f', 'a=%2F'],
    ['a=%zz', 'a=%25zz'],
    ['&&a=1&', 'a=1'],
    ['a-b=1&a=2', 'a=2&a-b=1'],
  ])('of %s is %s', (query, canonical) => {
    expect(canonicalQuery(query)).toBe(canonical);
  });

  it('is its own canonical form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (query) => {
        expect(canonicalQuery(canonicalQuery(query))).toBe(canonicalQuery(query));
      }),
    );
  });
});

describe('the canonical request', () => {
  it('lists verb, path, query, signed headers, their names and the payload hash', () => {
    const headers = new Map([
      ['host', 'h'],
      ['x-a', '  a   b '],
      ['x-b', Buffer.from('é').toString('latin1')],
      ['unsigned', 'u'],
    ]);
    const request = { method: 'get', path: '/a b', query: 'x=1', headers };
    expect(canonicalRequest(request, ['host', 'x-a', 'x-b'], 'hash')).toBe(
      ['GET', '/a%20b', 'x=1', 'host:h', 'x-a:a b', 'x-b:é', '', 'host;x-a;x-b', 'hash'].join('\n'),
    );
  });
});

describe('the Authorization header', () => {
  it('may have any spacing between its parts', () => {
    const parts = ['Credential=K/20261124/r/s/aws4_request', 'SignedHeaders=host;x-a', 'Signature=ab'];
    const value = {
      credential: { accessKeyId: 'K', day: '20261124', region: 'r', service: 's' },
      signedHeaders: ['host', 'x-a'],
      signature: 'ab',
    };
    for (const separator of [',', ', ', ' ,  ']) {
      expect(parseAuthorization(`AWS4-HMAC-SHA256 ${parts.join(separator)}`)).toEqual({ ok: true, value });
    }
  });

  it('is refused when a part is given twice, and never quoted in the message', () => {
    const header = 'AWS4-HMAC-SHA256 Credential=a, Credential=b, Signature=abcdef0123';
    const twice = parseAuthorization(header);
    expect(twice).toEqual({ ok: false, message: "Authorization header holds 'Credential' twice." });
    const missing = parseAuthorization('AWS4-HMAC-SHA256 Signature=abcdef0123');
    expect(missing.ok ? '' : missing.message).not.toContain('abcdef0123');
  });
});

describe('timestamps', () => {
  it('read back what they write', () => {
    const date = fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(date, (any) => {
        const seconds = new Date(Math.floor(any.getTime() / 1000) * 1000);
        expect(parseTimestamp(formatTimestamp(any))).toEqual(seconds);
        expect(parseHttpDate(any.toUTCString())).toEqual(seconds);
      }),
    );
  });

  it.each(['20261324T000000Z', '20260230T000000Z', '20261124T215400', '2026-11-24T21:54:00Z', ''])(
    'refuse %s',
    (text) => {
      expect(parseTimestamp(text)).toBeUndefined();
      expect(parseHttpDate(text)).toBeUndefined();
    },
  );
});
