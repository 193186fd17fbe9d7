import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import { presignSigV4, signSigV4, verifySigV4, type SigV4Request, type SigV4VerifyOptions } from './index';

const now = new Date('2026-11-24T21:54:00.000Z');
const [region, accessKeyId, secret] = ['eu-west-1', 'GATEHOUSEKEY00000001', 'a secret'];
const signer = { accessKeyId, secret, region, service: 'apigateway', date: now };

const options = (over: Partial<SigV4VerifyOptions> & { sessionToken?: string } = {}): SigV4VerifyOptions => ({
  now,
  region,
  services: ['apigateway', 'execute-api'],
  lookup: (id) => (id === accessKeyId ? { secret, sessionToken: over.sessionToken } : undefined),
  ...over,
});

const request = (
  over: Partial<SigV4Request> & { headerPairs?: Record<string, string> } = {},
): SigV4Request => ({
  method: 'GET',
  path: '/restapis',
  query: '',
  headers: new Map(Object.entries({ host: 'gateway.test', ...over.headerPairs })),
  body: new Uint8Array(),
  ...over,
});

const signed = (
  plain: SigV4Request,
  over: Partial<typeof signer> & { sessionToken?: string } = {},
): SigV4Request => ({
  ...plain,
  headers: signSigV4(plain, { ...signer, ...over }),
});
const presigned = (plain: SigV4Request, expiresSeconds = 300, sessionToken?: string): SigV4Request => ({
  ...plain,
  query: presignSigV4(plain, { ...signer, expiresSeconds, sessionToken }),
});
const withHeader = (source: SigV4Request, name: string, value: string): SigV4Request => ({
  ...source,
  headers: new Map(source.headers).set(name, value),
});
const at = (ms: number): Date => new Date(now.getTime() + ms);
const wrongSignature = {
  ok: false,
  code: 'InvalidSignatureException',
  status: 403,
  message:
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key ' +
    'and signing method. Consult the service documentation for details.',
};

