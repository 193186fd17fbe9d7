import {
  APIGatewayClient,
  GetApiKeysCommand,
  ImportRestApiCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateRestApiCommand,
} from '@aws-sdk/client-api-gateway';
import { SignatureV4 } from '@smithy/signature-v4';
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifySigV4, type SigV4Request, type SigV4VerifyOptions } from './index';

interface Vector {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly service: string;
  readonly sessionToken?: string;
}

const vectors = JSON.parse(readFileSync(join(__dirname, 'botocore-signed.json'), 'utf8')) as {
  now: string;
  region: string;
  accessKeyId: string;
  secret: string;
  requests: Vector[];
};
const now = new Date(vectors.now);
const { region, accessKeyId, secret } = vectors;
const options = (over: Partial<SigV4VerifyOptions> & { sessionToken?: string } = {}): SigV4VerifyOptions => ({
  now,
  region,
  services: ['apigateway', 'execute-api'],
  lookup: (id) => (id === accessKeyId ? { secret, sessionToken: over.sessionToken } : undefined),
  ...over,
});

const toRequest = ({ headers, body, ...rest }: Vector): SigV4Request => ({
  ...rest,
  headers: new Map(Object.entries(headers)),
  body: Buffer.from(body),
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

describe('requests signed by botocore', () => {
  it.each(vectors.requests.map((vector) => [vector.name, vector] as const))(
    '%s: is accepted',
    (_, vector) => {
      expect(verifySigV4(toRequest(vector), options({ sessionToken: vector.sessionToken }))).toEqual({
        ok: true,
        accessKeyId,
      });
    },
  );

  it.each(vectors.requests.map((vector) => [vector.name, vector] as const))(
    '%s: is refused once changed',
    (_, vector) => {
      const own = options({ sessionToken: vector.sessionToken });
      const plain = toRequest(vector);
      const host = withHeader(plain, 'host', 'other.test');
      const changed = [
        { ...plain, method: 'PATCH' },
        { ...plain, path: `${plain.path.replace(/\/$/, '')}/more` },
        { ...plain, query: `${plain.query}&more=1` },
        host,
      ];
      for (const bad of changed) expect(verifySigV4(bad, own)).toEqual(wrongSignature);
      const otherSecret = { secret: `${secret}x`, sessionToken: vector.sessionToken };
      expect(verifySigV4(plain, { ...own, lookup: () => otherSecret })).toEqual(wrongSignature);
    },
  );
});

it('a request dated by its Date header is refused where that header is not signed', () => {
  const dated = vectors.requests.find((vector) => vector.name === 'Date instead of X-Amz-Date') as Vector;
  const authorization = dated.headers['authorization']?.replace('date;', '') ?? '';
  expect(verifySigV4(withHeader(toRequest(dated), 'authorization', authorization), options())).toMatchObject({
    message: "'date' must be a 'SignedHeader' in the AWS Authorization.",
  });
});

describe('requests signed by the AWS SDK for JavaScript', () => {
  const captured: SigV4Request[] = [];
  const client = new APIGatewayClient({
    region,
    endpoint: 'http://gateway.test:4566',
    credentials: { accessKeyId, secretAccessKey: secret, sessionToken: 'a token+with/signs=' },
    systemClockOffset: now.getTime() - Date.now(),
    maxAttempts: 1,
    requestHandler: {
      handle: async (sent: SdkRequest) => (captured.push(fromSdk(sent)), Promise.reject(new Error('sent'))),
    },
  });
  const arn = 'arn:aws:apigateway:eu-west-1::/restapis/abc123';

  it.each([
    ['ARN in the path', new TagResourceCommand({ resourceArn: arn, tags: { a: 'b' } })],
    [
      'repeated query keys',
      new UntagResourceCommand({ resourceArn: arn, tagKeys: ['b', 'a b', 'c+d', 'é'] }),
    ],
    ['plus, space and unicode in the query', new GetApiKeysCommand({ nameQuery: 'a b+c/日本' })],
    [
      'JSON body',
      new UpdateRestApiCommand({
        restApiId: 'abc',
        patchOperations: [{ op: 'replace', path: '/name', value: 'é' }],
      }),
    ],
    [
      'bytes as body',
      new ImportRestApiCommand({ body: Buffer.from('{}'), parameters: { basepath: 'prepend' } }),
    ],
  ])('%s: is accepted', async (_, command) => {
    captured.length = 0;
    await expect(client.send(command as TagResourceCommand)).rejects.toThrow('sent');
    const sent = captured[0] as SigV4Request;
    const own = options({ sessionToken: 'a token+with/signs=', maxSkewMs: 60_000 });
    expect(verifySigV4(sent, own)).toEqual({ ok: true, accessKeyId });
    expect(verifySigV4({ ...sent, body: Buffer.from('other') }, own)).toEqual(wrongSignature);
  });

  it.each([undefined, 'token/+='])(
    'a URL presigned by @smithy/signature-v4 is accepted (session token %s)',
    async (token) => {
      const smithy = new SignatureV4({
        region,
        service: 'execute-api',
        credentials: { accessKeyId, secretAccessKey: secret, sessionToken: token },
        sha256: NodeSha256,
      });
      const url = await smithy.presign(
        {
          method: 'GET',
          protocol: 'https:',
          hostname: 'gateway.test',
          path: '/prod/a%20b/',
          query: { x: ['2', '1'], 'n+m': 'é' },
          headers: { host: 'gateway.test' },
        },
        { signingDate: now, expiresIn: 60 },
      );
      const headers = new Map([['host', 'gateway.test']]);
      const query = queryText(url.query ?? {});
      const plain = { method: 'GET', path: url.path, query, headers, body: new Uint8Array() };
      expect(verifySigV4(plain, options({ sessionToken: token }))).toEqual({ ok: true, accessKeyId });
      expect(verifySigV4(plain, options({ sessionToken: token, now: at(61_000) }))).toMatchObject({
        code: 'InvalidSignatureException',
        message: 'Signature expired: 20261124T215500Z is now earlier than 20261124T215501Z',
      });
    },
  );
});

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string | string[] | null>;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

function fromSdk({ method, path, query = {}, headers, body }: SdkRequest): SigV4Request {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { method, path, query: queryText(query), headers: new Map(lower), body: bytesOf(body) };
}

/** The SDK's own body type warns when it is asked for its text. */
function bytesOf(body: string | Uint8Array = ''): Uint8Array {
  return typeof body === 'string' ? Buffer.from(body) : new Uint8Array(body);
}

function queryText(query: Record<string, string | string[] | null>): string {
  const escape = (value: string) =>
    encodeURIComponent(value).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
  return Object.entries(query)
    .flatMap(([name, value]) => [value ?? ''].flat().map((one) => `${escape(name)}=${escape(one)}`))
    .join('&');
}

/** The hash that @smithy/signature-v4 asks for, over node:crypto. */
class NodeSha256 {
  private readonly parts: Buffer[] = [];
  constructor(private readonly secretKey?: string | ArrayBuffer | ArrayBufferView) {}
  update(data: Uint8Array | string): void {
    this.parts.push(Buffer.from(data as Uint8Array));
  }
  async digest(): Promise<Uint8Array> {
    const key = this.secretKey as Uint8Array | undefined;
    const hash = key === undefined ? createHash('sha256') : createHmac('sha256', key);
    return hash.update(Buffer.concat(this.parts)).digest();
  }
  reset(): void {
    this.parts.length = 0;
  }
}
