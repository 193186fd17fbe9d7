// Verifies AWS Signature Version 4 on a request, in the header and in the query form. Every check that needs no secret
// comes first; what depends on the key takes the same work whether the key is known or not.
import { timingSafeEqual } from 'node:crypto';
import { canonicalRequest, sha256Hex, unsignedPayload, type SigV4Request } from './canonical-request';
import { refusal, type SigV4Refusal } from './refusal';
import { signature } from './signature';
import { readSignedRequest, timestampOf, type SignedRequest } from './signed-request';
import { formatTimestamp } from './timestamp';

export interface SigV4Key {
  readonly secret: string;
  /** Set for temporary credentials; the request must carry the same. */
  readonly sessionToken?: string;
}

export interface SigV4VerifyOptions {
  readonly now: Date;
  readonly lookup: (accessKeyId: string) => SigV4Key | undefined;
  /** The only region accepted; any where absent. */
  readonly region?: string;
  /** The service names accepted in the scope, e.g. `apigateway`. */
  readonly services: readonly string[];
  /** How far the date may be from `now`; 5 minutes where absent. */
  readonly maxSkewMs?: number;
  /** Accept `x-amz-content-sha256: UNSIGNED-PAYLOAD` in the header form; refused where absent. */
  readonly allowUnsignedPayload?: boolean;
}

export type SigV4Verified = { readonly ok: true; readonly accessKeyId: string } | SigV4Refusal;

/**
 * Says who signed the request, or why that cannot be said. Refusals carry AWS's names, all with status 403:
 * MissingAuthenticationTokenException, IncompleteSignatureException, InvalidSignatureException (date, scope, signed
 * headers, payload, signature), UnrecognizedClientException (key or session token). Never throws on request data.
 */
export function verifySigV4(request: SigV4Request, options: SigV4VerifyOptions): SigV4Verified {
  const signed = readSignedRequest(request);
  if (!signed.ok) return signed;
  const refused =
    checkScope(signed, options) ?? checkTime(signed, options) ?? checkSignedHeaders(signed, request);
  if (refused) return refused;
  const hashes = payloadHashes(signed, request.body, options.allowUnsignedPayload === true);
  if (hashes.length === 0) return refusal.mismatch();
  return checkKey(signed, request, hashes, options.lookup(signed.credential.accessKeyId));
}

// Stands in for an unknown key, so that the work is the same.
const noKey: SigV4Key = { secret: 'no such key' };

function checkKey(
  signed: SignedRequest,
  request: SigV4Request,
  hashes: readonly string[],
  known: SigV4Key | undefined,
): SigV4Verified {
  const key = known ?? noKey;
  const target = { ...request, query: signed.query };
  const matches = hashes.map((hash) => {
    const canonical = canonicalRequest(target, signed.signedHeaders, hash);
    return isEqual(
      signature(key.secret, signed.credential, timestampOf(signed), canonical),
      signed.signature,
    );
  });
  const hasToken = isEqual(key.sessionToken ?? '', signed.sessionToken ?? '');
  if (!known || !hasToken) return refusal.unknownClient();
  return matches.includes(true)
    ? { ok: true, accessKeyId: signed.credential.accessKeyId }
    : refusal.mismatch();
}

/** In constant time for texts of one length; lengths are no secret. */
function isEqual(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function checkScope(
  { credential, date }: SignedRequest,
  options: SigV4VerifyOptions,
): SigV4Refusal | undefined {
  const { day, region, service } = credential;
  const timestamp = formatTimestamp(date);
  if (day !== timestamp.slice(0, 8)) {
    return refusal.invalid(
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ' +
        `'${day}' != '${timestamp.slice(0, 8)}', from '${timestamp}'.`,
    );
  }
  if (options.region !== undefined && region !== options.region) {
    return refusal.invalid('Credential should be scoped to a valid region.');
  }
  if (!options.services.includes(service)) {
    const wanted = options.services.map((name) => `'${name}'`).join(' or ');
    return refusal.invalid(`Credential should be scoped to correct service: ${wanted}.`);
  }
  return undefined;
}

/** Header form: within the skew both ways. Query form: from the date (less the skew) until it expires. */
function checkTime(
  { date, expiresSeconds }: SignedRequest,
  options: SigV4VerifyOptions,
): SigV4Refusal | undefined {
  const skewMs = options.maxSkewMs ?? 300_000;
  const nowMs = options.now.getTime();
  const [signed, now] = [formatTimestamp(date), formatTimestamp(options.now)];
  const at = (ms: number) => formatTimestamp(new Date(ms));
  if (date.getTime() > nowMs + skewMs) {
    const window = `${at(nowMs + skewMs)} (${now} + ${skewMs / 60_000} min.)`;
    return refusal.invalid(`Signature not yet current: ${signed} is still later than ${window}`);
  }
  if (expiresSeconds !== undefined) {
    const endMs = date.getTime() + expiresSeconds * 1000;
    return nowMs > endMs
      ? refusal.invalid(`Signature expired: ${at(endMs)} is now earlier than ${now}`)
      : undefined;
  }
  if (date.getTime() >= nowMs - skewMs) return undefined;
  const window = `${at(nowMs - skewMs)} (${now} - ${skewMs / 60_000} min.)`;
  return refusal.invalid(`Signature expired: ${signed} is now earlier than ${window}`);
}

// CloudFront adds it on the way, after the client has signed.
const addedOnTheWay = 'x-amz-cf-id';

/** Unsigned, these would let another change what the request means. The query form carries its own in the query. */
function checkSignedHeaders(signed: SignedRequest, request: SigV4Request): SigV4Refusal | undefined {
  const isSigned = (name: string) => signed.signedHeaders.includes(name);
  if (!isSigned('host')) {
    return refusal.invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  const names = signed.form === 'header' ? [...request.headers.keys()] : [];
  const wanted = names.filter((name) => name.startsWith('x-amz-') && name !== addedOnTheWay);
  const unsigned = [...wanted, signed.dateHeader ?? 'host'].find((name) => !isSigned(name));
  if (unsigned === undefined) return undefined;
  return refusal.invalid(`'${unsigned}' must be a 'SignedHeader' in the AWS Authorization.`);
}

/** The payload hashes under which the signature may hold; none where the stated one is not that of the body. */
function payloadHashes(signed: SignedRequest, body: Uint8Array, allowUnsigned: boolean): readonly string[] {
  const actual = sha256Hex(body);
  const mayBeUnsigned = signed.form === 'query' || allowUnsigned;
  switch (signed.statedHash) {
    case undefined:
      return signed.form === 'query' ? [actual, unsignedPayload] : [actual];
    case unsignedPayload:
      return mayBeUnsigned ? [unsignedPayload] : [];
    default:
      return signed.statedHash === actual ? [actual] : [];
  }
}
