// Signs requests with AWS Signature Version 4, in the header and in the query (presigned) form.
import { canonicalRequest, encode, sha256Hex, type SigV4Request } from './canonical-request';
import { algorithm, scopeText, signature } from './signature';
import { formatTimestamp } from './timestamp';

export interface SigV4SigningOptions {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly sessionToken?: string;
  readonly region: string;
  readonly service: string;
  readonly date: Date;
}

// Proxies and clients change these on the way.
const neverSigned = new Set([
  'authorization',
  'connection',
  'expect',
  'te',
  'transfer-encoding',
  'user-agent',
  'x-amzn-trace-id',
]);

/** The request's headers with `x-amz-date`, `x-amz-security-token` and `authorization` added; `host` must be among them. */
export function signSigV4(request: SigV4Request, options: SigV4SigningOptions): ReadonlyMap<string, string> {
  const timestamp = formatTimestamp(options.date);
  const headers = new Map(request.headers);
  headers.set('x-amz-date', timestamp);
  if (options.sessionToken !== undefined) headers.set('x-amz-security-token', options.sessionToken);
  const signedHeaders = [...headers.keys()].filter((name) => !neverSigned.has(name)).sort();
  const payloadHash = headers.get('x-amz-content-sha256') ?? sha256Hex(request.body);
  const scope = { day: timestamp.slice(0, 8), region: options.region, service: options.service };
  const canonical = canonicalRequest({ ...request, headers }, signedHeaders, payloadHash);
  const parts = [
    `Credential=${options.accessKeyId}/${scopeText(scope)}`,
    `SignedHeaders=${signedHeaders.join(';')}`,
    `Signature=${signature(options.secret, scope, timestamp, canonical)}`,
  ];
  return headers.set('authorization', `${algorithm} ${parts.join(', ')}`);
}

/** The request's query with the signature added, valid for `expiresSeconds` from the date; signs `host` and the body. */
export function presignSigV4(
  request: SigV4Request,
  options: SigV4SigningOptions & { readonly expiresSeconds: number },
): string {
  const timestamp = formatTimestamp(options.date);
  const scope = { day: timestamp.slice(0, 8), region: options.region, service: options.service };
  const added = {
    'X-Amz-Algorithm': algorithm,
    'X-Amz-Credential': `${options.accessKeyId}/${scopeText(scope)}`,
    'X-Amz-Date': timestamp,
    'X-Amz-Expires': String(options.expiresSeconds),
    'X-Amz-SignedHeaders': 'host',
    ...(options.sessionToken !== undefined && { 'X-Amz-Security-Token': options.sessionToken }),
  };
  const pairs = Object.entries(added).map(([name, value]) => `${name}=${encode(value)}`);
  const query = [...(request.query === '' ? [] : [request.query]), ...pairs].join('&');
  const canonical = canonicalRequest({ ...request, query }, ['host'], sha256Hex(request.body));
  return `${query}&X-Amz-Signature=${signature(options.secret, scope, timestamp, canonical)}`;
}