describe('a signature is refused with the name and the words of AWS', () => {
  it('when there is none', () => {
    expect(verifySigV4(request(), options())).toEqual({
      ok: false,
      code: 'MissingAuthenticationTokenException',
      status: 403,
      message: 'Missing Authentication Token',
    });
  });

  it('when the header is of another scheme or lacks a part', () => {
    const message = (authorization: string) => {
      const result = verifySigV4(request({ headerPairs: { authorization } }), options());
      expect(result).toMatchObject({ ok: false, code: 'IncompleteSignatureException', status: 403 });
      return result.ok ? '' : result.message;
    };
    expect(message('Bearer abc')).toMatch(
      /^Invalid key=value pair \(missing equal-sign\) in Authorization header/,
    );
    expect(message('AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request')).toMatch(
      /^Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. \(Hashed/,
    );
    expect(message('AWS4-ECDSA-P256-SHA256 Credential=a')).toBe(
      "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'.",
    );
    expect(message('AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0')).toMatch(
      /exactly 5 slash-delimited/,
    );
    expect(
      message('AWS4-HMAC-SHA256 Credential=a/20261124/r/s/aws4_request, SignedHeaders=host, Signature=0'),
    ).toBe("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  });

  it('when the key is unknown, or the session token is missing, wrong or not expected', () => {
    const unknown = {
      ok: false,
      code: 'UnrecognizedClientException',
      status: 403,
      message: 'The security token included in the request is invalid.',
    };
    expect(verifySigV4(signed(request(), { accessKeyId: 'OTHER' }), options())).toEqual(unknown);
    expect(verifySigV4(signed(request()), options({ sessionToken: 't' }))).toEqual(unknown);
    expect(verifySigV4(signed(request(), { sessionToken: 'u' }), options({ sessionToken: 't' }))).toEqual(
      unknown,
    );
    expect(verifySigV4(signed(request(), { sessionToken: 'u' }), options())).toEqual(unknown);
  });

  it('when the date is more than five minutes away, in either direction', () => {
    const sent = signed(request());
    expect(verifySigV4(sent, options({ now: at(300_000) })).ok).toBe(true);
    expect(verifySigV4(sent, options({ now: at(-300_000) })).ok).toBe(true);
    expect(verifySigV4(sent, options({ now: at(301_000) }))).toMatchObject({
      code: 'InvalidSignatureException',
      message:
        'Signature expired: 20261124T215400Z is now earlier than 20261124T215401Z (20261124T215901Z - 5 min.)',
    });
    expect(verifySigV4(sent, options({ now: at(-301_000) }))).toMatchObject({
      code: 'InvalidSignatureException',
      message:
        'Signature not yet current: 20261124T215400Z is still later than 20261124T215359Z (20261124T214859Z + 5 min.)',
    });
    expect(verifySigV4(sent, options({ now: at(301_000), maxSkewMs: 600_000 })).ok).toBe(true);
  });

  it('when the scope names another day, region, service or terminator', () => {
    const message = (sent: SigV4Request) => {
      const result = verifySigV4(sent, options());
      return result.ok ? 'ok' : result.message;
    };
    const replace = (from: string, to: string) => {
      const sent = signed(request());
      return withHeader(sent, 'authorization', (sent.headers.get('authorization') ?? '').replace(from, to));
    };
    expect(message(signed(request(), { region: 'us-east-1' }))).toBe(
      'Credential should be scoped to a valid region.',
    );
    expect(message(signed(request(), { service: 's3' }))).toBe(
      "Credential should be scoped to correct service: 'apigateway' or 'execute-api'.",
    );
    expect(message(replace('/20261124/', '/20261123/'))).toBe(
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261123' != '20261124', from '20261124T215400Z'.",
    );
    expect(message(replace('aws4_request', 'aws3_request'))).toMatch(/valid terminator/);
    expect(verifySigV4(signed(request(), { region: 'us-east-1' }), options({ region: undefined })).ok).toBe(
      true,
    );
  });

  it('when host or an x-amz header that came along is not signed', () => {
    const sent = signed(request());
    expect(verifySigV4(withHeader(sent, 'x-amz-target', 'Other'), options())).toMatchObject({
      code: 'InvalidSignatureException',
      message: "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.",
    });
    expect(verifySigV4(withHeader(sent, 'x-amz-cf-id', 'added by CloudFront'), options()).ok).toBe(true);
    const noHost = signSigV4({ ...request(), headers: new Map() }, signer);
    expect(verifySigV4({ ...request(), headers: new Map(noHost).set('host', 'h') }, options())).toMatchObject(
      {
        message: "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
      },
    );
  });

  it('when the stated payload hash is not that of the body', () => {
    const body = Buffer.from('{"a":1}');
    const hash = createHash('sha256').update(body).digest('hex');
    const stated = (value: string) =>
      signed(request({ body, headerPairs: { 'x-amz-content-sha256': value } }));
    expect(verifySigV4(stated(hash), options()).ok).toBe(true);
    expect(verifySigV4({ ...stated(hash), body: Buffer.from('{"a":2}') }, options())).toEqual(wrongSignature);
    expect(verifySigV4(stated('STREAMING-AWS4-HMAC-SHA256-PAYLOAD'), options())).toEqual(wrongSignature);
    expect(verifySigV4(stated('UNSIGNED-PAYLOAD'), options())).toEqual(wrongSignature);
    expect(verifySigV4(stated('UNSIGNED-PAYLOAD'), options({ allowUnsignedPayload: true })).ok).toBe(true);
  });
});

describe('a presigned query', () => {
  it('holds until it expires, whatever the header form would say of its age', () => {
    const sent = presigned(request(), 3600);
    expect(verifySigV4(sent, options({ now: at(3_600_000) })).ok).toBe(true);
    expect(verifySigV4(sent, options({ now: at(3_601_000) }))).toMatchObject({
      code: 'InvalidSignatureException',
    });
    expect(verifySigV4(sent, options({ now: at(-301_000) }))).toMatchObject({
      code: 'InvalidSignatureException',
    });
  });

  it('is refused with a life of none or more than a week, or a parameter missing or given twice', () => {
    const code = (sent: SigV4Request) => verifySigV4(sent, options());
    expect(code(presigned(request(), 604_800)).ok).toBe(true);
    for (const life of [0, 604_801])
      expect(code(presigned(request(), life))).toMatchObject({ code: 'IncompleteSignatureException' });
    const { query } = presigned(request());
    const missing = request({ query: query.replace(/X-Amz-Date=[^&]*&/, '') });
    expect(code(missing)).toMatchObject({ message: /must include 'X-Amz-Date'/ });
    expect(code(request({ query: `${query}&X-Amz-Expires=9` }))).toMatchObject({
      code: 'IncompleteSignatureException',
    });
  });

  it('signs the body it was given, and may leave it unsigned', () => {
    const sent = presigned(request({ method: 'POST', body: Buffer.from('a') }));
    expect(verifySigV4(sent, options()).ok).toBe(true);
    expect(verifySigV4({ ...sent, body: Buffer.from('b') }, options())).toEqual(wrongSignature);
    const free = presigned(request({ query: 'X-Amz-Content-Sha256=UNSIGNED-PAYLOAD' }));
    expect(verifySigV4({ ...free, body: Buffer.from('b') }, options())).toEqual(wrongSignature);
  });
});

describe('for any request', () => {
  const text = fc.string({ unit: 'binary', maxLength: 12 });
  const plainRequest = fc
    .record({
      method: fc.constantFrom('GET', 'POST', 'DELETE'),
      segments: fc.array(text, { maxLength: 4 }),
      pairs: fc.array(fc.tuple(text, text), { maxLength: 4 }),
      header: text.map((value) => Buffer.from(value).toString('latin1')),
      body: fc.uint8Array({ maxLength: 40 }),
    })
    .map(({ method, segments, pairs, header, body }) =>
      request({
        method,
        path: `/${segments.map(encodeURIComponent).join('/')}`,
        query: pairs
          .map(([name, value]) => `q${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
          .join('&'),
        headerPairs: { 'x-custom': header },
        body,
      }),
    );

  it('what was signed verifies, in both forms and with the query in any order', () => {
    fc.assert(
      fc.property(
        plainRequest,
        fc.option(fc.stringMatching(/^[!-~]+$/), { nil: undefined }),
        (plain, sessionToken) => {
          const own = options({ sessionToken });
          const sent = signed(plain, { sessionToken });
          const reordered = { ...sent, query: sent.query.split('&').reverse().join('&') };
          expect(verifySigV4(sent, own)).toEqual({ ok: true, accessKeyId });
          expect(verifySigV4(reordered, own)).toEqual({ ok: true, accessKeyId });
          expect(verifySigV4(presigned(plain, 60, sessionToken), own)).toEqual({ ok: true, accessKeyId });
        },
      ),
    );
  });

  it('another body is refused', () => {
    fc.assert(
      fc.property(plainRequest, fc.uint8Array({ maxLength: 40 }), (plain, body) => {
        fc.pre(Buffer.compare(plain.body, body) !== 0);
        expect(verifySigV4({ ...signed(plain), body }, options())).toEqual(wrongSignature);
        expect(verifySigV4({ ...presigned(plain), body }, options())).toEqual(wrongSignature);
      }),
    );
  });

  it('garbage is refused without a throw', () => {
    const any = fc.string({ unit: 'binary' });
    const part = fc.oneof(
      any,
      fc.constantFrom(
        'AWS4-HMAC-SHA256 ',
        'Credential=',
        '/',
        ',',
        '=',
        '20261124T215400Z',
        'Signature=',
        ';',
      ),
    );
    const line = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(line, line, line, line, (path, query, authorization, date) => {
        const headerPairs = { authorization, 'x-amz-date': date };
        expect(verifySigV4(request({ path, query, headerPairs }), options()).ok).toBe(false);
        const inQuery = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=${date}&X-Amz-Credential=${query}`;
        expect(verifySigV4(request({ path, query: inQuery }), options()).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
